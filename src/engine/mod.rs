//! Runs plans: sessions, parameters, optimizers, schedules, checkpoints.

mod buffer;
pub mod optim;
mod params;
mod regularize;
pub mod schedule;
mod session;

pub use optim::{Optimizer, OptimizerState};
pub use params::{Grads, ParamStore, ParamView};
pub use regularize::{add_penalties, clip_norm, clip_value, norm};
pub use session::{Observer, Session};
