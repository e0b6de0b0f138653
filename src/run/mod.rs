//! The tasks: training, evaluation, prediction, timing.
//!
//! Nothing here prints: progress goes to an [`Observer`], results come back as values.

mod checkpoint;
mod darknet;
pub mod detect;
mod dir;
mod evaluate;
mod events;
mod examples;
pub mod faces;
mod failure;
mod features;
mod fingerprint;
mod inspect;
pub(crate) mod judge;
mod lr_find;
pub mod metrics;
mod network;
mod observe;
mod phases;
mod png;
mod predict;
mod preview;
mod profile;
pub mod report;
mod style;
pub mod sweep;
mod timing;
pub(crate) mod train;
mod tune;
mod verify;
pub(crate) mod weighting;

pub use dir::RunDir;
pub use evaluate::{Detailed, Evaluation, evaluate, evaluate_detailed};
pub use examples::{DataSource, Examples};
pub use failure::{Failure, Reason};
pub use fingerprint::Fingerprint;
pub use inspect::{Inspection, PartReport, Shared, inspect};
pub use lr_find::{RatePoint, RateRange, RateTest, find_rate};
pub use network::{Feeds, Network};
pub use observe::{EpochReport, Observer, Silent, StartReport, StepReport};
pub use phases::set_epochs;
pub use png::png;
pub use predict::{Classify, Prediction, Ranked, predict_images, predict_tensor};
pub use preview::preview;
pub use profile::{Profile, StepTime, profile};
pub use style::{Commission, Costs, Painter, Picture, Strip, is_picture_name, load_judge};
pub use timing::{Mode, Timing, time};
pub use train::{Outcome, TrainOptions, train};
pub use tune::{Tuned, read_choices, tune, write_choices};
pub use verify::{Rehearsal, verify_resume};
