//! `blockprint zoo [NAME]`.

use super::stream::{eprintln, print, println};

use crate::diag::did_you_mean;
use crate::zoo;

use super::Exit;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The model, or its file (`lenet5.bp`); without one, all are listed
    name: Option<String>,
}

pub(super) fn run(args: &Args) -> Exit {
    let Some(name) = &args.name else {
        for name in zoo::names() {
            println!("{name:<24} {}", zoo::text(name).map(headline).unwrap_or_default());
        }
        return Exit::Fine;
    };
    match zoo::text(name) {
        Some(text) => {
            print!("{text}");
            Exit::Fine
        }
        None => {
            let hint = did_you_mean(name, zoo::names()).map(|c| format!("; did you mean `{c}`?"));
            eprintln!("error: there is no spec `{name}` in the zoo{}", hint.unwrap_or_default());
            Exit::Usage
        }
    }
}

/// The first sentence of a spec's opening comment, which says what it is; shortened to a line.
fn headline(text: &str) -> String {
    let comment: Vec<&str> =
        text.lines().map_while(|l| l.trim().strip_prefix('#')).map(str::trim).take_while(|l| !l.is_empty()).collect();
    let comment = comment.join(" ");
    let end = comment.find([';', ':']).into_iter().chain(comment.find(". ")).min().unwrap_or(comment.len());
    let sentence = comment[..end].trim_end_matches('.');
    match sentence.char_indices().nth(WIDTH) {
        Some((at, _)) => format!("{}...", sentence[..at].rsplit_once(' ').map_or(&sentence[..at], |(head, _)| head)),
        None => sentence.to_string(),
    }
}

/// Characters of a headline.
const WIDTH: usize = 90;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headlines_are_one_short_sentence() {
        assert_eq!(headline("# A net,\n# in short. More.\nblockprint: 1\n"), "A net, in short");
        assert_eq!(headline("blockprint: 1\n"), "");
        let long = headline(&format!("# {}\n", "word ".repeat(60)));
        assert!(long.ends_with("word...") && long.len() < 100, "{long}");
    }
}
