//! The parser that pest makes of `grammar/blockprint.pest`.

#![allow(missing_docs)]

use pest_derive::Parser;

/// The generated parser; see the grammar file.
#[derive(Parser)]
#[grammar = "../grammar/blockprint.pest"]
pub struct Grammar;
