//! Large, hostile and damaged specs: problems are told, in bounded time, and nothing panics.

mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use blockprint::diag::{MAX_DIAGNOSTICS, codes, render_human, render_json};
use blockprint::driver::{Compiled, compile_path, compile_text};
use blockprint::expand::Options;
use blockprint::random;

/// Far more than a release build needs, and less than anything quadratic takes.
const PATIENCE: Duration = Duration::from_secs(20);

fn compile(text: &str) -> Compiled {
    let start = Instant::now();
    let compiled = compile_text("spec.yaml", text, &Options::default());
    let rendered = render_human(&compiled.sink, &compiled.sources, 100, true).len()
        + render_json(&compiled.sink, &compiled.sources).to_string().len();
    assert!(rendered < 10 << 20, "{rendered} bytes of diagnostics");
    assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
    compiled
}

#[test]
fn a_thousand_nodes_are_checked_quickly() {
    let compiled = compile("blockprint: 1\ninputs: {x: \"f32[N, 8]\"}\nnet:\n  - repeat(500): dense(8) -> relu\n");
    assert_eq!(compiled.checked.expect("nothing is wrong").graph().len(), 1001);
}

#[test]
fn ten_thousand_errors_are_told_as_far_as_anyone_reads() {
    let mut text = String::from("blockprint: 1\ninputs: {x: \"f32[N, 3, 8, 8]\"}\nnet:\n");
    text.push_str(&"  - convv(8, 3)\n".repeat(10_000));
    let compiled = compile(&text);
    assert_eq!(compiled.sink.len(), MAX_DIAGNOSTICS);
    assert!(compiled.sink.dropped() >= 9_000, "{}", compiled.sink.dropped());
}

#[test]
fn thousands_of_solved_mismatches_stay_within_their_budget() {
    let mut text = String::from("blockprint: 1\ninputs: {x: \"f32[N, 3, 8, 8]\"}\nnet:\n");
    for i in 0..2_000 {
        text.push_str(&format!("  - '@x -> conv(8, 3) as a{i}'\n  - '@x -> conv(9, 3) as b{i}'\n"));
        text.push_str(&format!("  - add: {{a: '@a{i}', b: '@b{i}'}}\n"));
    }
    let compiled = compile(&text);
    assert!(compiled.sink.iter().any(|d| d.code == codes::SHAPE_MISMATCH && d.help.is_some()));
}

#[test]
fn a_file_over_the_limit_is_refused_unread() {
    // BP0501
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("big.yaml");
    std::fs::write(&path, " ".repeat((1 << 20) + 1)).expect("the folder is writable");
    let compiled = compile_path(&path, &Options::default());
    let found: Vec<_> = compiled.sink.iter().map(|d| d.code).collect();
    assert_eq!(found, [codes::FILE_TOO_LARGE]);
}

#[test]
fn one_line_of_a_megabyte_is_told_briefly() {
    let text = format!("blockprint: 1\nnet: {}\n", "conv(8 ".repeat(100_000));
    assert!(!compile(&text).sink.is_empty());
}

#[test]
fn mutated_specs_never_panic() {
    let specs = valid_specs();
    let mut rng = random::stream(7, random::Purpose::Sample, 0, 0);
    for round in 0..2_000 {
        let (name, text) = &specs[random::below(&mut rng, specs.len() as u64) as usize];
        let mutated = mutate(text, &mut rng);
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let compiled = compile_text(name, &mutated, &Options::default());
            render_human(&compiled.sink, &compiled.sources, 80, false);
            render_json(&compiled.sink, &compiled.sources);
        }));
        assert!(outcome.is_ok(), "round {round} panics on {name}:\n{mutated}");
    }
}

fn valid_specs() -> Vec<(&'static str, String)> {
    let mut specs = Vec::new();
    for path in support::suite_files() {
        let name = if path.extension().is_some_and(|e| e == "bp") { "spec.bp" } else { "spec.yaml" };
        let text = std::fs::read_to_string(&path).expect("a suite file is readable");
        let cases = support::cases(&text).into_iter();
        specs.extend(cases.filter(|c| c.expected.is_empty() && c.files.is_empty()).map(|c| (name, c.text)));
    }
    specs
}

/// A few small damages: parts left out, doubled, or replaced by what a spec may hold.
fn mutate(text: &str, rng: &mut rand_chacha::ChaCha8Rng) -> String {
    const PIECES: &[&str] = &[
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ":",
        ",",
        "->",
        "@",
        "\"",
        "'",
        "\n",
        "  ",
        "\t",
        "-",
        "0",
        "-1",
        "1e999",
        "9223372036854775807",
        "as",
        "half",
        "none",
        "*",
        "//",
        "%",
        "é",
        "\u{1b}",
        "\u{202e}",
        "x",
        "conv(8, 3)",
        "gap",
        "add",
        "repeat(3)",
        "N",
        "i64",
        "#",
        "&a",
        "*a",
        "<<",
        "!!str",
        "{i}",
        "5ep",
    ];
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..1 + random::below(rng, 4) {
        let at = random::below(rng, chars.len() as u64 + 1) as usize;
        let end = (at + random::below(rng, 12) as usize).min(chars.len());
        let piece = PIECES[random::below(rng, PIECES.len() as u64) as usize];
        match random::below(rng, 4) {
            0 => drop(chars.splice(at..end, [])),
            1 => drop(chars.splice(at..at, piece.chars())),
            2 => drop(chars.splice(at..end, piece.chars())),
            _ => {
                let copy: Vec<char> = chars[at..end].to_vec();
                let to = random::below(rng, chars.len() as u64 + 1) as usize;
                drop(chars.splice(to..to, copy));
            }
        }
    }
    chars.into_iter().collect()
}
