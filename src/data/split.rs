//! Which examples make up a part.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::config::{Split, SplitBy};
use crate::diag::{Diagnostic, codes};
use crate::random::{self, Purpose};

use super::image::Image;
use super::layout::Parts;
use super::{DataError, Dataset, Labels, Part, Raw};

/// What is drawn where a data set has neither a validation nor a test part.
const DEFAULT_SPLIT: Split = Split { val: 0.1, test: 0.0, seed: 0, by: SplitBy::Example };

/// Where a part comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Source {
    /// The part of the data set that holds it.
    pub(super) part: Part,
    /// The draw from that part, where it is not the whole.
    pub(super) draw: Option<Draw>,
}

/// A share of a part's examples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Draw {
    split: Split,
    share: Part,
}

/// Chooses the source of a part; `None` where nothing can stand in for it.
pub(super) fn choose(parts: &Parts, split: Option<Split>, part: Part) -> Option<Source> {
    let whole = |part| Source { part, draw: None };
    let standalone = parts.val.is_none() && parts.test.is_none();
    let split = split.or(standalone.then_some(DEFAULT_SPLIT)).filter(|_| parts.train.is_some());
    // A part that lies in files of its own is not drawn as well.
    let left = |own: &Option<_>, fraction: f64| if own.is_none() { fraction } else { 0.0 };
    let split = split.map(|s| Split { val: left(&parts.val, s.val), test: left(&parts.test, s.test), ..s });
    let drawn = |share| Source { part: Part::Train, draw: split.map(|split| Draw { split, share }) };
    let drawn_val = split.filter(|s| s.val > 0.0).map(|_| drawn(Part::Val));
    let drawn_test = split.filter(|s| s.test > 0.0).map(|_| drawn(Part::Test));
    let val = parts.val.as_ref().map(|_| whole(Part::Val)).or(drawn_val);
    let test = parts.test.as_ref().map(|_| whole(Part::Test)).or(drawn_test);
    match part {
        Part::Train => {
            parts.train.as_ref()?;
            Some(if drawn_val.or(drawn_test).is_some() { drawn(Part::Train) } else { whole(Part::Train) })
        }
        Part::Val => val.or(test),
        Part::Test => test.or(val),
    }
}

impl Draw {
    /// The share of a part, in the part's own order.
    pub(super) fn apply(self, inner: Arc<dyn Dataset>) -> Result<Arc<dyn Dataset>, Diagnostic> {
        let n = inner.len();
        let indices = match self.split.by {
            SplitBy::Example => self.draw(n, 0),
            SplitBy::Class => {
                let labels = inner.labels();
                let classes: BTreeSet<u32> = (0..n).filter_map(|i| labels.class(i)).collect();
                let classes: Vec<u32> = classes.into_iter().collect();
                let drawn: Vec<u32> = self.draw(classes.len(), 0).into_iter().map(|at| classes[at]).collect();
                let holds = |i: &usize| labels.class(*i).is_some_and(|c| drawn.binary_search(&c).is_ok());
                (0..n).filter(holds).collect()
            }
            SplitBy::Within => {
                let mut by_class: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
                for index in 0..n {
                    by_class.entry(inner.labels().class(index).unwrap_or(0)).or_default().push(index);
                }
                let drawn = |(class, own): (&u32, &Vec<usize>)| {
                    self.draw(own.len(), u64::from(*class) + 1).into_iter().map(|at| own[at]).collect::<Vec<_>>()
                };
                let mut indices: Vec<usize> = by_class.iter().flat_map(drawn).collect();
                indices.sort_unstable();
                indices
            }
        };
        if indices.is_empty() {
            let message = format!("the split leaves no examples for `{}` out of {n}", self.share.name());
            return Err(Diagnostic::error(codes::NO_EXAMPLES, message).help("change the fractions of `split`"));
        }
        Ok(Arc::new(Subset::new(inner, indices)))
    }
}

impl Draw {
    /// Those of `n` things that are in the share, in order; `stream` tells draws apart.
    fn draw(self, n: usize, stream: u64) -> Vec<usize> {
        let count = |fraction: f64| ((n as f64 * fraction).round() as usize).min(n);
        let (val, test) = (count(self.split.val), count(self.split.test));
        let order = random::permutation(&mut random::stream(self.split.seed, Purpose::Split, stream, 0), n);
        let cut = (val + test).min(n);
        let mut drawn = match self.share {
            Part::Val => order[..val].to_vec(),
            Part::Test => order[val..cut].to_vec(),
            Part::Train => order[cut..].to_vec(),
        };
        drawn.sort_unstable();
        drawn
    }
}

/// The first `count` examples of a data set.
pub fn first(inner: Arc<dyn Dataset>, count: usize) -> Arc<dyn Dataset> {
    let indices: Vec<usize> = (0..inner.len().min(count)).collect();
    Arc::new(Subset::new(inner, indices))
}

/// Some examples of a data set.
struct Subset {
    inner: Arc<dyn Dataset>,
    indices: Vec<usize>,
    labels: Labels,
    weights: Option<Vec<f32>>,
}

impl Subset {
    fn new(inner: Arc<dyn Dataset>, indices: Vec<usize>) -> Self {
        let labels = inner.labels().pick(&indices);
        let of = |weights: &[f32]| indices.iter().filter_map(|i| weights.get(*i).copied()).collect();
        let weights = inner.weights().map(of);
        Self { inner, indices, labels, weights }
    }
}

impl Dataset for Subset {
    fn slots(&self) -> usize {
        self.inner.slots()
    }

    fn image(&self, index: usize) -> Result<Image<'_>, DataError> {
        self.image_at(index, 0)
    }

    fn image_at(&self, index: usize, slot: usize) -> Result<Image<'_>, DataError> {
        match self.indices.get(index) {
            Some(&inner) => self.inner.image_at(inner, slot).map_err(|e| DataError { index, ..e }),
            None => Err(DataError::damaged(index, self.place(index), "there is no such example")),
        }
    }

    fn labels(&self) -> &Labels {
        &self.labels
    }

    fn weights(&self) -> Option<&[f32]> {
        self.weights.as_deref()
    }

    fn names(&self) -> &[String] {
        self.inner.names()
    }

    fn place(&self, index: usize) -> String {
        self.indices.get(index).map(|i| self.inner.place(*i)).unwrap_or_default()
    }

    fn raw(&self, index: usize, slot: usize) -> Option<Raw<'_>> {
        self.inner.raw(*self.indices.get(index)?, slot)
    }

    fn shape(&self) -> Option<[usize; 3]> {
        self.inner.shape()
    }
}
