//! Trains, measures and runs the network: `cargo run --release -- help`.

mod model;

use std::process::ExitCode;

use blockprint::typed::prelude::*;
use blockprint::typed::program::{self, Images, Measures, Program, Targets};
use model::Lenet5;

impl Program for Lenet5 {
    const SETTINGS: &'static str = include_str!("settings.yaml");
    const IMAGE: &'static [usize] = &[1, 28, 28];
    const LABEL: Option<usize> = Some(1);
    const CLASSES: Option<usize> = Some(10);
    const METRICS: &'static [&'static str] = &["accuracy"];

    fn outputs(&self, images: Images<'_>) -> Vec<Vec<f32>> {
        Vec::from([values(&self.forward::<usize, NoneTape>(images.get(0)))])
    }

    fn measure<T: Tape>(
        &self,
        images: Images<'_>,
        targets: Targets<'_>,
    ) -> Option<Measures<T>> {
        let outputs = self.forward::<usize, T>(images.get(0));
        Some(Lenet5::measure(outputs, targets.classes()))
    }
}

fn main() -> ExitCode {
    program::main(Lenet5::new())
}
