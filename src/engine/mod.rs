//! Runs plans: optimizers, schedules, checkpoints.

pub mod optim;
pub mod schedule;
