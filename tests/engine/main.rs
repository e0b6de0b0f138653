//! Plans and their execution, through the public interface.

#[path = "../common/mod.rs"]
mod common;

mod budget;
mod dag;
mod maps;
mod net;
mod optim;
mod passes;
mod zoo;
