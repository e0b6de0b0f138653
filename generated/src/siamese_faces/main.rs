//! Trains, measures and runs the network: `cargo run --release -- help`.

mod model;

use std::process::ExitCode;

use blockprint::typed::prelude::*;
use blockprint::typed::program::{self, Answer, Images, Measures, Program, Targets};
use model::SiameseFaces;

impl Program for SiameseFaces {
    const SETTINGS: &'static str = include_str!("settings.yaml");
    const IMAGE: &'static [usize] = &[1, 56, 46];
    const IMAGES: usize = 2;
    const LABEL: Option<usize> = Some(1);
    const METRICS: &'static [&'static str] = &["binary_accuracy"];
    const ANSWER: Answer = Answer::Values;

    fn outputs(&self, images: Images<'_>) -> Vec<Vec<f32>> {
        Vec::from([
            values(&self.forward::<usize, NoneTape>(images.get(0), images.get(1)).0),
        ])
    }

    fn measure<T: Tape>(
        &self,
        images: Images<'_>,
        targets: Targets<'_>,
    ) -> Option<Measures<T>> {
        let outputs = self.forward::<usize, T>(images.get(0), images.get(1));
        Some(SiameseFaces::measure(outputs.0, outputs.1, targets.numbers()))
    }
}

fn main() -> ExitCode {
    program::main(SiameseFaces::new())
}
