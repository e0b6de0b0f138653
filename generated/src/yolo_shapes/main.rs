//! Trains, measures and runs the network: `cargo run --release -- help`.

mod model;

use std::process::ExitCode;

use blockprint::typed::prelude::*;
use blockprint::typed::program::{
    self, Answer, DetectionHead, Images, Measures, Program, Targets,
};
use model::YoloShapes;

impl Program for YoloShapes {
    const SETTINGS: &'static str = include_str!("settings.yaml");
    const IMAGE: &'static [usize] = &[3, 96, 96];
    const LABEL: Option<usize> = Some(20);
    const CLASSES: Option<usize> = Some(3);
    const ANSWER: Answer = Answer::Values;

    fn heads() -> Vec<DetectionHead> {
        Vec::from([
            DetectionHead::v3(
                [24, 12, 12],
                3,
                &[[2.25, 2.25], [3.125, 3.125], [4.375, 4.375]],
            ),
        ])
    }

    fn outputs(&self, images: Images<'_>) -> Vec<Vec<f32>> {
        let outputs = self.forward::<usize, NoneTape>(images.get(0));
        Vec::from([values(&outputs)])
    }

    fn measure<T: Tape>(
        &self,
        images: Images<'_>,
        targets: Targets<'_>,
    ) -> Option<Measures<T>> {
        let outputs = self.forward::<usize, T>(images.get(0));
        let heads = Vec::from([values(&outputs)]);
        Some(YoloShapes::measure(outputs, targets.numbers()).with_heads(heads))
    }
}

fn main() -> ExitCode {
    program::main(YoloShapes::new())
}
