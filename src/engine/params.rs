//! Values of parameters, and their gradients.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use smallvec::SmallVec;

use crate::check::{Checked, ParamId};
use crate::kernels::{reduce, sweep};
use crate::ops::init::Penalty;
use crate::plan::{Region, aligned};
use crate::random::{self, Purpose};

use super::buffer::{Buffer, Parts, carve_any};

/// The values of all parameters of a network, running statistics among them.
#[derive(Clone)]
pub struct ParamStore {
    entries: Vec<Entry>,
    by_name: HashMap<String, ParamId>,
    /// Trainable parameters.
    weights: Buffer,
    /// Running statistics.
    state: Buffer,
    /// Names the values: stores with the same stamp hold the same.
    stamp: u64,
}

#[derive(Clone)]
struct Entry {
    id: ParamId,
    name: String,
    shape: Vec<usize>,
    trainable: bool,
    penalty: Penalty,
    region: Region,
}

/// A stamp that no store has had.
fn fresh() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// One parameter of a store.
#[derive(Clone, Copy, Debug)]
pub struct ParamView<'a> {
    /// Its id.
    pub id: ParamId,
    /// Its full name.
    pub name: &'a str,
    /// Its sizes.
    pub shape: &'a [usize],
    /// Whether an optimizer may change it; running statistics are not trained.
    pub trainable: bool,
    /// A penalty of its own.
    pub penalty: Penalty,
    /// Its values, row-major.
    pub values: &'a [f32],
}

impl ParamStore {
    /// Zeros for every parameter.
    pub fn zeros(checked: &Checked) -> Self {
        let (mut weights, mut state) = (0, 0);
        let entries: Vec<Entry> = checked
            .param_ids()
            .map(|id| {
                let param = checked.param(id);
                let end = if param.trainable { &mut weights } else { &mut state };
                let region = Region { start: *end, len: param.numel() };
                *end = aligned(region.start + region.len).unwrap_or(usize::MAX);
                Entry {
                    id,
                    name: param.name.clone(),
                    shape: param.shape.clone(),
                    trainable: param.trainable,
                    penalty: param.penalty,
                    region,
                }
            })
            .collect();
        let by_name = entries.iter().map(|e| (e.name.clone(), e.id)).collect();
        Self { entries, by_name, weights: Buffer::new(weights), state: Buffer::new(state), stamp: fresh() }
    }

    /// First values. Every parameter has a random stream of its own, so that its values do not
    /// depend on the sizes of others.
    pub fn init(checked: &Checked, seed: u64) -> Self {
        let mut store = Self::zeros(checked);
        for id in checked.param_ids() {
            let param = checked.param(id);
            let mut rng = random::stream(seed, Purpose::Init, id.index() as u64, 0);
            param.init.fill(store.get_mut(id), param.fans, &mut rng);
        }
        store
    }

    /// How many parameters there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// The memory that the values take.
    pub fn bytes(&self) -> u64 {
        let elements = self.weights.get().len() + self.state.get().len();
        (elements as u64) * 4
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The values of a parameter.
    pub fn get(&self, id: ParamId) -> &[f32] {
        let entry = &self.entries[id.index()];
        if entry.trainable { self.weights.part(entry.region) } else { self.state.part(entry.region) }
    }

    /// The values of a parameter.
    pub fn get_mut(&mut self, id: ParamId) -> &mut [f32] {
        self.touch();
        let entry = &self.entries[id.index()];
        if entry.trainable { self.weights.part_mut(entry.region) } else { self.state.part_mut(entry.region) }
    }

    /// A number that changes whenever values may have changed.
    pub(super) fn stamp(&self) -> u64 {
        self.stamp
    }

    /// Notes that values change.
    pub(super) fn touch(&mut self) {
        self.stamp = fresh();
    }

    /// The parameter of this name.
    pub fn find(&self, name: &str) -> Option<ParamId> {
        self.by_name.get(name).copied()
    }

    /// The name of a parameter.
    pub fn name(&self, id: ParamId) -> &str {
        &self.entries[id.index()].name
    }

    /// A parameter with everything that is known of it.
    pub fn view(&self, id: ParamId) -> ParamView<'_> {
        let e = &self.entries[id.index()];
        ParamView {
            id,
            name: &e.name,
            shape: &e.shape,
            trainable: e.trainable,
            penalty: e.penalty,
            values: self.get(id),
        }
    }

    /// All parameters in the order of ids.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = ParamView<'_>> {
        self.entries.iter().map(|e| self.view(e.id))
    }

    /// Values to read, in the order asked for.
    pub(super) fn values(&self, ids: &[ParamId]) -> Values<'_> {
        ids.iter().map(|id| self.get(*id)).collect()
    }

    /// Values to read, and running statistics to write, both in the order asked for.
    pub(super) fn borrow<'a>(&'a mut self, params: &[ParamId], state: &[ParamId]) -> (Values<'a>, Parts<'a>) {
        let Self { entries, weights, state: data, .. } = self;
        let region = |p: &ParamId| entries[p.index()].region;
        let values = params.iter().map(|p| weights.part(region(p))).collect();
        (values, carve_any(data.get_mut(), state.iter().map(region)))
    }
}

/// Borrowed values of a few parameters.
pub(super) type Values<'a> = SmallVec<[&'a [f32]; 8]>;

/// Gradients of the parameters that a plan trains.
pub struct Grads {
    trained: Vec<ParamId>,
    /// By parameter; `None` for those that are not trained.
    regions: Vec<Option<Region>>,
    data: Buffer,
}

impl Grads {
    /// Zeros for the parameters in `trained`; `sizes` has the elements of every parameter.
    pub(super) fn new(trained: &[ParamId], sizes: &[usize]) -> Self {
        let mut regions = vec![None; sizes.len()];
        let mut end = 0;
        for id in trained {
            let region = Region { start: end, len: sizes[id.index()] };
            regions[id.index()] = Some(region);
            end = aligned(region.start + region.len).unwrap_or(usize::MAX);
        }
        Self { trained: trained.to_vec(), regions, data: Buffer::new(end) }
    }

    /// The parameters that have a gradient, in the order of ids.
    pub fn trained(&self) -> &[ParamId] {
        &self.trained
    }

    /// The gradient of a parameter; `None` where it is not trained.
    pub fn get(&self, id: ParamId) -> Option<&[f32]> {
        self.regions.get(id.index()).copied().flatten().map(|r| self.data.part(r))
    }

    /// The gradient of a parameter; `None` where it is not trained.
    pub fn get_mut(&mut self, id: ParamId) -> Option<&mut [f32]> {
        self.regions.get(id.index()).copied().flatten().map(|r| self.data.part_mut(r))
    }

    /// Sets all gradients to zero.
    pub fn clear(&mut self) {
        self.data.get_mut().fill(0.0);
    }

    /// All gradients in the order of ids.
    pub fn iter(&self) -> impl Iterator<Item = (ParamId, &[f32])> {
        self.trained.iter().filter_map(|id| Some((*id, self.get(*id)?)))
    }

    /// Adds the gradients of another session for the same parameters, as where the parts of a
    /// batch are of different sizes.
    pub fn add(&mut self, other: &Grads) {
        for id in &self.trained {
            if let (Some(region), Some(more)) = (self.regions[id.index()], other.get(*id)) {
                sweep::add_to(self.data.part_mut(region), more);
            }
        }
    }

    /// Changes every gradient.
    pub(super) fn each(&mut self, mut f: impl FnMut(&mut [f32])) {
        for id in &self.trained {
            if let Some(region) = self.regions[id.index()] {
                f(self.data.part_mut(region));
            }
        }
    }

    /// The first parameter whose gradient has an infinite element or a NaN.
    pub fn non_finite(&self) -> Option<ParamId> {
        self.iter().find(|(_, grad)| !grad.iter().all(|v| v.is_finite())).map(|(id, _)| id)
    }

    /// The gradients of `params` where `wanted`, to be added to.
    pub(super) fn borrow<'a>(
        &'a mut self,
        params: &[ParamId],
        wanted: &[bool],
    ) -> SmallVec<[Option<&'a mut [f32]>; 8]> {
        let regions = &self.regions;
        let asked = params.iter().zip(wanted).filter(|(_, w)| **w).filter_map(|(p, _)| regions[p.index()]);
        let mut parts = carve_any(self.data.get_mut(), asked).into_iter();
        wanted.iter().map(|w| if *w { parts.next() } else { None }).collect()
    }
}

/// The sum of `term` over all elements, in double precision and in a fixed order.
pub(super) fn sum_of(values: &[f32], term: impl Fn(f64) -> f64 + Sync) -> f64 {
    reduce::tree(values.len(), &|begin, end| {
        let mut lanes = [0.0; 8];
        let chunks = values[begin..end].chunks_exact(lanes.len());
        let rest: f64 = chunks.remainder().iter().map(|v| term(f64::from(*v))).sum();
        for chunk in chunks {
            for (lane, v) in lanes.iter_mut().zip(chunk) {
                *lane += term(f64::from(*v));
            }
        }
        lanes.iter().sum::<f64>() + rest
    })
}
