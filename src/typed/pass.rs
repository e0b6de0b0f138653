//! The forward pass of a chain: ops one after the other, by the engine's kernels.
//!
//! What the steps of a chain hand to each other stays in buffers of a pool. Without a tape, a layer
//! and what follows it run as one kernel over weights that are packed once; with a tape, a batch norm
//! and what follows it do, as in the engine.

use std::iter::Peekable;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::vec::IntoIter;

use crate::ops::blocked::Layout;
use crate::ops::lower::{Forward, LowerCx, Lowered, Needs, NoiseKey};
use crate::ops::{Op, batch_norm, fused};
use crate::shape::Fact;

use super::back::{Back, Done, Kept, Source};
use super::layer::Layer;
use super::pool::{self, Scratch};
use super::shelf::{self, Ready, Tail};
use super::tape::{Operand, Slot};

/// A step of a chain.
pub(super) struct Step<'a> {
    pub link: Link<'a>,
    /// The inputs; where another step comes before, those after the first.
    pub inputs: Vec<Operand>,
}

/// What a step does.
pub(super) enum Link<'a> {
    /// Applies a layer.
    Layer(&'a Layer),
    /// Applies an op without parameters.
    Op(Op),
}

impl Link<'_> {
    pub fn op(&self) -> &Op {
        match self {
            Link::Layer(layer) => layer.op(),
            Link::Op(op) => op,
        }
    }
}

/// What an op is called with besides its inputs.
#[derive(Default)]
pub(super) struct Setting {
    /// Values of the trainable parameters.
    pub params: Vec<Arc<Vec<f32>>>,
    /// The ways to their gradients, where they are trained.
    pub slots: Vec<Option<Slot>>,
    /// Running statistics.
    pub state: Vec<Vec<f32>>,
    /// Whether statistics are the batch's and noise is on.
    pub training: bool,
    /// Whether no gradient goes on to the inputs.
    pub at_input: bool,
    /// The node whose noise is drawn.
    pub node: u64,
    /// The random streams of the step.
    pub noise: NoiseKey,
}

/// A chain that was run.
pub(super) struct Passed {
    pub output: Vec<f32>,
    pub fact: Fact,
    /// The backward pass, where a gradient is wanted.
    pub back: Option<Back>,
}

/// Runs a chain; with a tape, keeps what its backward pass reads.
pub(super) fn forward(steps: Vec<Step<'_>>, taped: bool) -> Passed {
    let stages = Cutter { steps: steps.into_iter().peekable(), taped }.stages();
    let over: Vec<bool> = (0..stages.len()).map(|at| runs_over(&stages[..=at], taped)).collect();
    let last = stages.last().expect("a chain has a step");
    let (fact, in_maps) = (last.fact.clone(), last.writes() == Layout::Maps);
    // Whether the output of a stage lies where that of the last will.
    let lands = |at: usize| in_maps && over[at + 1..].iter().all(|over| *over);
    let (mut flow, mut done, mut reached) = (None::<Value>, Vec::<Done>::new(), false);
    for (at, stage) in stages.into_iter().enumerate() {
        let buffer = if lands(at) { Buffer::output } else { Buffer::aligned };
        let flows = reached && !stage.setting.at_input;
        reached = flows || stage.wants_gradients();
        let first = flow.map(|value| value.brought(stage.reads(), Buffer::aligned));
        let (fact, layout) = (stage.fact.clone(), stage.writes());
        let buffer = stage.forward(first, (over[at], buffer), flows, taped.then_some(&mut done));
        flow = Some(Value { buffer, fact, layout });
    }
    let output = match flow.map(|value| value.brought(Layout::Maps, Buffer::output)) {
        Some(Buffer::Output(output)) => output,
        _ => unreachable!("the last stage writes the output"),
    };
    Passed { output, fact, back: (taped && reached).then(|| Back::new(done)) }
}

/// Steps that run as one kernel.
struct Stage<'a> {
    /// `None` for a view.
    ready: Option<Ready>,
    /// The inputs; where another stage comes before, those after the first.
    inputs: Vec<Operand>,
    /// Of the output.
    fact: Fact,
    setting: Setting,
    /// The layer whose running statistics move.
    moves: Option<&'a Layer>,
    /// Whether each input's gradient is that of the output.
    hands_on: bool,
    large: bool,
}

/// Cuts a chain into stages.
struct Cutter<'a> {
    steps: Peekable<IntoIter<Step<'a>>>,
    taped: bool,
}

impl<'a> Cutter<'a> {
    fn stages(mut self) -> Vec<Stage<'a>> {
        let mut stages: Vec<Stage<'a>> = Vec::new();
        while let Some(step) = self.steps.next() {
            let stage = self.stage(step, stages.last().map(|before| before.fact.clone()));
            stages.push(stage);
        }
        stages
    }

    fn stage(&mut self, Step { link, mut inputs }: Step<'a>, before: Option<Fact>) -> Stage<'a> {
        let facts: Vec<Fact> = before.into_iter().chain(inputs.iter().map(|x| x.fact.clone())).collect();
        let op = link.op();
        let fact = op.infer(&facts).unwrap_or_else(|error| panic!("`{}`: {}", op.info().name, error.message));
        let setting = match link {
            Link::Layer(layer) => layer.setting(self.taped),
            Link::Op(_) => Setting { training: self.taped, ..Setting::default() },
        };
        let (tail, added) = self.tail(op, &fact);
        if setting.at_input {
            inputs.iter_mut().for_each(|x| x.slot = None);
        }
        inputs.extend(added);
        let ready = self.lowered(&link, &facts, &fact, &tail, &setting);
        let moves = match link {
            Link::Layer(layer) if setting.training && !setting.state.is_empty() => Some(layer),
            _ => None,
        };
        let hands_on = ready.is_none() || matches!(op, Op::Add(_)) && facts.iter().all(|f| f.shape == fact.shape);
        let large = op.macs(&facts, &fact) >= LARGE;
        Stage { ready, inputs, fact, setting, moves, hands_on, large }
    }

    /// Takes the steps that run in one kernel with an op, and what is added there.
    fn tail(&mut self, head: &Op, fact: &Fact) -> (Tail<'a>, Option<Operand>) {
        let mut tail = Tail::default();
        let folds = !self.taped && fused::is_head(head);
        if folds && fused::takes_norm(head) {
            let norm = |next: &Step<'a>| match next.link {
                Link::Layer(layer) if matches!(layer.op(), Op::BatchNorm(_)) => Some(layer),
                _ => None,
            };
            tail.norm = self.steps.peek().and_then(norm);
            self.steps.next_if(|_| tail.norm.is_some());
        }
        if !folds && !matches!(head, Op::BatchNorm(_)) {
            return (tail, None);
        }
        let adds = |next: &Step<'a>| {
            let same = matches!(&next.inputs[..], [other] if other.fact.shape == fact.shape);
            same && matches!(next.link, Link::Op(Op::Add(_)))
        };
        let added = self.steps.next_if(adds).and_then(|step| step.inputs.into_iter().next());
        tail.residual = added.is_some();
        let fits = |op: &Op| if folds { fused::is_activation(op) } else { batch_norm::Tail::last_of(op).is_some() };
        let next = self.steps.next_if(|next| matches!(&next.link, Link::Op(op) if fits(op)));
        tail.activation = next.map(|step| step.link.op().clone());
        (tail, added)
    }

    /// The kernel of a stage; `None` for a view.
    fn lowered(
        &self,
        link: &Link<'_>,
        facts: &[Fact],
        fact: &Fact,
        tail: &Tail<'_>,
        setting: &Setting,
    ) -> Option<Ready> {
        if let (Link::Layer(layer), false) = (link, self.taped)
            && fused::is_head(layer.op())
            && let Some(ready) = shelf::kernel_of(layer, facts, fact, tail)
        {
            return Some(ready);
        }
        let lowered = match link.op() {
            Op::BatchNorm(norm) => {
                let last = tail.activation.as_ref().and_then(batch_norm::Tail::last_of).unwrap_or_default();
                let tail = batch_norm::Tail { residual: tail.residual, last };
                Lowered::Kernel(norm.with_tail(&facts[0], tail, setting.training))
            }
            op => op.lower(facts, fact, LowerCx { training: setting.training, node: setting.node }),
        };
        match lowered {
            Lowered::View => None,
            Lowered::Kernel(kernel) => Some(Ready::over_maps(kernel)),
        }
    }
}

/// A value between two stages, or the output.
enum Buffer {
    /// Between two stages.
    Aligned(Scratch),
    /// For a tensor.
    Output(Vec<f32>),
}

impl Buffer {
    fn aligned(len: usize) -> Self {
        Buffer::Aligned(Scratch::take(len))
    }

    fn output(len: usize) -> Self {
        Buffer::Output(pool::take(len))
    }
}

impl Deref for Buffer {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        match self {
            Buffer::Aligned(values) => values,
            Buffer::Output(values) => values,
        }
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [f32] {
        match self {
            Buffer::Aligned(values) => values,
            Buffer::Output(values) => values,
        }
    }
}

/// What flows from stage to stage.
struct Value {
    buffer: Buffer,
    fact: Fact,
    layout: Layout,
}

impl Value {
    /// Its values in a layout, rearranged into another buffer where they lie in another one.
    fn brought(self, to: Layout, make: impl Fn(usize) -> Buffer) -> Buffer {
        if self.layout == to {
            return self.buffer;
        }
        let mut into = make(len_in(to, &self.fact));
        match (self.layout.arrangement(&self.fact), to.arrangement(&self.fact)) {
            (Some(blocks), _) => blocks.unpack(&self.buffer, &mut into),
            (None, Some(blocks)) => blocks.pack(&self.buffer, &mut into),
            (None, None) => unreachable!("all other layouts have an arrangement"),
        }
        into
    }
}

/// Elements of a tensor in a layout.
fn len_in(layout: Layout, fact: &Fact) -> usize {
    layout.arrangement(fact).map_or(fact.numel(), |blocks| blocks.len())
}

/// Whether the last of these stages writes over its first input: over what comes from the stage
/// before, if neither backward pass reads that, or over a copy of a tensor.
fn runs_over(stages: &[Stage<'_>], taped: bool) -> bool {
    let [before @ .., stage] = stages else { return false };
    let in_place = stage.ready.as_ref().is_none_or(|ready| ready.kernel.in_place());
    match before.last() {
        None => in_place && stage.inputs.first().is_some_and(|x| x.fact.numel() == stage.fact.numel()),
        Some(before) => {
            let read = taped && (stage.needs().inputs || before.needs().output);
            in_place && before.writes() == stage.reads() && before.fact.numel() == stage.fact.numel() && !read
        }
    }
}

/// Multiply-adds from which on a kernel is handed to the pool of threads at once, where none of its
/// threads runs the whole step (see [`attended`](super::attended)).
const LARGE: u128 = 2 << 20;

pub(super) fn in_pool(large: bool, run: impl FnOnce() + Send) {
    if large { rayon::scope(|_| run()) } else { run() }
}

impl Stage<'_> {
    /// How its inputs lie.
    fn reads(&self) -> Layout {
        self.ready.as_ref().map_or(Layout::Maps, |ready| ready.reads)
    }

    /// How its output lies.
    fn writes(&self) -> Layout {
        self.ready.as_ref().map_or(Layout::Maps, |ready| ready.writes)
    }

    /// A copy of a tensor as its kernel reads it.
    fn copy(&self, x: &Operand) -> Arc<Scratch> {
        let copy = x.copy();
        Arc::new(match self.reads().arrangement(&x.fact) {
            None => copy,
            Some(blocks) => {
                let mut arranged = Scratch::take(blocks.len());
                blocks.pack(&copy, &mut arranged);
                arranged
            }
        })
    }

    /// What its backward pass reads.
    fn needs(&self) -> Needs {
        match &self.ready {
            Some(ready) if !self.hands_on => ready.kernel.needs(),
            _ => Needs::default(),
        }
    }

    /// Whether gradients are wanted but for that of the stage before.
    fn wants_gradients(&self) -> bool {
        self.setting.slots.iter().any(Option::is_some) || self.inputs.iter().any(|x| x.slot.is_some())
    }

    /// Runs it. With a tape, `done` gets what is done; `flows` says whether the stages before want a
    /// gradient.
    fn forward(
        mut self,
        flow: Option<Buffer>,
        (over, buffer): (bool, impl Fn(usize) -> Buffer),
        flows: bool,
        done: Option<&mut Vec<Done>>,
    ) -> Buffer {
        let (inner, len) = (flow.is_some(), len_in(self.writes(), &self.fact));
        // By input; one that the output's buffer holds is an empty slice to the kernel.
        let mut values: Vec<Option<Arc<Scratch>>> = Vec::new();
        let mut output = match flow {
            Some(flow) if over => {
                values.push(None);
                flow
            }
            Some(Buffer::Aligned(flow)) => {
                values.push(Some(Arc::new(flow)));
                buffer(len)
            }
            Some(Buffer::Output(_)) => unreachable!("only what is written over lies there"),
            None if over => {
                values.push(None);
                let mut output = buffer(len);
                self.inputs[0].values.read(&mut output);
                output
            }
            None => buffer(len),
        };
        let there = values.len() - usize::from(inner);
        values.extend(self.inputs.iter().skip(there).map(|x| Some(self.copy(x))));
        // A chain may come to a norm twice.
        self.setting.state = self.moves.map_or(self.setting.state, Layer::state);
        let saved = self.run(&values, &mut output);
        if let Some(layer) = self.moves {
            layer.keep_state(&self.setting.state);
        }
        if let Some(done) = done {
            if let (true, Some(before), Some(first)) = (inner, done.last_mut(), &values[0]) {
                before.keep_output(first);
            }
            done.push(self.done(values, inner, flows, saved));
        }
        output
    }

    /// Runs the kernel, and returns what it saved.
    fn run(&mut self, inputs: &[Option<Arc<Scratch>>], output: &mut [f32]) -> Vec<Scratch> {
        let inputs: Vec<&[f32]> = inputs.iter().map(|x| x.as_ref().map_or(&[][..], |x| x)).collect();
        let Some(Ready { kernel, packed, .. }) = &self.ready else {
            if let Some(x) = inputs.first().filter(|x| !x.is_empty()) {
                output.copy_from_slice(x);
            }
            return Vec::new();
        };
        let workspace = kernel.workspace();
        let mut saved: Vec<Scratch> = workspace.saved.iter().map(|len| Scratch::take(*len)).collect();
        let mut scratch = Scratch::take(workspace.forward);
        let params: Vec<&[f32]> = self.setting.params.iter().map(|p| p.as_slice()).collect();
        let mut state: Vec<&mut [f32]> = self.setting.state.iter_mut().map(Vec::as_mut_slice).collect();
        let mut parts: Vec<&mut [f32]> = saved.iter_mut().map(|s| &mut **s).collect();
        in_pool(self.large, || {
            kernel.forward(Forward {
                inputs: &inputs,
                params: &params,
                state: &mut state,
                output,
                packed,
                saved: &mut parts,
                scratch: &mut scratch,
                noise: self.setting.noise,
            });
        });
        saved
    }

    /// What its backward pass needs, and no more.
    fn done(self, values: Vec<Option<Arc<Scratch>>>, inner: bool, flows: bool, saved: Vec<Scratch>) -> Done {
        let wanted = flows || self.wants_gradients();
        let needs = if wanted { self.needs() } else { Needs::default() };
        let reads = |at: usize| needs.inputs && self.ready.as_ref().is_some_and(|ready| ready.kernel.reads_input(at));
        let mut inputs = Vec::new();
        let mut operands = self.inputs.into_iter();
        for (at, value) in values.into_iter().enumerate() {
            let operand = if inner && at == 0 { None } else { operands.next() };
            let (len, slot, tensor) = match operand {
                Some(x) => (x.fact.numel(), x.slot, Some(x.values)),
                None => (value.as_ref().map_or(self.fact.numel(), |value| value.len()), None, None),
            };
            let kept = match (value, tensor) {
                _ if !reads(at) => Kept::Nothing,
                (Some(copy), _) => Kept::Copy(copy),
                (None, tensor) => tensor.map_or(Kept::Nothing, Kept::Tensor),
            };
            inputs.push(Source { len, slot, kept });
        }
        let Setting { params, slots, state, .. } = self.setting;
        Done {
            kernel: self.ready.map(|ready| ready.kernel).filter(|_| !self.hands_on),
            inputs,
            flows,
            wanted,
            output: Kept::Nothing,
            needs,
            params,
            slots,
            state,
            saved,
            large: self.large,
        }
    }
}
