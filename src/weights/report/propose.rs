//! Guesses at the rename rules that a file needs.
//!
//! Candidates come from prefixes (`module.`) and from pairs of a missing and an unexpected name
//! with fitting shapes, their numbers turned into placeholders. What counts is how many
//! parameters a candidate finds. The work is capped: a report must not take long.

use std::collections::{HashMap, HashSet};

use super::{Named, Nearest, Proposal, Report};
use crate::weights::rename::{Layout, Rule};
use crate::weights::tensor::permuted_shape;

/// How many names of either side are looked at.
const MAX_NAMES: usize = 300;
/// How many candidates are tried.
const MAX_CANDIDATES: usize = 60;
/// How many rules are proposed.
const MAX_PROPOSALS: usize = 6;

/// Fills in [`Named::nearest`] and [`Report::proposals`].
pub(in crate::weights) fn propose(report: &mut Report) {
    let unexpected = &report.unexpected[..report.unexpected.len().min(MAX_NAMES)];
    let count = report.missing.len().min(MAX_NAMES);
    for missing in &mut report.missing[..count] {
        missing.nearest =
            nearest(missing, unexpected).map(|n| Nearest { name: n.name.clone(), shape: n.shape.clone() });
    }
    report.proposals = choose(candidates(&report.missing[..count], unexpected), &report.missing[..count], unexpected);
}

/// The permutations by which other frameworks' layouts differ: dense, 1-d, 2-d, depthwise and
/// 3-d kernels of Keras.
fn permutations(rank: usize) -> &'static [&'static [usize]] {
    match rank {
        2 => &[&[1, 0]],
        3 => &[&[2, 1, 0]],
        4 => &[&[3, 2, 0, 1], &[2, 3, 0, 1]],
        5 => &[&[4, 3, 0, 1, 2]],
        _ => &[],
    }
}

/// How `from` becomes `to`: as it is, or by one of the usual permutations. What is called a
/// kernel has Keras' layout even where the shape would fit as it is.
fn layout(name: &str, from: &[usize], to: &[usize]) -> Option<Layout> {
    let permuted = permutations(from.len())
        .iter()
        .find(|axes| permuted_shape(from, axes).as_deref() == Some(to))
        .map(|axes| Layout { permute: Some(axes.to_vec()), ..Layout::default() });
    let is_kernel = name.rsplit(['/', '.']).next().is_some_and(|last| last.contains("kernel"));
    match (from == to, permuted) {
        (true, Some(layout)) if is_kernel => Some(layout),
        (true, _) => Some(Layout::default()),
        (false, permuted) => permuted,
    }
}

fn similarity(a: &str, b: &str) -> f64 {
    strsim::normalized_levenshtein(&in_one_tongue(a), &in_one_tongue(b))
}

/// Keras' words for parts of a layer in PyTorch's.
fn in_one_tongue(name: &str) -> String {
    let name = name.trim_end_matches(":0").replace('/', ".");
    let Some((layer, part)) = name.rsplit_once('.') else { return name };
    let part = match part {
        "kernel" | "depthwise_kernel" | "gamma" => "weight",
        "beta" => "bias",
        "moving_mean" => "running_mean",
        "moving_variance" => "running_var",
        other => other,
    };
    format!("{layer}.{part}")
}

fn nearest<'a>(missing: &Named, unexpected: &'a [Named]) -> Option<&'a Named> {
    unexpected
        .iter()
        .filter(|u| layout(&u.name, &u.shape, &missing.shape).is_some())
        .map(|u| (similarity(&u.name, &missing.name), u))
        .filter(|(s, _)| *s > 0.3)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, u)| u)
}

struct Candidate {
    from: String,
    to: String,
    layout: Layout,
    rule: Rule,
}

impl Candidate {
    fn new(from: String, to: String, layout: Layout) -> Option<Self> {
        let rule = Rule::new(&from, &to).ok()?;
        Some(Self { from, to, layout, rule })
    }

    fn text(&self) -> String {
        let permute = self.layout.permute.as_ref().map_or(String::new(), |p| format!(", permute: {p:?}"));
        format!("{{from: '{}', to: '{}'{permute}}}", self.from, self.to)
    }
}

fn candidates(missing: &[Named], unexpected: &[Named]) -> Vec<Candidate> {
    let mut list = Vec::new();
    let mut seen = HashSet::new();
    let mut add = |from: String, to: String, layout: Layout| {
        if list.len() < MAX_CANDIDATES && seen.insert((from.clone(), to.clone(), layout.permute.clone())) {
            list.extend(Candidate::new(from, to, layout));
        }
    };
    for prefix in prefixes(unexpected) {
        add(format!("{prefix}*"), "*".into(), Layout::default());
    }
    for prefix in prefixes(missing) {
        add("*".into(), format!("{prefix}*"), Layout::default());
    }
    for m in one_of_a_kind(missing) {
        let Some(near) = nearest(m, unexpected) else { continue };
        let Some(layout) = layout(&near.name, &near.shape, &m.shape) else { continue };
        for offsets in [true, false] {
            let (from, to) = generalise(&near.name, &m.name, offsets);
            add(from, to, layout.clone());
        }
        if layout == Layout::default() {
            let (from, to) = without_common_end(&near.name, &m.name);
            add(format!("{from}*"), format!("{to}*"), Layout::default());
        }
    }
    list
}

/// The first part of each name, and the first two, with the separator; the commonest first.
fn prefixes(names: &[Named]) -> Vec<String> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for n in names {
        for (at, _) in n.name.match_indices(['.', '/']).take(2) {
            *counts.entry(&n.name[..=at]).or_default() += 1;
        }
    }
    let mut list: Vec<_> = counts.into_iter().filter(|(_, c)| *c > 1).collect();
    list.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    list.into_iter().take(5).map(|(p, _)| p.to_owned()).collect()
}

/// One of all names that differ in their numbers alone.
fn one_of_a_kind(names: &[Named]) -> Vec<&Named> {
    let mut seen = HashSet::new();
    names
        .iter()
        .filter(|n| seen.insert(runs(&n.name).into_iter().filter(|r| !is_number(r)).collect::<Vec<_>>()))
        .take(MAX_CANDIDATES / 2)
        .collect()
}

fn is_number(run: &str) -> bool {
    run.starts_with(|c: char| c.is_ascii_digit())
}

/// Splits into runs of digits and runs of other characters.
fn runs(text: &str) -> Vec<&str> {
    let mut list = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let digits = is_number(rest);
        let end = rest.find(|c: char| c.is_ascii_digit() != digits).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        list.push(run);
        rest = after;
    }
    list
}

/// Turns the numbers of a pair of names into placeholders: equal numbers carry over, and with
/// `offsets` numbers that differ by one do as well.
fn generalise(from: &str, to: &str, offsets: bool) -> (String, String) {
    let mut numbers: Vec<(char, i64)> = Vec::new();
    let mut letters = 'a'..='z';
    let mut left = String::new();
    let from_runs = runs(from);
    let to_runs = runs(to);
    let in_to = |n: i64| {
        to_runs
            .iter()
            .filter(|r| is_number(r))
            .filter_map(|r| r.parse::<i64>().ok())
            .any(|m| m == n || (offsets && (m - n).abs() == 1))
    };
    for run in from_runs {
        match (run.parse::<i64>(), letters.clone().next()) {
            (Ok(n), Some(letter)) if is_number(run) && in_to(n) => {
                letters.next();
                numbers.push((letter, n));
                left.push_str(&format!("{{{letter}}}"));
            }
            _ => left.push_str(run),
        }
    }
    let mut right = String::new();
    for run in to_runs {
        let number = run.parse::<i64>().ok().filter(|_| is_number(run));
        // Of equal numbers, each is used once while there are others.
        let found = number.and_then(|n| {
            let equal = numbers.iter().position(|(_, m)| *m == n);
            let near = || numbers.iter().position(|(_, m)| offsets && (n - m).abs() == 1);
            equal.or_else(near).map(|at| (at, n))
        });
        match found {
            Some((at, n)) => {
                let (letter, m) = if numbers.len() > 1 { numbers.remove(at) } else { numbers[at] };
                let offset = match n - m {
                    0 => String::new(),
                    d => format!("{d:+}"),
                };
                right.push_str(&format!("{{{letter}{offset}}}"));
            }
            None => right.push_str(run),
        }
    }
    (left, right)
}

/// Cuts off the parts that two names have in common at their ends.
fn without_common_end<'a>(a: &'a str, b: &'a str) -> (&'a str, &'a str) {
    let common = a.bytes().rev().zip(b.bytes().rev()).take_while(|(x, y)| x == y).count();
    let tail = &a.as_bytes()[a.len() - common..];
    // Only whole parts: up to and with the first separator of the common end.
    match tail.iter().position(|c| matches!(c, b'.' | b'/')) {
        Some(at) if common < a.len() && common < b.len() => {
            let keep = common - at - 1;
            (&a[..a.len() - keep], &b[..b.len() - keep])
        }
        _ if common == a.len() || common == b.len() => (&a[..a.len() - common], &b[..b.len() - common]),
        _ => (a, b),
    }
}

/// The best candidates one after the other, each judged by what those before it leave over.
fn choose(candidates: Vec<Candidate>, missing: &[Named], unexpected: &[Named]) -> Vec<Proposal> {
    let wanted: HashMap<&str, &Named> = missing.iter().map(|m| (m.name.as_str(), m)).collect();
    let fits: Vec<(Candidate, Vec<(usize, &str)>)> = candidates
        .into_iter()
        .map(|candidate| {
            let pairs = unexpected
                .iter()
                .enumerate()
                .filter_map(|(at, u)| {
                    let m = wanted.get(candidate.rule.apply(&u.name)?.as_str())?;
                    (candidate.layout.shape(&u.shape).ok()? == m.shape).then_some((at, m.name.as_str()))
                })
                .collect();
            (candidate, pairs)
        })
        .collect();
    let (mut used, mut done) = (HashSet::new(), HashSet::new());
    let mut proposals = Vec::new();
    while proposals.len() < MAX_PROPOSALS {
        let free =
            |pairs: &[(usize, &str)]| pairs.iter().filter(|(u, m)| !used.contains(u) && !done.contains(m)).count();
        let Some((fits, candidate, pairs)) = fits
            .iter()
            .map(|(candidate, pairs)| (free(pairs), candidate, pairs))
            .rev()
            .max_by_key(|(count, _, _)| *count)
            .filter(|(count, _, _)| *count > 0)
        else {
            break;
        };
        for (u, m) in pairs {
            used.insert(*u);
            done.insert(*m);
        }
        proposals.push(Proposal { rule: candidate.text(), fits });
    }
    proposals
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(list: &[(&str, &[usize])]) -> Vec<Named> {
        list.iter().map(|(n, s)| Named { name: (*n).into(), shape: s.to_vec(), nearest: None }).collect()
    }

    fn proposed(missing: &[(&str, &[usize])], unexpected: &[(&str, &[usize])]) -> Vec<(String, usize)> {
        let (missing, unexpected) = (named(missing), named(unexpected));
        choose(candidates(&missing, &unexpected), &missing, &unexpected).into_iter().map(|p| (p.rule, p.fits)).collect()
    }

    #[test]
    fn a_common_prefix_is_stripped_or_added() {
        let bare: &[(&str, &[usize])] = &[("a.weight", &[2]), ("b.weight", &[3])];
        let long: &[(&str, &[usize])] = &[("module.a.weight", &[2]), ("module.b.weight", &[3])];
        assert_eq!(proposed(bare, long), [("{from: 'module.*', to: '*'}".to_owned(), 2)]);
        assert_eq!(proposed(long, bare), [("{from: '*', to: 'module.*'}".to_owned(), 2)]);
    }

    #[test]
    fn numbers_become_placeholders() {
        let got = proposed(
            &[("conv1.weight", &[4]), ("conv2.weight", &[5]), ("conv3.weight", &[6])],
            &[("features.0.weight", &[4]), ("features.1.weight", &[5]), ("features.2.weight", &[6])],
        );
        assert_eq!(got, [("{from: 'features.{a}.weight', to: 'conv{a+1}.weight'}".to_owned(), 3)]);
    }

    #[test]
    fn kernels_of_keras_are_permuted() {
        let got = proposed(
            &[("conv1.weight", &[8, 4, 3, 3]), ("conv2.weight", &[8, 8, 3, 3])],
            &[("conv1/kernel", &[3, 3, 4, 8]), ("conv2/kernel", &[3, 3, 8, 8])],
        );
        let want = "{from: 'conv{a}/kernel', to: 'conv{a}.weight', permute: [3, 2, 0, 1]}";
        assert_eq!(got, [(want.to_owned(), 2)]);
    }

    #[test]
    fn nothing_is_proposed_where_no_shape_fits() {
        assert_eq!(proposed(&[("a.weight", &[2])], &[("module.a.weight", &[3])]), []);
    }
}
