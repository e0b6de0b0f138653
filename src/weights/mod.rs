//! Weight files: reading, writing, renaming, and fitting them to a model.
//!
//! A file is opened by its content ([`Archive`]): its index is read and checked against the
//! file's length before anything is allocated for a tensor, and nothing of a file is ever
//! executed. [`load`] matches the index with what a model wants, through rename [`Rules`], and
//! reads the numbers only when everything fits.

mod archive;
pub mod darknet;
mod element;
mod error;
pub mod import;
mod inspect;
mod keras;
mod load;
pub mod npy;
pub mod npz;
mod pickle;
mod rename;
mod report;
pub mod safetensors;
mod source;
mod tensor;
mod torch;
mod zip;

pub use archive::{Archive, Entry, Format};
pub use element::Element;
pub use error::{Problem, WeightsError};
pub use inspect::{Listing, Row, convert, inspect, write, write_with};
pub use load::{LoadOptions, Loaded, Wanted, load, load_archive};
pub use rename::{Layout, Rule, RuleError, Rules, Start};
pub use report::{Mismatch, Nearest, Proposal, Report};
pub use tensor::{Tensor, Tensors, Values, element_count, shape_text};
