//! Plans and their execution, through the public interface.

#[path = "../common/mod.rs"]
mod common;

mod dag;
mod maps;
mod net;
mod optim;
mod passes;
mod zoo;
