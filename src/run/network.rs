//! A checked network with its parameters, and sessions planned for it by batch size.

use std::collections::BTreeMap;

use crate::check::{Bound, Checked};
use crate::diag::{Diagnostic, Sink, codes};
use crate::engine::{ParamStore, Session};
use crate::graph::NodeId;
use crate::plan::{Plan, PlanOptions};
use crate::shape::{DType, Symbols};

use super::Failure;

/// A checked network with its parameters.
pub struct Network<'a> {
    checked: &'a Checked,
    /// The values of all parameters.
    pub params: ParamStore,
    /// The most bytes a plan may take, where there is a limit.
    pub max_memory: Option<u64>,
}

/// The inputs that a data set feeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feeds {
    /// The input that takes the example's tensor.
    pub image: NodeId,
    /// The input that takes its label.
    pub label: Option<NodeId>,
}

impl<'a> Network<'a> {
    /// The network with first values drawn from `seed`.
    pub fn new(checked: &'a Checked, seed: u64) -> Self {
        Self { checked, params: ParamStore::init(checked, seed), max_memory: None }
    }

    /// The graph and its proof.
    pub fn checked(&self) -> &'a Checked {
        self.checked
    }

    /// Which inputs a data set of single examples feeds: the first input of floats takes the
    /// tensor, the first other input the label. Others cannot be fed.
    pub fn feeds(&self) -> Result<Feeds, Failure> {
        let graph = self.checked.graph();
        let inputs = &graph.roles.inputs;
        let is_f32 = |id: &&NodeId| self.checked.fact(**id).dtype == DType::F32;
        let Some(image) = inputs.iter().find(is_f32).or_else(|| inputs.first()) else {
            return Err(Failure::new(codes::INPUT_UNFED, "the network has no input"));
        };
        let mut others = inputs.iter().filter(|id| *id != image);
        let label = others.next().copied();
        match others.next() {
            None => Ok(Feeds { image: *image, label }),
            Some(extra) => {
                let node = graph.node(*extra);
                Err(Diagnostic::error(codes::INPUT_UNFED, format!("no data feeds the input `{}`", node.path))
                    .label(node.span, "neither the tensor nor the label of an example")
                    .help("a data set gives one tensor and one label for each example")
                    .into())
            }
        }
    }

    /// Values for all symbols, from the sizes of one example of the input `image` and the batch.
    pub fn symbols(&self, image: NodeId, example: &[usize], batch: usize) -> Result<Symbols, Failure> {
        let mut symbols = Symbols::new();
        let fact = self.checked.fact(image);
        let sizes = std::iter::once(batch).chain(example.iter().copied());
        if fact.rank() != example.len() + 1 {
            return Err(self.misfit(image, example));
        }
        for (dim, size) in fact.shape.iter().zip(sizes) {
            bind_symbol(dim, size, &mut symbols);
        }
        for (dim, size) in fact.shape.iter().zip(std::iter::once(batch).chain(example.iter().copied())) {
            if dim.eval(&symbols) != Some(size as i64) {
                return Err(self.misfit(image, example));
            }
        }
        match self.checked.symbols().into_iter().find(|s| !symbols.contains_key(s)) {
            None => Ok(symbols),
            Some(name) => Err(Failure::new(codes::UNBOUND_SYMBOL, format!("nothing says how large `{name}` is"))),
        }
    }

    fn misfit(&self, image: NodeId, example: &[usize]) -> Failure {
        let node = self.checked.graph().node(image);
        Diagnostic::error(
            codes::BAD_TENSOR,
            format!("the data's examples have the shape {example:?}, but `{}` is {}", node.path, self.checked.fact(image)),
        )
        .label(node.span, "this input")
        .help("the first axis is the batch; add a `resize` to the augmentation, or change the input's shape")
        .into()
    }

    /// The facts of all nodes at these sizes.
    pub fn bind(&self, symbols: &Symbols) -> Result<Bound, Failure> {
        let mut sink = Sink::new();
        self.checked.bind(symbols, &mut sink).ok_or_else(|| Failure::from_sink(&sink))
    }

    /// Plans a session, and refuses one that is over the memory limit before allocating it.
    pub fn session(&self, symbols: &Symbols, options: &PlanOptions) -> Result<Session, Failure> {
        let bound = self.bind(symbols)?;
        let plan = Plan::new(self.checked, &bound, options)?;
        let needed = plan.memory().total() as u64 + self.params.bytes() as u64;
        if let Some(limit) = self.max_memory
            && needed > limit
        {
            let mib = |b: u64| b.div_ceil(1 << 20);
            return Err(Diagnostic::error(
                codes::TOO_MUCH_MEMORY,
                format!("this takes {} MiB, and {} MiB are allowed", mib(needed), mib(limit)),
            )
            .help("use a smaller batch, or raise the limit with `--max-memory`")
            .into());
        }
        Ok(Session::new(plan))
    }
}

/// Binds a dimension that is a lone symbol.
fn bind_symbol(dim: &crate::shape::Dim, size: usize, symbols: &mut Symbols) {
    let mut names = Vec::new();
    dim.symbols(&mut |name| names.push(name.to_string()));
    if let [name] = names.as_slice()
        && *dim == crate::shape::Dim::symbol(name)
    {
        symbols.entry(name.clone()).or_insert(size as i64);
    }
}

/// Sessions of one kind by batch size: the full batch and the tail of an epoch.
pub(super) struct Sessions<'o> {
    options: &'o PlanOptions,
    image: NodeId,
    example: Vec<usize>,
    by_batch: BTreeMap<usize, Session>,
}

impl<'o> Sessions<'o> {
    pub(super) fn new(options: &'o PlanOptions, image: NodeId, example: &[usize]) -> Self {
        Self { options, image, example: example.to_vec(), by_batch: BTreeMap::new() }
    }

    /// The session for a batch size, planned on first use.
    pub(super) fn get(&mut self, network: &Network<'_>, batch: usize) -> Result<&mut Session, Failure> {
        match self.by_batch.entry(batch) {
            std::collections::btree_map::Entry::Occupied(e) => Ok(e.into_mut()),
            std::collections::btree_map::Entry::Vacant(e) => {
                let symbols = network.symbols(self.image, &self.example, batch)?;
                Ok(e.insert(network.session(&symbols, self.options)?))
            }
        }
    }
}
