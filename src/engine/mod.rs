//! Runs plans: sessions, parameters, optimizers, schedules, checkpoints.

mod buffer;
pub mod optim;
mod params;
pub mod schedule;
mod session;

pub use optim::{Optimizer, OptimizerState};
pub use params::{Grads, ParamStore, ParamView};
pub use session::{Observer, Session};
