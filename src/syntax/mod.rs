//! Reading and writing specs: two spellings, one tree.

pub mod ast;
