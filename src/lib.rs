//! Blockprint: a declarative compiler and runner for neural networks.
//!
//! The modules, in the order of the road of a spec: [`source`] and [`diag`] know text and
//! problems; [`syntax`] reads; [`expand`] resolves templates into a [`graph`]; [`check`]
//! proves shapes; [`plan`] lays out kernel calls; [`engine`] runs them; [`run`] holds the
//! tasks. See `ARCHITECTURE.md`.

#![deny(unsafe_code)]
#![warn(missing_docs)]

pub mod check;
pub mod cli;
pub mod codegen;
pub mod config;
pub mod data;
pub mod diag;
pub mod driver;
pub mod engine;
pub mod expand;
pub mod fs;
pub mod graph;
#[allow(unsafe_code)]
pub mod kernels;
pub mod ops;
pub mod plan;
pub mod random;
pub mod run;
pub mod shape;
pub mod source;
pub mod syntax;
#[cfg(feature = "dfdx")]
pub mod typed;
pub mod weights;
pub mod zoo;
