//! Plans and their execution, through the public interface.

mod net;
mod optim;
mod passes;
