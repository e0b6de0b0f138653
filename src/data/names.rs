//! From the names of classes to their labels.

use std::collections::HashMap;
use std::path::Path;

use crate::diag::{Diagnostic, codes, did_you_mean, listing};

use super::files::problem;

/// The classes of a data set in the order of their labels.
pub(super) struct Classes {
    names: Vec<String>,
    labels: HashMap<String, u32>,
    /// Whether the spec names them.
    given: bool,
}

impl Classes {
    /// As the spec has them, else told by the names that occur: in their order, or in that of their
    /// numbers where all are numbers. Numbers from 0 that leave few gaps are the labels themselves.
    pub(super) fn new<'a>(given: &[String], found: impl IntoIterator<Item = &'a str>) -> Self {
        let names = if given.is_empty() { numbering(sorted(found)) } else { given.to_vec() };
        let mut labels = HashMap::new();
        for (label, name) in (0..).zip(&names) {
            labels.entry(name.clone()).or_insert(label);
        }
        Self { names, labels, given: !given.is_empty() }
    }

    /// The label of a class. `007` and `7` are the same number; where the spec names the classes, a
    /// number is a label as well.
    pub(super) fn label(&self, name: &str) -> Option<u32> {
        let number = || name.parse::<u32>().ok();
        let known = self.labels.get(name).copied();
        let known = known.or_else(|| self.labels.get(&number()?.to_string()).copied());
        known.or_else(|| number().filter(|n| self.given && (*n as usize) < self.names.len()))
    }

    /// The error for a name without a label.
    pub(super) fn unknown(&self, name: &str, place: &Path) -> Diagnostic {
        let names = || self.names.iter().map(String::as_str);
        problem(codes::UNKNOWN_CLASS, place, format!("`{name}` is not a known class")).help(
            match did_you_mean(name, names()) {
                Some(close) => format!("did you mean `{close}`?"),
                None => format!("the classes are {}", listing(names(), 8)),
            },
        )
    }

    /// The names.
    pub(super) fn into_names(self) -> Vec<String> {
        self.names
    }
}

fn sorted<'a>(found: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut names: Vec<&str> = found.into_iter().collect();
    names.sort_unstable();
    names.dedup();
    if names.iter().all(|n| n.parse::<u32>().is_ok()) {
        names.sort_by_key(|n| n.parse::<u32>().unwrap_or(0));
    }
    names.into_iter().map(String::from).collect()
}

/// A part may lack a class: `0, 1, 3` keeps its numbers, `10, 20, 30` does not.
fn numbering(names: Vec<String>) -> Vec<String> {
    let numbers: Option<Vec<usize>> = names.iter().map(|n| n.parse().ok()).collect();
    match numbers.as_deref() {
        Some([.., last]) if *last < 2 * names.len() => (0..=*last).map(|n| n.to_string()).collect(),
        _ => names,
    }
}
