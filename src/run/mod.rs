//! The tasks: training, evaluation, prediction, timing.
//!
//! Nothing here prints: progress goes to an [`Observer`], results come back as values.

mod checkpoint;
mod darknet;
mod dir;
mod evaluate;
mod examples;
mod failure;
mod fingerprint;
mod judge;
mod network;
mod observe;
mod phases;
mod predict;
mod profile;
mod timing;
mod train;
mod verify;

pub use dir::RunDir;
pub use evaluate::{Evaluation, evaluate};
pub use examples::{DataSource, Examples};
pub use failure::{Failure, Reason};
pub use fingerprint::Fingerprint;
pub use network::{Feeds, Network};
pub use observe::{EpochReport, Observer, Silent, StartReport, StepReport};
pub use predict::{Classify, Prediction, Ranked, predict_images, predict_tensor};
pub use profile::{Profile, StepTime, profile};
pub use timing::{Mode, Timing, time};
pub use train::{Outcome, TrainOptions, train};
pub use verify::{Rehearsal, verify_resume};
