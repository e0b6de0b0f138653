//! Runs plans: sessions, parameters, optimizers, schedules, checkpoints.

mod buffer;
pub mod checkpoint;
pub mod clip;
pub mod ema;
pub mod lbfgs;
pub mod optim;
mod params;
pub mod penalty;
pub mod schedule;
mod session;

pub use crate::kernels::micro::peak;
pub use checkpoint::{Checkpoint, NamedTensor, Progress};
pub use lbfgs::Lbfgs;
pub use optim::{Optimizer, OptimizerState};
pub use params::{Grads, ParamStore, ParamView};
pub use session::{Observer, Session};
