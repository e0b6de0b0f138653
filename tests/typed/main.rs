//! Typed layers and functions against the engine.
#![cfg(feature = "dfdx")]

mod chains;
#[path = "../common/mod.rs"]
mod common;
mod edits;
#[allow(dead_code)]
#[path = "../engine/net.rs"]
mod engine;
#[path = "../common/hostile.rs"]
mod hostile;
mod macros;
mod net;
mod ops;
mod packages;
