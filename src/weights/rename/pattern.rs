//! The two sides of a rule.

use std::collections::HashMap;

use regex::Regex;

use super::RuleError;

/// The name under which a star's match is kept; no placeholder can be called so.
const STAR: &str = "*";

/// One piece of either side.
#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Text(String),
    Star,
    Hole { name: String, calculation: Option<(Op, i64)> },
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Op {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
}

impl Op {
    /// `None` on overflow, and below zero: names hold no signs.
    fn apply(self, a: i64, b: i64) -> Option<i64> {
        let result = match self {
            Op::Add => a.checked_add(b),
            Op::Sub => a.checked_sub(b),
            Op::Mul => a.checked_mul(b),
            Op::Div => a.checked_div_euclid(b),
            Op::Rem => a.checked_rem_euclid(b),
        };
        result.filter(|&r| r >= 0)
    }
}

fn split(text: &str) -> Result<Vec<Piece>, RuleError> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}', '*']) {
        if at > 0 {
            pieces.push(Piece::Text(rest[..at].to_owned()));
        }
        let (mark, after) = rest[at..].split_at(1);
        rest = match mark {
            "*" => {
                pieces.push(Piece::Star);
                after
            }
            "}" => return Err(RuleError(format!("a `}}` in `{text}` closes nothing"))),
            _ => {
                let (inner, after) =
                    after.split_once('}').ok_or_else(|| RuleError(format!("a `{{` in `{text}` is not closed")))?;
                pieces.push(hole(inner)?);
                after
            }
        };
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    Ok(pieces)
}

/// `c` or `c-1`.
fn hole(text: &str) -> Result<Piece, RuleError> {
    let no_placeholder = || RuleError(format!("`{{{text}}}` is no placeholder; write `{{a}}` or `{{a-1}}`"));
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    let (name, calculation) = text.split_at(end);
    if !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return Err(no_placeholder());
    }
    let name = name.to_owned();
    let calculation = calculation.trim();
    if calculation.is_empty() {
        return Ok(Piece::Hole { name, calculation: None });
    }
    let ops = [("//", Op::Div), ("+", Op::Add), ("-", Op::Sub), ("*", Op::Mul), ("%", Op::Rem)];
    let (op, number) = ops
        .iter()
        .find_map(|(sign, op)| calculation.strip_prefix(sign).map(|n| (*op, n)))
        .ok_or_else(no_placeholder)?;
    let number = number.trim().parse::<u32>().map_err(|_| no_placeholder())?;
    if number == 0 && matches!(op, Op::Div | Op::Rem) {
        return Err(RuleError(format!("`{{{text}}}` divides by zero")));
    }
    Ok(Piece::Hole { name, calculation: Some((op, number.into())) })
}

/// The left side: a pattern over whole names.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    regex: Regex,
    /// The placeholder of each group, in order.
    groups: Vec<String>,
}

impl Pattern {
    /// `numeric` names the placeholders that match digits only. A star may occur more than once
    /// where nothing refers to it; then all but the first are forgotten.
    pub fn parse(text: &str, numeric: &[&str]) -> Result<Self, RuleError> {
        let mut expression = String::from("^");
        let mut groups = Vec::new();
        for piece in split(text)? {
            match piece {
                Piece::Text(text) => expression.push_str(&regex::escape(&text)),
                Piece::Star => {
                    expression.push_str("(.*)");
                    groups.push(STAR.to_owned());
                }
                Piece::Hole { name, calculation: None } => {
                    expression.push_str(if numeric.contains(&name.as_str()) { "([0-9]+)" } else { "([^./]+?)" });
                    groups.push(name);
                }
                Piece::Hole { .. } => return Err(RuleError(format!("only `to` can calculate, not `from`: `{text}`"))),
            }
        }
        expression.push('$');
        let regex = Regex::new(&expression).map_err(|_| RuleError(format!("`{text}` is too long for a pattern")))?;
        Ok(Self { regex, groups })
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.groups.iter().map(String::as_str).filter(|g| *g != STAR)
    }

    pub fn stars(&self) -> usize {
        self.groups.iter().filter(|g| *g == STAR).count()
    }

    /// What the placeholders stand for in a name; `None` where it does not fit, or where one
    /// placeholder would stand for two things.
    pub fn find<'a>(&'a self, name: &str) -> Option<HashMap<&'a str, String>> {
        let captures = self.regex.captures(name)?;
        let mut found: HashMap<&str, String> = HashMap::new();
        for (group, capture) in self.groups.iter().zip(captures.iter().skip(1)) {
            let value = capture?.as_str();
            let known = found.entry(group).or_insert_with(|| value.to_owned());
            if known != value && group != STAR {
                return None;
            }
        }
        Some(found)
    }
}

/// The right side: the new name.
#[derive(Clone, Debug)]
pub(super) struct Template {
    pieces: Vec<Piece>,
}

impl Template {
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        Ok(Self { pieces: split(text)? })
    }

    fn holes(&self) -> impl Iterator<Item = (&str, bool)> {
        self.pieces.iter().filter_map(|p| match p {
            Piece::Hole { name, calculation } => Some((name.as_str(), calculation.is_some())),
            _ => None,
        })
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.holes().map(|(name, _)| name)
    }

    /// The placeholders that must be numbers.
    pub fn calculated(&self) -> Vec<&str> {
        self.holes().filter_map(|(name, calculated)| calculated.then_some(name)).collect()
    }

    pub fn stars(&self) -> usize {
        self.pieces.iter().filter(|p| **p == Piece::Star).count()
    }

    /// Puts the values in; `None` where a calculation has no result.
    pub fn fill(&self, found: &HashMap<&str, String>) -> Option<String> {
        let mut name = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => name.push_str(text),
                Piece::Star => name.push_str(found.get(STAR)?),
                Piece::Hole { name: hole, calculation: None } => name.push_str(found.get(hole.as_str())?),
                Piece::Hole { name: hole, calculation: Some((op, number)) } => {
                    let value = found.get(hole.as_str())?.parse().ok()?;
                    name.push_str(&op.apply(value, *number)?.to_string());
                }
            }
        }
        Some(name)
    }
}
