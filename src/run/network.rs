//! A checked network with its parameters, and sessions planned for it by batch size.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::check::{Bound, Checked};
use crate::data::Target;
use crate::diag::{Diagnostic, Sink, codes};
use crate::engine::{Grads, ParamStore, Session};
use crate::expand::TowerWeights;
use crate::graph::NodeId;
use crate::kernels::blocked::choice::Choices;
use crate::plan::{Plan, PlanError, PlanOptions};
use crate::shape::{DType, Dim, Symbols};
use crate::syntax::ast::{Expr, Spec};
use crate::weights::{self, Archive, LoadOptions, Rules, Start, Tensor, Tensors, Wanted};

use super::{Failure, darknet, tune};

/// A checked network with its parameters.
pub struct Network<'a> {
    checked: &'a Checked,
    /// The values of all parameters.
    pub params: ParamStore,
    /// The most bytes a plan may take, where there is a limit.
    pub max_memory: Option<u64>,
    /// The most bytes that a plan with a backward pass should take, counted in the same way: values
    /// are computed again where that keeps it within them (see [`PlanOptions::memory_budget`]).
    pub memory_budget: Option<u64>,
    /// Whether convolutions are formed by their definition (see [`PlanOptions::exact_conv`]).
    pub exact_conv: bool,
    /// Algorithms of convolutions as they were measured.
    pub choices: Option<Arc<Choices>>,
}

/// The inputs that a data set feeds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feeds {
    /// The input that takes the example's tensor, or its first one.
    pub image: NodeId,
    /// The inputs that take the example's further tensors, in their order.
    pub further: Vec<NodeId>,
    /// The input that takes its label.
    pub label: Option<NodeId>,
    /// The input that takes its weight: what a loss has as its `weight`.
    pub weight: Option<NodeId>,
}

impl Feeds {
    /// The inputs that take tensors, by slot.
    pub fn images(&self) -> impl Iterator<Item = NodeId> {
        std::iter::once(self.image).chain(self.further.iter().copied())
    }
}

impl<'a> Network<'a> {
    /// The network with first values drawn from `seed`.
    pub fn new(checked: &'a Checked, seed: u64) -> Self {
        let params = ParamStore::init(checked, seed);
        Self { checked, params, max_memory: None, memory_budget: None, exact_conv: false, choices: None }
    }

    /// The graph and its proof.
    pub fn checked(&self) -> &'a Checked {
        self.checked
    }

    /// Loads a weights file, renamed as the `weights` section of `spec` says. Darknet's files
    /// have no names: they are read in the order of the network's layers, and nothing is renamed.
    ///
    /// # Errors
    /// A file that cannot be read, or that does not match the network.
    pub fn load(&mut self, file: &Path, spec: Option<&Spec>, partial: bool) -> Result<(), Failure> {
        self.load_with(file, spec, &LoadOptions { partial, ..LoadOptions::default() })
    }

    /// As [`Network::load`], with all options.
    ///
    /// # Errors
    /// A file that cannot be read, or that does not match the network.
    pub fn load_with(&mut self, file: &Path, spec: Option<&Spec>, options: &LoadOptions) -> Result<(), Failure> {
        let rules = rules(spec.and_then(|s| s.section("weights")))?;
        let wanted = self.wanted("");
        let sections = darknet::sections(self.checked);
        let loaded = Archive::open_with(file, Some(&sections)).and_then(|mut archive| {
            let rules = if archive.format() == weights::Format::Darknet { Rules::default() } else { rules };
            weights::load_archive(&mut archive, &wanted, &rules, options)
        });
        let loaded = loaded.map_err(|e| Failure::input(e.into()))?;
        self.take("", &loaded.tensors);
        Ok(())
    }

    /// Loads a file of another spec's network into the tower that holds it, renamed as that
    /// spec says. What the tower leaves out of that network, the file may have all the same.
    ///
    /// # Errors
    /// A file that cannot be read, or that does not match the tower.
    pub fn load_tower(&mut self, file: &Path, tower: &TowerWeights) -> Result<(), Failure> {
        let rules = rules(tower.section.as_ref())?;
        let options = LoadOptions { surplus: true, ..LoadOptions::default() };
        let loaded = weights::load(file, &self.wanted(&tower.prefix), &rules, &options);
        let loaded = loaded.map_err(|e| Failure::input(e.into()))?;
        self.take(&tower.prefix, &loaded.tensors);
        Ok(())
    }

    /// The parameters beneath a prefix, named without it.
    fn wanted(&self, prefix: &str) -> Vec<Wanted> {
        let params = self.checked.params().iter();
        let names = params.filter_map(|p| Some((p.name.strip_prefix(prefix)?, &p.shape)));
        names.map(|(name, shape)| Wanted { name: name.to_string(), shape: shape.clone() }).collect()
    }

    /// Takes the values of the parameters beneath a prefix.
    fn take(&mut self, prefix: &str, tensors: &Tensors) {
        for (name, tensor) in tensors.iter() {
            if let (Some(id), Some(values)) = (self.params.find(&format!("{prefix}{name}")), tensor.as_f32()) {
                self.params.get_mut(id).copy_from_slice(values);
            }
        }
    }

    /// Loads the file that the `weights` section of `spec` names, where it names one; what its
    /// `except` names keeps its first values. `base` is the folder of the spec.
    ///
    /// # Errors
    /// As [`Network::load`]; a section that is not understood.
    pub fn load_named(&mut self, spec: Option<&Spec>, base: &Path) -> Result<(), Failure> {
        let mut sink = Sink::new();
        let start = spec.and_then(|s| s.section("weights")).and_then(|section| Start::from_expr(section, &mut sink));
        if sink.has_errors() {
            return Err(Failure::from_sink(&sink));
        }
        let Some(Start { from, except }) = start else { return Ok(()) };
        self.load_with(&base.join(from), spec, &LoadOptions { except, ..LoadOptions::default() })
    }

    /// Writes all parameters, running statistics included, whole or not at all.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn save(&self, file: &Path) -> Result<(), Failure> {
        let mut tensors = Tensors::new();
        for param in self.params.iter() {
            let values = self.params.get(param.id).to_vec();
            let inserted = Tensor::f32(param.shape.to_vec(), values).map(|t| tensors.insert(param.name, t));
            debug_assert!(matches!(inserted, Some(Ok(()))), "parameters have unique names and fitting shapes");
        }
        weights::write(file, &tensors).map_err(|e| Failure::input(e.into()))
    }

    /// The input that takes an example's tensor, or its first one: the first of floats, else the
    /// first of all.
    ///
    /// # Errors
    /// A network without inputs.
    pub fn image(&self) -> Result<NodeId, Failure> {
        let inputs = &self.checked.graph().roles.inputs;
        let image =
            inputs.iter().find(|id| self.is_float(**id) && !self.checked.is_weight(**id)).or_else(|| inputs.first());
        image.copied().ok_or_else(|| Failure::new(codes::INPUT_UNFED, "the network has no input"))
    }

    fn is_float(&self, id: NodeId) -> bool {
        self.checked.fact(id).dtype == DType::F32
    }

    /// Which inputs a data set feeds whose examples have this many tensors: the first inputs of
    /// floats take them in order, and the first other input takes the label. More cannot be fed.
    ///
    /// # Errors
    /// A network with fewer inputs, or with more.
    pub fn feeds(&self, slots: usize) -> Result<Feeds, Failure> {
        let graph = self.checked.graph();
        let inputs = &graph.roles.inputs;
        let image = self.image()?;
        let weight = inputs.iter().copied().find(|id| *id != image && self.checked.is_weight(*id));
        let floats = inputs.iter().copied().filter(|id| *id != image && self.is_float(*id) && Some(*id) != weight);
        let further: Vec<NodeId> = floats.take(slots.saturating_sub(1)).collect();
        if 1 + further.len() < slots {
            let message = format!("an example has {slots} tensors, and {} inputs take one", 1 + further.len());
            return Err(Diagnostic::error(codes::INPUT_UNFED, message)
                .help("declare an input of floats for each tensor of an example, such as `a` and `b` for a pair")
                .into());
        }
        let mut others = inputs.iter().filter(|id| **id != image && !further.contains(id) && Some(**id) != weight);
        let label = others.next().copied();
        match others.next() {
            None => Ok(Feeds { image, further, label, weight }),
            Some(extra) => {
                let node = graph.node(*extra);
                let (what, help) = match slots {
                    1 => (
                        "neither the tensor nor the label of an example",
                        "a data set gives one tensor and one label for each example, unless `sampler` of `data` \
                         composes pairs or triplets",
                    ),
                    _ => ("neither a tensor nor the label of an example", "remove it, or compute it in the network"),
                };
                Err(Diagnostic::error(codes::INPUT_UNFED, format!("no data feeds the input `{}`", node.path))
                    .label(node.span, what)
                    .help(help)
                    .into())
            }
        }
    }

    /// What the inputs that take an example's tensors are, for the preparation of images.
    ///
    /// # Errors
    /// An input that images cannot be prepared for, or inputs of different sizes.
    pub fn target(&self, feeds: &Feeds) -> Result<Target, Failure> {
        let first = self.checked.fact(feeds.image);
        let unfit = |id: NodeId, message: String| {
            Diagnostic::error(codes::INPUT_UNFED, message).label(self.checked.graph().node(id).span, "this input")
        };
        let path = |id: NodeId| &self.checked.graph().node(id).path;
        if let Some(other) =
            feeds.further.iter().find(|id| self.checked.fact(**id).shape.get(1..) != first.shape.get(1..))
        {
            let (a, b) = (path(feeds.image), path(*other));
            let message = format!("`{a}` is {first}, but `{b}` is {}", self.checked.fact(*other));
            return Err(unfit(*other, message).help("the tensors of an example have the same sizes").into());
        }
        Target::of(first).ok_or_else(|| {
            unfit(feeds.image, format!("images cannot be prepared for `{}`, which is {first}", path(feeds.image)))
                .help("give it the sizes of one image, `f32[N, channels, height, width]`, or of features, `f32[N, n]`")
                .into()
        })
    }

    /// The sizes of one example of an input.
    ///
    /// # Errors
    /// Sizes that are no numbers.
    pub(super) fn example_shape(&self, input: NodeId) -> Result<Vec<usize>, Failure> {
        let fact = self.checked.fact(input);
        let sizes: Option<Vec<usize>> = fact.shape.iter().skip(1).map(|d| d.as_usize()).collect();
        sizes.ok_or_else(|| {
            Failure::new(codes::UNBOUND_SYMBOL, format!("the sizes of {fact} must be numbers, but for the batch"))
        })
    }

    /// The input that takes labels and how many numbers it takes for one example.
    pub(super) fn label_width(&self, feeds: &Feeds) -> Result<Option<(&str, usize)>, Failure> {
        let Some(label) = feeds.label else { return Ok(None) };
        let path = self.checked.graph().node(label).path.as_str();
        Ok(Some((path, self.example_shape(label)?.iter().product())))
    }

    /// How many classes the labels may have: the least width of the logits that an op compares
    /// with the label's input; `None` where labels are no classes.
    pub fn label_classes(&self, feeds: &Feeds) -> Option<usize> {
        // A single score tells two classes apart.
        self.labelled(feeds).map(|(_, classes)| classes.max(2))
    }

    /// The scores that are compared with the label's input, and how many classes they have.
    pub(super) fn labelled(&self, feeds: &Feeds) -> Option<(NodeId, usize)> {
        self.checked.scores_of(feeds.label?)
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
            format!(
                "the data's examples have the shape {example:?}, but `{}` is {}",
                node.path,
                self.checked.fact(image)
            ),
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
        let plan = self.plan(&self.bind(symbols)?, options)?;
        let needed = plan.memory().total().saturating_add(self.params.bytes());
        self.within_memory(needed, "use a smaller batch, or raise the limit with `--max-memory`")?;
        Ok(Session::new(plan))
    }

    /// Plans at these sizes.
    pub(super) fn plan(&self, bound: &Bound, options: &PlanOptions) -> Result<Plan, Failure> {
        let mut options = tune::with_choices(options, self);
        options.memory_budget = self.memory_budget.map(|budget| budget.saturating_sub(self.params.bytes()));
        Plan::new(self.checked, bound, &options).map_err(|e| match (e, self.memory_budget) {
            (PlanError::OverBudget { least }, Some(budget)) => {
                let message = format!(
                    "this takes {} MiB at least, and the budget is {} MiB",
                    mib(least.saturating_add(self.params.bytes())),
                    budget >> 20
                );
                let problem = Diagnostic::error(codes::OVER_BUDGET, message);
                problem.help("raise `--memory-budget`, or use a smaller batch").into()
            }
            (e, _) => Failure::new(codes::CANNOT_PLAN, e.to_string()),
        })
    }

    /// Refuses more memory than is allowed.
    pub(super) fn within_memory(&self, needed: u64, help: &str) -> Result<(), Failure> {
        if let Some(limit) = self.max_memory
            && needed > limit
        {
            return Err(Diagnostic::error(
                codes::TOO_MUCH_MEMORY,
                format!("this takes {} MiB, and {} MiB are allowed", mib(needed), mib(limit)),
            )
            .help(help)
            .into());
        }
        Ok(())
    }
}

/// Bytes in MiB, rounded up.
pub(super) fn mib(bytes: u64) -> u64 {
    bytes.div_ceil(1 << 20)
}

/// The rename rules of a `weights` section.
fn rules(section: Option<&Expr>) -> Result<Rules, Failure> {
    let mut sink = Sink::new();
    let rules = section.map(|section| Rules::from_expr(section, &mut sink)).unwrap_or_default();
    if sink.has_errors() { Err(Failure::from_sink(&sink)) } else { Ok(rules) }
}

/// Binds a dimension that is a lone symbol.
fn bind_symbol(dim: &Dim, size: usize, symbols: &mut Symbols) {
    if let Some(name) = lone_symbol(dim) {
        symbols.entry(name).or_insert(size as i64);
    }
}

/// The symbol that a dimension is.
pub(super) fn lone_symbol(dim: &Dim) -> Option<String> {
    let mut names = Vec::new();
    dim.symbols(&mut |name| names.push(name.to_string()));
    names.pop().filter(|name| names.is_empty() && *dim == Dim::symbol(name))
}

/// Sessions of one kind by batch size: the full batch and the tail of an epoch.
pub(super) struct Sessions<'o> {
    options: &'o PlanOptions,
    image: NodeId,
    example: Vec<usize>,
    by_batch: BTreeMap<usize, Session>,
    /// The batch sizes whose sessions hold gradients of the current step.
    touched: Vec<usize>,
}

impl<'o> Sessions<'o> {
    pub(super) fn new(options: &'o PlanOptions, image: NodeId, example: &[usize]) -> Self {
        Self { options, image, example: example.to_vec(), by_batch: BTreeMap::new(), touched: Vec::new() }
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

    /// Takes the gradients of the batch that the session of this size has just seen, times
    /// `scale`; with `first` those of earlier batches are forgotten.
    pub(super) fn accumulate(&mut self, params: &ParamStore, batch: usize, scale: f32, first: bool) {
        if first {
            self.touched.clear();
        }
        let Some(session) = self.by_batch.get_mut(&batch) else { return };
        if !self.touched.contains(&batch) {
            session.grads_mut().clear();
            self.touched.push(batch);
        }
        session.accumulate(params, scale);
    }

    /// The gradients that were accumulated in this step, in the session of the last batch.
    pub(super) fn gradients(&mut self, batch: usize) -> Option<&mut Grads> {
        let mut last = self.by_batch.remove(&batch)?;
        for other in self.touched.iter().filter(|b| **b != batch) {
            if let Some(session) = self.by_batch.get(other) {
                last.grads_mut().add(session.grads());
            }
        }
        self.touched.clear();
        Some(self.by_batch.entry(batch).or_insert(last).grads_mut())
    }
}
