//! Rename rules: from the names in a file to the names in a model.
//!
//! `{from: 'layer{a}.{b}.conv{c}.weight', to: 'layer{a}.{b}.main.{c-1}.conv.weight'}`: a
//! placeholder stands for one part of a name, without `.` or `/`, and for a number where
//! `to` calculates with it (`{c+1}`, `{c-1}`, `{c*2}`, `{c//2}`, `{c%2}`). One `*` stands
//! for anything. The first rule that fits a name is the one that counts; a name that no rule
//! fits stays as it is.

mod config;
mod layout;
mod pattern;

use std::collections::HashMap;

use thiserror::Error;

pub use config::Start;
pub use layout::Layout;
use pattern::{Pattern, Template};

/// What is wrong with a rule.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct RuleError(pub String);

/// One rule.
#[derive(Clone, Debug)]
pub struct Rule {
    from: Pattern,
    to: Template,
    maps: HashMap<String, HashMap<String, String>>,
    /// How the tensor changes.
    pub layout: Layout,
}

impl Rule {
    /// A rule that changes the name alone.
    ///
    /// # Errors
    /// Braces that do not match, a placeholder of `to` that `from` lacks, and such.
    pub fn new(from: &str, to: &str) -> Result<Self, RuleError> {
        let to = Template::parse(to)?;
        let from = Pattern::parse(from, &to.calculated())?;
        for name in to.names() {
            if !from.names().any(|n| n == name) {
                return Err(RuleError(format!("`{name}` in `to` does not occur in `from`")));
            }
        }
        if from.stars() > 1 || to.stars() > 1 {
            return Err(RuleError("a rule takes one `*` on either side".into()));
        }
        if to.stars() > from.stars() {
            return Err(RuleError("`*` in `to` does not occur in `from`".into()));
        }
        Ok(Self { from, to, maps: HashMap::new(), layout: Layout::default() })
    }

    /// The same rule with a change of layout.
    #[must_use]
    pub fn with_layout(mut self, layout: Layout) -> Self {
        self.layout = layout;
        self
    }

    /// The same rule with a table for a placeholder: what it matched is replaced by the table's
    /// entry, and the rule does not fit where the table has none.
    ///
    /// # Errors
    /// A placeholder that `from` lacks.
    pub fn with_map(mut self, placeholder: &str, table: HashMap<String, String>) -> Result<Self, RuleError> {
        if !self.from.names().any(|n| n == placeholder) {
            return Err(RuleError(format!("`{placeholder}` in `map` does not occur in `from`")));
        }
        self.maps.insert(placeholder.to_owned(), table);
        Ok(self)
    }

    /// The new name, where the rule fits.
    pub fn apply(&self, name: &str) -> Option<String> {
        let mut found = self.from.find(name)?;
        for (placeholder, table) in &self.maps {
            let value = found.get_mut(placeholder.as_str())?;
            *value = table.get(value.as_str())?.clone();
        }
        self.to.fill(&found)
    }
}

/// The rules of a model.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// The rules in order; the first that fits counts.
    pub rules: Vec<Rule>,
    ignore: Vec<Pattern>,
}

impl Rules {
    /// These rules in this order.
    pub fn new(rules: Vec<Rule>) -> Self {
        Self { rules, ignore: Vec::new() }
    }

    /// Adds a pattern of names in the file that are left out without a word. PyTorch's
    /// `num_batches_tracked` always is.
    ///
    /// # Errors
    /// Braces that do not match.
    pub fn ignore(&mut self, pattern: &str) -> Result<(), RuleError> {
        self.ignore.push(Pattern::parse(pattern, &[])?);
        Ok(())
    }

    /// Whether a name in the file is left out.
    pub fn ignores(&self, name: &str) -> bool {
        name.rsplit('.').next() == Some("num_batches_tracked") || self.ignore.iter().any(|p| p.find(name).is_some())
    }

    /// The name in the model, and the change of layout.
    pub fn apply(&self, name: &str) -> (String, Option<&Layout>) {
        self.rules
            .iter()
            .find_map(|rule| rule.apply(name).map(|new| (new, Some(&rule.layout))))
            .unwrap_or_else(|| (name.to_owned(), None))
    }
}

/// A list of patterns as `ignore` and `except` take them.
pub(super) fn matcher(patterns: &[String]) -> Result<impl Fn(&str) -> bool + use<>, RuleError> {
    let patterns = patterns.iter().map(|p| Pattern::parse(p, &[])).collect::<Result<Vec<_>, _>>()?;
    Ok(move |name: &str| patterns.iter().any(|p| p.find(name).is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apply(from: &str, to: &str, name: &str) -> Option<String> {
        Rule::new(from, to).unwrap().apply(name)
    }

    #[test]
    fn placeholders_carry_parts_and_calculate() {
        let from = "layer{a}.{b}.conv{c}.weight";
        let to = "layer{a}.{b}.main.{c-1}.conv.weight";
        assert_eq!(apply(from, to, "layer3.0.conv2.weight").unwrap(), "layer3.0.main.1.conv.weight");
        assert_eq!(apply(from, to, "layer3.0.conv0.weight"), None, "below zero");
        assert_eq!(apply(from, to, "layer3.0.convx.weight"), None, "no number");
        assert_eq!(apply(from, to, "layer3.0.1.conv2.weight"), None, "one part only");
        assert_eq!(apply("f.{n}", "g{n//2}.{n%2}", "f.7").unwrap(), "g3.1");
        assert_eq!(apply("{a}/{a}", "{a}", "x/x").unwrap(), "x");
        assert_eq!(apply("{a}/{a}", "{a}", "x/y"), None);
        assert_eq!(apply("{n}", "{n*2}", &i64::MAX.to_string()), None, "overflow");
    }

    #[test]
    fn a_star_carries_anything() {
        assert_eq!(apply("module.*", "*", "module.a.b").unwrap(), "a.b");
        assert_eq!(apply("*", "model.*", "a.b").unwrap(), "model.a.b");
    }

    #[test]
    fn a_table_translates_a_part() {
        let table = HashMap::from([("gamma".into(), "weight".into())]);
        let rule = Rule::new("bn/{p}", "bn.{p}").unwrap().with_map("p", table).unwrap();
        assert_eq!(rule.apply("bn/gamma").unwrap(), "bn.weight");
        assert_eq!(rule.apply("bn/other"), None);
    }

    #[test]
    fn bad_rules_say_why() {
        for (from, to, why) in [
            ("a{b", "c", "is not closed"),
            ("a}", "c", "closes nothing"),
            ("a", "{b}", "does not occur in `from`"),
            ("{a}", "{a^2}", "is no placeholder"),
            ("{a+1}", "{a}", "only `to`"),
            ("{a}", "{a//0}", "by zero"),
            ("*.*", "*", "one `*`"),
            ("a", "*", "does not occur in `from`"),
        ] {
            let error = Rule::new(from, to).unwrap_err();
            assert!(error.0.contains(why), "{from} {to}: {error}");
        }
    }

    #[test]
    fn the_first_fitting_rule_counts() {
        let rules = Rules::new(vec![Rule::new("a.x", "1").unwrap(), Rule::new("a.{b}", "2.{b}").unwrap()]);
        assert_eq!(rules.apply("a.x").0, "1");
        assert_eq!(rules.apply("a.y").0, "2.y");
        assert_eq!(rules.apply("b").0, "b");
        assert!(rules.ignores("bn1.num_batches_tracked") && !rules.ignores("bn1.weight"));
    }
}
