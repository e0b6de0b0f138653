//! A net as a list of short chains, and its spelling in YAML.

use std::collections::HashSet;

/// A statement of a [`Sketch`], to be read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// An input of the net, by its place in the list.
    Input(usize),
    /// A statement, by its place in the list.
    Statement(usize),
}

/// What a statement reads.
#[derive(Debug)]
enum From {
    One(Source),
    /// An op over branches.
    Merge(Vec<Source>),
    /// An op of two inputs, which are written as arguments.
    Pair([Source; 2]),
}

/// One call of a chain.
#[derive(Debug)]
struct Link {
    call: String,
    name: String,
    /// Whether it holds weights, which bear its name.
    weights: bool,
}

#[derive(Debug)]
struct Statement {
    from: From,
    links: Vec<Link>,
}

/// A net under construction.
#[derive(Debug, Default)]
pub(super) struct Sketch {
    inputs: Vec<(String, String)>,
    statements: Vec<Statement>,
    names: HashSet<String>,
}

/// Words that no node may be called.
const TAKEN: [&str; 6] = ["as", "in", "for", "repeat", "identity", "none"];

impl Sketch {
    /// A name made of letters, digits and `_` that nothing bears yet.
    pub fn fresh(&mut self, wanted: &str) -> String {
        let mut name: String = wanted.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        if !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') || TAKEN.contains(&name.as_str()) {
            name.insert_str(0, "n_");
        }
        let mut unique = name.clone();
        let mut count = 2usize;
        while !self.names.insert(unique.clone()) {
            unique = format!("{name}_{count}");
            count += 1;
        }
        unique
    }

    /// Adds an input, `f32[N, 3, 224, 224]`.
    pub fn input(&mut self, name: &str, ty: String) -> Source {
        let name = self.fresh(name);
        self.inputs.push((name, ty));
        Source::Input(self.inputs.len() - 1)
    }

    /// Adds a statement without calls, which [`Sketch::then`] appends.
    pub fn start(&mut self, from: Source) -> usize {
        self.statements.push(Statement { from: From::One(from), links: Vec::new() });
        self.statements.len() - 1
    }

    /// Appends a call to a statement and returns the name that it got.
    pub fn then(&mut self, statement: usize, call: impl Into<String>, name: &str, weights: bool) -> String {
        let name = self.fresh(name);
        let link = Link { call: call.into(), name: name.clone(), weights };
        if let Some(s) = self.statements.get_mut(statement) {
            s.links.push(link);
        }
        name
    }

    /// Adds an op over named branches; its call, arguments included, is the first link.
    pub fn merge(&mut self, op: &'static str, of: Vec<Source>, name: &str) -> usize {
        let name = self.fresh(name);
        let links = vec![Link { call: op.into(), name, weights: false }];
        self.statements.push(Statement { from: From::Merge(of), links });
        self.statements.len() - 1
    }

    /// Adds an op of two inputs.
    pub fn pair(&mut self, op: &'static str, of: [Source; 2], name: &str) -> usize {
        let name = self.fresh(name);
        self.statements
            .push(Statement { from: From::Pair(of), links: vec![Link { call: op.into(), name, weights: false }] });
        self.statements.len() - 1
    }

    /// What stands for a source that may have no calls of its own.
    fn resolve(&self, mut source: Source) -> Source {
        // A statement without calls only passes on, and reads an earlier one.
        while let Source::Statement(at) = source {
            match self.statements.get(at) {
                Some(Statement { from: From::One(from), links }) if links.is_empty() => source = *from,
                _ => break,
            }
        }
        source
    }

    /// The name by which others refer to a source.
    pub fn name(&self, source: Source) -> &str {
        let name = match self.resolve(source) {
            Source::Input(at) => self.inputs.get(at).map(|(name, _)| name),
            Source::Statement(at) => self.statements.get(at).and_then(|s| s.links.last()).map(|l| &l.name),
        };
        name.map_or("", String::as_str)
    }

    /// The spec. `head` goes before everything as comments.
    pub fn write(&self, model: &str, head: &[String], outputs: &[Source]) -> String {
        let mut spec = String::new();
        for line in head {
            let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            spec.push_str(&format!("# {line}\n"));
        }
        spec.push_str(&format!("blockprint: 1\nmodel: {model}\ninputs:\n"));
        for (name, ty) in &self.inputs {
            spec.push_str(&format!("  {name}: {ty}\n"));
        }
        spec.push_str("net:\n");
        let outputs: Vec<&str> = outputs.iter().map(|o| self.name(*o)).collect();
        let mut used: HashSet<&str> = self.used();
        used.extend(&outputs);
        // The first statement reads the first input by itself.
        let mut before = Source::Input(0);
        for (at, statement) in self.statements.iter().enumerate().filter(|(_, s)| !s.links.is_empty()) {
            spec.push_str(&self.statement(statement, before, &used));
            before = Source::Statement(at);
        }
        spec.push_str(&format!("outputs: [{}]\n", outputs.join(", ")));
        spec
    }

    /// The names that some statement refers to with `@`.
    fn used(&self) -> HashSet<&str> {
        let mut used = HashSet::new();
        let mut before = Source::Input(0);
        for (at, statement) in self.statements.iter().enumerate().filter(|(_, s)| !s.links.is_empty()) {
            match &statement.from {
                From::One(source) if self.resolve(*source) == before => {}
                From::One(source) => {
                    used.insert(self.name(*source));
                }
                From::Merge(sources) => used.extend(sources.iter().map(|s| self.name(*s))),
                From::Pair(sources) => used.extend(sources.iter().map(|s| self.name(*s))),
            }
            before = Source::Statement(at);
        }
        used
    }

    fn statement(&self, statement: &Statement, before: Source, used: &HashSet<&str>) -> String {
        let call = |link: &Link| {
            if link.weights || used.contains(link.name.as_str()) {
                format!("{} as {}", link.call, link.name)
            } else {
                link.call.clone()
            }
        };
        match &statement.from {
            From::One(source) => {
                let chain = statement.links.iter().map(call).collect::<Vec<_>>().join(" -> ");
                if self.resolve(*source) == before {
                    format!("  - {chain}\n")
                } else {
                    format!("  - '@{} -> {chain}'\n", self.name(*source))
                }
            }
            From::Pair([a, b]) => {
                let (op, rest) = match statement.links.split_first() {
                    Some((op, rest)) => (op, rest),
                    None => return String::new(),
                };
                let op = Link {
                    call: format!("{}({}, {})", op.call, self.name(*a), self.name(*b)),
                    name: op.name.clone(),
                    weights: op.weights,
                };
                let chain = std::iter::once(&op).chain(rest).map(call).collect::<Vec<_>>().join(" -> ");
                format!("  - {chain}\n")
            }
            From::Merge(sources) => {
                let branches: Vec<String> =
                    sources.iter().enumerate().map(|(i, s)| format!("b{}: '@{}'", i + 1, self.name(*s))).collect();
                let (merge, rest) = match statement.links.split_first() {
                    Some((first, rest)) => (call(first), rest),
                    None => return String::new(),
                };
                let mut text = format!("  - {merge}: {{{}}}\n", branches.join(", "));
                if !rest.is_empty() {
                    let chain = rest.iter().map(call).collect::<Vec<_>>().join(" -> ");
                    text.push_str(&format!("  - {chain}\n"));
                }
                text
            }
        }
    }
}

/// `3`, or `[3, 5]` where the axes differ.
pub(super) fn pair(a: usize, b: usize) -> String {
    if a == b { a.to_string() } else { format!("[{a}, {b}]") }
}

/// Padding by two axes, `1` or `[[1, 1], [0, 0]]`.
pub(super) fn padding(h: (usize, usize), w: (usize, usize)) -> String {
    if h == w && h.0 == h.1 { h.0.to_string() } else { format!("[[{}, {}], [{}, {}]]", h.0, h.1, w.0, w.1) }
}

/// A call from its arguments, leaving out what is empty.
pub(super) fn call(op: &str, arguments: &[String]) -> String {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).filter(|a| !a.is_empty()).collect();
    if arguments.is_empty() { op.to_owned() } else { format!("{op}({})", arguments.join(", ")) }
}

/// `name=value` where the value is not the default.
pub(super) fn unless<T: PartialEq + std::fmt::Display>(name: &str, value: T, default: T) -> String {
    if value == default { String::new() } else { format!("{name}={value}") }
}
