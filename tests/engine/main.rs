//! Plans and their execution, through the public interface.

mod net;
mod passes;
