//! Did-you-mean for names.

/// The candidate closest to `name`, if one is close enough to be a slip of the hand.
pub fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = name.to_lowercase();
    candidates
        .into_iter()
        .filter(|c| !c.is_empty() && *c != name)
        .map(|c| (strsim::damerau_levenshtein(&folded, &c.to_lowercase()), c))
        .filter(|(distance, c)| *distance <= (name.chars().count().max(c.chars().count()) / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, c)| c)
}

/// "`a`, `b` or `c`", shortened after `max` names.
pub fn listing<'a>(names: impl IntoIterator<Item = &'a str>, max: usize) -> String {
    let names: Vec<String> = names.into_iter().map(|n| format!("`{n}`")).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        many if many.len() > max => {
            format!("{} and {} more", many[..max].join(", "), many.len() - max)
        }
        [head @ .., last] => format!("{} or {last}", head.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_names_are_suggested_and_far_ones_are_not() {
        let names = ["conv", "dense", "maxpool", "label"];
        assert_eq!(did_you_mean("labl", names), Some("label"));
        assert_eq!(did_you_mean("Conv", names), Some("conv"));
        assert_eq!(did_you_mean("maxpol", names), Some("maxpool"));
        assert_eq!(did_you_mean("softmax", names), None);
    }

    #[test]
    fn listings_read_as_prose() {
        assert_eq!(listing(["a"], 3), "`a`");
        assert_eq!(listing(["a", "b", "c"], 3), "`a`, `b` or `c`");
        assert_eq!(listing(["a", "b", "c"], 2), "`a`, `b` and 1 more");
    }
}
