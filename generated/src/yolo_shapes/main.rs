//! Trains, measures and runs the network: `cargo run --release -- help`.

mod model;

use std::process::ExitCode;

use blockprint::typed::prelude::*;
use blockprint::typed::program::{self, Answer, Images, Measures, Program, Targets};
use model::YoloShapes;

impl Program for YoloShapes {
    const SETTINGS: &'static str = include_str!("settings.yaml");
    const IMAGE: &'static [usize] = &[3, 96, 96];
    const LABEL: Option<usize> = Some(20);
    const CLASSES: Option<usize> = Some(3);
    const ANSWER: Answer = Answer::Values;

    fn outputs(&self, images: Images<'_>) -> Vec<f32> {
        values(&self.forward::<usize, NoneTape>(images.get(0)))
    }

    fn measure<T: Tape>(
        &self,
        images: Images<'_>,
        targets: Targets<'_>,
    ) -> Option<Measures<T>> {
        let outputs = self.forward::<usize, T>(images.get(0));
        Some(YoloShapes::measure(outputs, targets.numbers()))
    }
}

fn main() -> ExitCode {
    program::main(YoloShapes::new())
}
