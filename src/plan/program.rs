//! The instructions of a plan.
//!
//! While a plan is made, the slots of [`Work`] name buffers and the value expected in them;
//! once the arena is laid out, they are indices into the step's own list of regions.

use crate::check::ParamId;
use crate::graph::NodeId;
use crate::kernels::blocked::layout::Blocks;
use crate::ops::blocked::Layout;
use crate::ops::lower::{Kernel, Needs};

/// A kernel with the parameters that it reads.
pub(crate) struct Call {
    pub kernel: Box<dyn Kernel>,
    pub needs: Needs,
    /// Its op, or the ops that run as one.
    pub op: String,
    /// Where the packed parameters lie among those of all calls.
    pub packed: Region,
    /// Whether forward writes `state`.
    pub writes_state: bool,
    /// Multiplications that are followed by an addition, of one forward run.
    pub macs: u64,
    /// Trainable parameters in the op's order.
    pub params: Vec<ParamId>,
    /// Which of `params` get a gradient.
    pub wanted: Vec<bool>,
    /// The other parameters in the op's order.
    pub state: Vec<ParamId>,
}

/// A use of a buffer that holds a certain value: in-place steps put a new value into a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Access {
    pub buffer: u32,
    pub value: u32,
}

/// A range of the arena, in elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Region {
    pub start: usize,
    pub len: usize,
}

/// What one step does; `S` names its buffers.
#[derive(Clone, Debug)]
pub(crate) enum Work<S> {
    /// Runs a kernel forward. `in_place` is input 0 where the output takes its buffer.
    Forward { call: usize, inputs: Vec<Option<S>>, in_place: Option<S>, output: S, saved: Vec<S>, scratch: Option<S> },
    /// Runs a kernel backward. One of `grad_inputs` may take the buffer of `grad_output`.
    Backward {
        call: usize,
        inputs: Vec<Option<S>>,
        output: Option<S>,
        saved: Vec<S>,
        grad_output: S,
        grad_inputs: Vec<Option<S>>,
        scratch: Option<S>,
    },
    /// The gradient of the loss with respect to itself.
    Seed { grad: S },
    /// `into += from`.
    AddTo { into: S, from: S },
    /// `out = a + b`.
    Sum { out: S, a: S, b: S },
    /// Brings a tensor from maps to another layout, or back.
    Rearrange { blocks: Blocks, to: Layout, from: S, into: S },
}

/// How a step uses a buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Read,
    /// All of it is written, whatever it held before.
    Write,
    /// Read and written.
    Update,
}

impl<S: Copy> Work<S> {
    /// Visits every use of a buffer, reads before writes.
    pub fn each(&self, f: &mut impl FnMut(S, Mode)) {
        match self {
            Work::Forward { inputs, in_place, output, saved, scratch, .. } => {
                inputs.iter().chain([in_place]).flatten().for_each(|s| f(*s, Mode::Read));
                f(*output, Mode::Write);
                saved.iter().chain(scratch).for_each(|s| f(*s, Mode::Write));
            }
            Work::Backward { inputs, output, saved, grad_output, grad_inputs, scratch, .. } => {
                inputs.iter().chain([output]).flatten().for_each(|s| f(*s, Mode::Read));
                saved.iter().chain([grad_output]).for_each(|s| f(*s, Mode::Read));
                grad_inputs.iter().flatten().chain(scratch).for_each(|s| f(*s, Mode::Write));
            }
            Work::Seed { grad } => f(*grad, Mode::Write),
            Work::AddTo { into, from } => {
                f(*from, Mode::Read);
                f(*into, Mode::Update);
            }
            Work::Sum { out, a, b } => {
                f(*a, Mode::Read);
                f(*b, Mode::Read);
                f(*out, Mode::Write);
            }
            Work::Rearrange { from, into, .. } => {
                f(*from, Mode::Read);
                f(*into, Mode::Write);
            }
        }
    }

    /// The same work under other names.
    pub fn map<T>(&self, mut f: impl FnMut(S) -> T) -> Work<T> {
        fn all<S: Copy, T>(slots: &[Option<S>], f: &mut impl FnMut(S) -> T) -> Vec<Option<T>> {
            slots.iter().map(|s| s.map(&mut *f)).collect()
        }
        match self {
            Work::Forward { call, inputs, in_place, output, saved, scratch } => Work::Forward {
                call: *call,
                inputs: all(inputs, &mut f),
                in_place: in_place.map(&mut f),
                output: f(*output),
                saved: saved.iter().map(|s| f(*s)).collect(),
                scratch: scratch.map(&mut f),
            },
            Work::Backward { call, inputs, output, saved, grad_output, grad_inputs, scratch } => Work::Backward {
                call: *call,
                inputs: all(inputs, &mut f),
                output: output.map(&mut f),
                saved: saved.iter().map(|s| f(*s)).collect(),
                grad_output: f(*grad_output),
                grad_inputs: all(grad_inputs, &mut f),
                scratch: scratch.map(&mut f),
            },
            Work::Seed { grad } => Work::Seed { grad: f(*grad) },
            Work::AddTo { into, from } => Work::AddTo { into: f(*into), from: f(*from) },
            Work::Sum { out, a, b } => Work::Sum { out: f(*out), a: f(*a), b: f(*b) },
            Work::Rearrange { blocks, to, from, into } => {
                Work::Rearrange { blocks: *blocks, to: *to, from: f(*from), into: f(*into) }
            }
        }
    }
}

/// One step, ready to run.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// The node that the step is for.
    pub node: NodeId,
    /// Slots are indices into `regions`.
    pub work: Work<usize>,
    /// The disjoint parts of the arena that it touches, in order.
    pub regions: Vec<Region>,
}

impl Step {
    /// Names the buffers of some work by the regions where they lie.
    pub fn place(node: NodeId, work: &Work<Access>, region: impl Fn(Access) -> Region) -> Step {
        let mut regions = Vec::new();
        work.each(&mut |access, _| regions.push(region(access)));
        regions.sort_unstable();
        regions.dedup();
        // The list holds every region of the work, so the search succeeds.
        let work = work.map(|access| regions.binary_search(&region(access)).unwrap_or_else(|at| at));
        Step { node, work, regions }
    }
}
