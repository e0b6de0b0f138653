//! Rust from checked networks.
//!
//! [`dfdx`] writes the network, [`package`] a Cargo package around it. Text of a spec reaches
//! generated code as an identifier or an escaped literal alone (see [`names`]).

pub mod dfdx;
pub mod format;
pub mod names;
pub mod package;
pub mod tree;

pub use package::{Dependency, Package, Source};
