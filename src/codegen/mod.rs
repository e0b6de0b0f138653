//! Rust from checked networks.

pub mod names;
pub mod tree;
