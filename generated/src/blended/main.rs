//! Trains, measures and runs the network: `cargo run --release -- help`.

mod model;

use std::process::ExitCode;

use blockprint::typed::prelude::*;
use blockprint::typed::program::{self, Answer, Images, Measures, Program, Targets};
use model::Blended;

impl Program for Blended {
    const SETTINGS: &'static str = include_str!("settings.yaml");
    const IMAGE: &'static [usize] = &[1, 28, 28];
    const LABEL: Option<usize> = Some(10);
    const DISTRIBUTION: bool = true;
    const METRICS: &'static [&'static str] = &["accuracy", "second"];
    const ANSWER: Answer = Answer::Values;

    fn outputs(&self, images: Images<'_>) -> Vec<Vec<f32>> {
        Vec::from([values(&self.forward::<usize, NoneTape>(images.get(0)))])
    }

    fn measure<T: Tape>(
        &self,
        images: Images<'_>,
        targets: Targets<'_>,
    ) -> Option<Measures<T>> {
        let outputs = self.forward::<usize, T>(images.get(0));
        Some(Blended::measure(outputs, targets.numbers()))
    }
}

fn main() -> ExitCode {
    program::main(Blended::new())
}
