//! Properties of the readers and writers: what is written is read back, what is mutilated is
//! survived, and plain YAML means what other YAML readers take it to mean.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use blockprint::diag::Sink;
use blockprint::random;
use blockprint::source::FileId;
use blockprint::syntax::ast::*;
use blockprint::syntax::{self, Spelling, fmt, write};
use proptest::prelude::*;
use rand_core::SeedableRng;

fn read(text: &str, spelling: Spelling) -> (Spec, Sink) {
    let mut sink = Sink::new();
    let spec = syntax::read_text(text, spelling, FileId(0), &mut sink);
    (spec, sink)
}

/// The tree without its spans.
fn bare(spec: &Spec) -> serde_json::Value {
    serde_json::to_value(spec).expect("a spec is plain data")
}

/// Writes a tree in both spellings and reads it again.
fn round_trip(spec: &Spec) {
    for spelling in [Spelling::Yaml, Spelling::Bp] {
        let text = write::to_text(spec, spelling);
        let (again, sink) = read(&text, spelling);
        assert!(!sink.has_errors(), "{text}\n{:#?}", sink.sorted());
        assert_eq!(bare(&again), bare(spec), "{text}");
        assert_eq!(write::to_text(&again, spelling), text, "writing is not stable");
        let formatted = fmt::format(&text, spelling, spelling).expect("it has no errors");
        assert_eq!(formatted, text, "written text is formatted");
    }
}

/// The inputs of the corpus with their spellings.
fn inputs() -> Vec<(String, Spelling)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let rule = "=".repeat(40) + "\n";
    let mut inputs = Vec::new();
    for (file, spelling) in [("yaml_read.txt", Spelling::Yaml), ("bp_read.txt", Spelling::Bp)] {
        let text = std::fs::read_to_string(folder.join(file)).expect("the corpus is part of the repository");
        let parts: Vec<&str> = text.split(rule.as_str()).skip(1).collect();
        for pair in parts.chunks_exact(2) {
            let input = pair[1].split_once("\n-----\n").map_or(pair[1], |(input, _)| input);
            inputs.push((input.to_owned() + "\n", spelling));
        }
    }
    inputs
}

#[test]
fn the_corpus_survives_writing_and_converting() {
    let mut count = 0;
    for (text, spelling) in inputs() {
        let (spec, sink) = read(&text, spelling);
        if !sink.has_errors() {
            round_trip(&spec);
            count += 1;
        }
    }
    assert!(count >= 15, "only {count} valid cases");
}

#[test]
fn the_same_network_in_both_spellings_is_the_same_tree() {
    let inputs = inputs();
    let (yaml, _) = read(&inputs[0].0, Spelling::Yaml);
    let bp = inputs.iter().find(|(_, s)| *s == Spelling::Bp).expect("the corpus has both");
    let (bp, _) = read(&bp.0, Spelling::Bp);
    let (mut yaml, bp) = (bare(&yaml), bare(&bp));
    // The short example in `.bp` leaves these out.
    yaml["metrics"] = serde_json::json!([]);
    yaml["sections"] = serde_json::json!([]);
    assert_eq!(yaml, bp);
}

#[test]
fn a_spec_is_plain_serde_data_with_a_schema() {
    for (text, spelling) in inputs() {
        let (spec, sink) = read(&text, spelling);
        if !sink.has_errors() {
            let again: Spec = serde_json::from_value(bare(&spec)).expect("it was written from a spec");
            assert_eq!(bare(&again), bare(&spec));
        }
    }
    let schema = serde_json::to_string(&schemars::schema_for!(Spec)).expect("a schema is plain data");
    assert!(schema.contains("\"net\"") && !schema.contains("\"start\""), "spans are no part of the schema");
}

/// Deletes, doubles, swaps, copies or replaces a few characters.
fn mutate(text: &str, rng: &mut rand_chacha::ChaCha8Rng) -> String {
    const SIGNS: &[char] = &[
        '(', ')', '[', ']', '{', '}', ':', ',', '-', '>', '"', '\'', '\\', '\n', '\t', ' ', '#', '@', '&', '*', '!',
        '|', '%', '~', '0', 'e', '漢', '🦀', '\r', '\u{feff}', '\u{0}', '\u{85}',
    ];
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..1 + random::below(rng, 6) {
        if chars.is_empty() {
            break;
        }
        let at = random::below(rng, chars.len() as u64) as usize;
        let other = random::below(rng, chars.len() as u64) as usize;
        match random::below(rng, 6) {
            0 => drop(chars.remove(at)),
            1 => chars.insert(at, chars[at]),
            2 => chars.swap(at, other),
            3 => chars.insert(at, SIGNS[random::below(rng, SIGNS.len() as u64) as usize]),
            4 => chars.truncate(at.max(chars.len() / 2)),
            _ => {
                let slice: Vec<char> = chars[at.min(other)..at.max(other).min(at.min(other) + 40)].to_vec();
                chars.splice(at..at, slice);
            }
        }
    }
    chars.into_iter().collect()
}

#[test]
fn mutilated_specs_are_survived() {
    let inputs = inputs();
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(7);
    let started = Instant::now();
    let mut valid = 0;
    for i in 0..20_000 {
        let (text, spelling) = &inputs[i % inputs.len()];
        let text = mutate(text, &mut rng);
        let begun = Instant::now();
        let (spec, sink) = read(&text, *spelling);
        assert!(begun.elapsed() < Duration::from_secs(2), "slow:\n{text}");
        for label in sink.iter().flat_map(|d| &d.labels) {
            let range = label.span.range();
            assert!(text.get(range.clone()).is_some(), "{range:?} is no part of\n{text}");
        }
        if !sink.has_errors() {
            valid += 1;
            assert!(!format!("{:?}", bare(&spec)).contains("Hole"), "a hole was not reported in\n{text:?}");
            round_trip(&spec);
            let formatted = fmt::format(&text, *spelling, *spelling).expect("it has no errors");
            let (again, _) = read(&formatted, *spelling);
            assert_eq!(bare(&again), bare(&spec), "{text}\n--- became\n{formatted}");
            let twice = fmt::format(&formatted, *spelling, *spelling).expect("it has no errors");
            assert_eq!(twice, formatted, "formatting is not stable for\n{text}");
        }
    }
    assert!(valid > 500, "only {valid} mutations were valid");
    assert!(started.elapsed() < Duration::from_secs(120));
}

#[test]
fn hostile_input_ends_quickly_with_an_error() {
    let cases = [
        "(".repeat(100_000),
        "[".repeat(100_000),
        "{".repeat(100_000),
        "a: ".repeat(50_000),
        "- ".repeat(50_000),
        format!("net: {}", "(".repeat(100_000)),
        format!("net:\n  - '{}'", "f(".repeat(50_000)),
        format!("params: {{x: {}1}}", "-".repeat(100_000)),
        format!("param x = {}1", "-".repeat(100_000)),
        format!("param x = {}", "1+".repeat(100_000)),
        format!("params: {{x: '@a + {}1'}}", "1*".repeat(100_000)),
        format!("model m {{ {}", "add { a: ".repeat(30_000)),
        format!("net:\n{}", (0..2000).map(|i| " ".repeat(i) + "- add:\n").collect::<String>()),
        "\u{0}".repeat(1000),
        ")\n".repeat(500_000),
        "\\\"".repeat(500_000),
        "'\"".repeat(500_000),
        (0..150_000).map(|i| format!("k{i}:\n")).collect::<String>(),
        (0..60_000).map(|i| format!("param p{i} =\n")).collect::<String>(),
        format!("net:\n{}", "- f(,,)\n".repeat(120_000)),
        format!("params: {{a: \"{}\"}}\nmodel: é", "\\n".repeat(500_000)),
        format!("model m {{ {}", "f( -> g( , ) ) x\n".repeat(60_000)),
        format!("{}: 1", "k".repeat(900)),
        format!("{} {{ }}", "k".repeat(1_000_000)),
        format!("a: &a [{}]\n", "x,".repeat(10_000)) + "b: [*a, *a, *a, *a]",
    ];
    for text in &cases {
        for spelling in [Spelling::Yaml, Spelling::Bp] {
            let begun = Instant::now();
            let (_, sink) = read(text, spelling);
            let shown: String = text.chars().take(40).collect();
            assert!(sink.has_errors(), "{spelling:?} {shown}");
            assert!(begun.elapsed() < Duration::from_secs(3), "{spelling:?} {shown}: {:?}", begun.elapsed());
        }
    }
}

#[test]
fn the_deepest_nesting_that_is_allowed_is_read() {
    let text = format!("param x = {}1{}", "f(".repeat(64), ")".repeat(64));
    let (spec, sink) = read(&text, Spelling::Bp);
    assert!(!sink.has_errors(), "{:?}", sink.sorted());
    round_trip(&spec);
    let deep = [
        ("model m ", "{ repeat (1) ", "{ relu }", " }", 63),
        ("param x = ", "[", "1", "]", 64),
        ("param x = ", "-(", "1", ")", 32),
    ];
    for (head, open, inner, close, times) in deep {
        let text = format!("{head}{}{inner}{}", open.repeat(times), close.repeat(times));
        let (_, sink) = read(&text, Spelling::Bp);
        assert!(!sink.has_errors(), "{text}\n{:?}", sink.sorted());
    }
    let long = format!("param x = 1{}", " + 1".repeat(999));
    let (spec, sink) = read(&long, Spelling::Bp);
    assert!(!sink.has_errors());
    let _ = write::to_yaml(&spec);
}

#[test]
fn spans_are_bytes_of_the_file() {
    for bom in ["", "\u{feff}"] {
        for newline in ["\n", "\r\n"] {
            let text =
                "# 漢字 🦀\nmodel: é\nnet:\n  - conv(8) -> bm(日)\n  - 'it''s(1)'\nparams: {\"ключ\": bad key}\n";
            let text = format!("{bom}{}", text.replace('\n', newline));
            let (_, sink) = read(&text, Spelling::Yaml);
            let found: Vec<&str> =
                sink.sorted().iter().map(|d| &text[d.span().expect("all have places").range()]).collect();
            assert_eq!(found, ["é", "日", "''", "\"ключ\"", "key"], "{newline:?}");
        }
    }
}

#[test]
fn settings_are_read_as_their_place_demands() {
    let value = |path: &str, text: &str| {
        let mut sink = Sink::new();
        let value = syntax::parse_setting(path, text, FileId(3), 0, &mut sink);
        (value.kind, sink.has_errors())
    };
    assert_eq!(value("data.train", "a/b"), (ExprKind::Str("a/b".into()), false));
    assert_eq!(value("train.epochs", "3"), (ExprKind::Int(3), false));
    assert!(matches!(value("train.optim", "adam(lr=1e-3)"), (ExprKind::Call(_), false)));
    assert!(matches!(value("params.stages", "[1, 2]"), (ExprKind::List(_), false)));
    assert!(matches!(value("data.size", "[1, a]"), (ExprKind::List(_), false)));
    assert!(value("params.x", "f(").1);
    let mut sink = Sink::new();
    let text = syntax::parse_value("a b", FileId(3), 0, &mut sink);
    assert_eq!((text.kind, sink.is_empty()), (ExprKind::Str("a b".into()), true));
}

#[test]
fn the_signs_of_a_sum_have_the_same_space_around_them() {
    for (written, formatted) in [
        ("n - 1", "n-1"),
        ("a + b+c - 2", "a+b+c-2"),
        ("a+b + 10*c", "a + b + 10*c"),
        ("10*a+b-c", "10*a + b - c"),
        ("(a + b)*c - (d - e)", "(a+b)*c - (d-e)"),
        ("a - (b + 2*c)", "a - (b + 2*c)"),
    ] {
        let text = format!("blockprint 1\nparam p = {written}\n");
        let found = fmt::format(&text, Spelling::Bp, Spelling::Bp).expect("it has no errors");
        assert_eq!(found, format!("blockprint 1\nparam p = {formatted}\n"));
    }
}

#[test]
fn keys_of_any_length_are_written() {
    let list = vec!["[1, 16, 1, 1]"; 100].join(", ");
    let text =
        format!("model m {{\n  for (t, c, n, s) in [{list}] {{\n    repeat (n) {{ conv(c) }}\n    relu\n  }}\n}}\n");
    let (spec, sink) = read(&text, Spelling::Bp);
    assert!(sink.is_empty());
    round_trip(&spec);
}

/// In YAML, the name decides between branches and arguments.
#[test]
fn the_ops_that_join_branches_are_known_to_the_readers() {
    use blockprint::ops::{self, Inputs};
    for entry in ops::table().iter().filter(|e| e.info.inputs == Inputs::Branches) {
        assert!(syntax::MERGE_OPS.contains(&entry.info.name), "`{}`", entry.info.name);
    }
    for op in syntax::MERGE_OPS.iter().filter_map(|name| ops::lookup(name)) {
        assert_ne!(op.info.inputs.max(), Some(1), "`{}` takes one input", op.info.name);
    }
}

/// Plain documents mean the same to the reader of the YAML organisation.
#[test]
fn plain_yaml_means_what_others_take_it_to_mean() {
    let documents = [
        "a: 1\nb: -2\nc: 1.5\nd: 1e3\ne: true\nf: null\ng: ~\nh:\ni: text here\nj: \"5\"\nk: '6'",
        "a: [1, [2, x], {b: c}]\nb: {c: [], d: {}}\ne:\n- 1\n- - 2\n  - 3",
        "a: |\n  one\n  two\nb: >\n  folded\n  text\n\n  new\nc: \"esc\\n\\u00e9\\x41\"\nd: 'it''s'",
        "a: yes\nb: no\nc: on\nd: 12:30\ne: 2026-11-25\nf: 0x1F\ng: 0o17\nh: .5\ni: -.inf\nj: +3\nk: 1_000",
        "a: multi\n  line plain\nb: \"multi\n  line\"\n\"quoted key\": x\n漢字: 🦀",
        "b: a:b\nc: a#b\nd: http://x.y/z?q=1&r=2\ne: (1, 2)\nf: 3x3\ng: v1.0.0",
    ];
    for document in documents {
        let indented: String = document.lines().map(|l| format!("  {l}\n")).collect();
        let (spec, sink) = read(&format!("data:\n{indented}"), Spelling::Yaml);
        assert!(!sink.has_errors(), "{document}\n{:?}", sink.sorted());
        let theirs: serde_yaml::Value = serde_yaml::from_str(document).expect("it is valid YAML");
        let ours = spec.section("data").expect("it was given");
        assert_eq!(plain(ours), theirs, "{document}");
    }
}

fn plain(e: &Expr) -> serde_yaml::Value {
    use serde_yaml::Value;
    match &e.kind {
        ExprKind::Null => Value::Null,
        ExprKind::Bool(b) => Value::Bool(*b),
        ExprKind::Int(i) => Value::from(*i),
        ExprKind::Float(f) => Value::from(*f),
        // In `data` and `train` a bare word may be a parameter; to others it is text.
        ExprKind::Str(s) | ExprKind::Name(s) => Value::from(s.as_str()),
        ExprKind::List(items) => Value::Sequence(items.iter().map(plain).collect()),
        ExprKind::Map(entries) => {
            Value::Mapping(entries.iter().map(|e| (Value::from(e.key.value.as_str()), plain(&e.value))).collect())
        }
        other => panic!("{other:?} is no plain data"),
    }
}

// ---- random trees ----------------------------------------------------------------------------

fn ident<T: Into<String>>(text: T) -> Ident {
    Ident { value: text.into(), ..Ident::default() }
}

fn at<K: Into<ExprKind>>(kind: K) -> Expr {
    Expr { kind: kind.into(), span: blockprint::source::Span::default() }
}

fn name() -> impl Strategy<Value = String> {
    "[A-Za-z_][A-Za-z0-9_]{0,5}".prop_filter("words of the language", |s| {
        !["as", "in", "for", "repeat", "true", "false", "null", "none", "True", "False", "None"].contains(&s.as_str())
    })
}

fn path() -> impl Strategy<Value = String> {
    (name(), prop::collection::vec("[a-z0-9_]{1,4}", 0..3))
        .prop_map(|(first, rest)| rest.into_iter().fold(first, |path, part| path + "." + &part))
}

fn number() -> impl Strategy<Value = ExprKind> {
    prop_oneof![
        any::<i64>().prop_map(ExprKind::Int),
        (-9i64..300).prop_map(ExprKind::Int),
        any::<f64>().prop_filter("finite", |f| f.is_finite()).prop_map(ExprKind::Float),
        (0u32..100).prop_map(|n| ExprKind::Float(f64::from(n) / 100.0)),
        (0u32..2000, any::<bool>()).prop_map(|(n, ep)| {
            ExprKind::Quantity(f64::from(n) / 4.0, if ep { Unit::Epochs } else { Unit::Steps })
        }),
        any::<bool>().prop_map(ExprKind::Bool),
        Just(ExprKind::Null),
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-z: #'\"@,{}\\[\\]~.0-9-]{0,8}",
        prop::sample::select(vec![
            "no",
            "12:30",
            "yes",
            "a: b",
            "x #y",
            "null",
            "5ep",
            "1e3",
            "~",
            "data/train",
            "@a",
            "<<",
            "none"
        ])
        .prop_map(str::to_owned),
    ]
}

fn call_of(value: BoxedStrategy<Expr>) -> impl Strategy<Value = Call> {
    let arg = (prop::option::of(name()), value).prop_map(|(name, value)| Arg { name: name.map(ident), value });
    (path(), prop::collection::vec(arg, 0..3), prop::option::weighted(0.2, "[a-z]{1,3}(\\{i\\})?")).prop_filter_map(
        "aliases are names",
        |(name, args, alias)| {
            let reserved = |a: &String| ["as", "in", "for"].contains(&a.as_str());
            (!alias.as_ref().is_some_and(reserved)).then(|| Call {
                name: ident(name),
                args,
                alias: alias.map(ident),
                span: Default::default(),
            })
        },
    )
}

fn links(value: BoxedStrategy<Expr>, least: usize) -> impl Strategy<Value = Chain> {
    let rest = prop::collection::vec(call_of(value).prop_map(Link::Call), least..4);
    (prop::option::weighted(0.2, path()), rest).prop_map(|(node, mut links)| {
        if let Some(node) = node {
            links.insert(0, Link::Node(ident(node)));
        }
        Chain { links, span: Default::default() }
    })
}

fn expr() -> BoxedStrategy<Expr> {
    let leaf = prop_oneof![
        number().prop_map(at),
        path().prop_map(|n| at(ExprKind::Name(n))),
        path().prop_map(|n| at(ExprKind::Node(n))),
        text().prop_map(|s| at(ExprKind::Str(s))),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let ops = vec![BinOp::Add, BinOp::Sub, BinOp::Mul, BinOp::Div, BinOp::FloorDiv, BinOp::Rem];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| at(ExprKind::List(items))),
            inner.clone().prop_map(|x| at(ExprKind::Neg(Box::new(x)))),
            (prop::sample::select(ops), inner.clone(), inner.clone()).prop_map(|(op, a, b)| at(ExprKind::Binary(
                op,
                Box::new(a),
                Box::new(b)
            ))),
            call_of(inner.clone()).prop_map(|call| at(ExprKind::Call(Box::new(call)))),
            links(inner, 2).prop_map(|chain| at(ExprKind::Chain(chain))),
        ]
    })
    .boxed()
}

fn data() -> BoxedStrategy<Expr> {
    let leaf = prop_oneof![number().prop_map(at), text().prop_map(|s| at(ExprKind::Str(s)))];
    leaf.prop_recursive(3, 16, 4, |inner| {
        let entries = prop::collection::btree_map(text(), inner.clone(), 0..4);
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(|items| at(ExprKind::List(items))),
            entries.prop_map(|map| {
                let entry = |(key, value)| Entry { key: ident::<String>(key), value };
                at(ExprKind::Map(map.into_iter().map(entry).collect()))
            }),
        ]
    })
    .boxed()
}

fn body() -> BoxedStrategy<Body> {
    let leaf = links(expr(), 1).prop_map(Stmt::Chain);
    let stmt = leaf.prop_recursive(3, 12, 3, |inner| {
        let body = prop::collection::vec(inner, 0..3).prop_map(|stmts| Body { stmts, span: Default::default() });
        let branches = prop::collection::btree_map(name(), body.clone(), 0..3);
        let head = (call_of(expr()), prop::sample::select(syntax::MERGE_OPS));
        prop_oneof![
            (head, branches).prop_map(|((call, op), branches)| {
                let branch = |(name, body)| Branch { name: ident::<String>(name), body };
                let branches = branches.into_iter().map(branch).collect();
                Stmt::Merge(Merge { call: Call { name: ident(op), ..call }, branches, span: Default::default() })
            }),
            (expr(), body.clone()).prop_map(|(count, body)| Stmt::Repeat(Repeat {
                count,
                body,
                span: Default::default()
            })),
            (prop::collection::btree_set(name(), 1..4), expr(), body).prop_map(|(names, list, body)| {
                let names = names.into_iter().map(ident).collect();
                Stmt::For(For { names, list, body, span: Default::default() })
            }),
        ]
    });
    prop::collection::vec(stmt, 0..4).prop_map(|stmts| Body { stmts, span: Default::default() }).boxed()
}

fn named<T: std::fmt::Debug>(value: impl Strategy<Value = T>) -> impl Strategy<Value = Vec<(Ident, T)>> {
    prop::collection::btree_map(name(), value, 0..3).prop_map(|m| m.into_iter().map(|(k, v)| (ident(k), v)).collect())
}

fn tensor_type() -> impl Strategy<Value = TensorType> {
    (name(), prop::collection::vec(expr(), 0..4)).prop_map(|(dtype, dims)| TensorType {
        dtype: ident(dtype),
        dims,
        span: Default::default(),
    })
}

/// What stands at the head of a spec.
fn head() -> impl Strategy<Value = Spec> {
    let settings = prop::collection::btree_map("(params|net|loss)\\.[a-z]{1,3}", expr(), 0..3);
    let texts = prop::collection::btree_map("(data|weights)\\.[a-z]{1,3}", data(), 0..2);
    (
        prop::option::of(Just(1)),
        prop::option::of("[a-z0-9_]{1,6}"),
        prop::option::of(text()),
        settings,
        texts,
        named(text()),
    )
        .prop_map(|(version, model, extends, set, texts, uses)| Spec {
            version: version.map(|v| blockprint::source::Spanned::new(v, Default::default())),
            model: model.filter(|m| m != "as" && m != "in").map(ident),
            extends: extends.filter(|e| !e.is_empty()).map(ident),
            set: set.into_iter().chain(texts).map(|(path, value)| Setting { path: ident(path), value }).collect(),
            uses: uses
                .into_iter()
                .filter(|(_, path)| !path.is_empty())
                .map(|(name, path)| Import { name, path: ident(path) })
                .collect(),
            ..Spec::default()
        })
}

fn spec() -> impl Strategy<Value = Spec> {
    let block_params = prop::collection::btree_map(name(), prop::option::of(expr()), 0..3);
    let declared = (named(expr()), named(tensor_type()), named((block_params, body())), named(body()));
    let section = prop::option::of(data());
    let train = prop::option::of((expr(), data()));
    let used = (prop::option::of(body()), prop::collection::btree_set(path(), 0..3), named(expr()));
    let last = (prop::collection::vec(expr(), 0..3), section.clone(), section, train);
    (head(), declared, used, last).prop_map(|(spec, (params, inputs, blocks, towers), (net, outputs, loss), last)| {
        let (metrics, weights, data, train) = last;
        let taken: BTreeSet<String> = blocks.iter().map(|(name, _)| name.value.clone()).collect();
        let block = |(name, (params, body)): (Ident, (std::collections::BTreeMap<String, Option<Expr>>, Body))| Block {
            name,
            params: params.into_iter().map(|(name, default)| BlockParam { name: ident(name), default }).collect(),
            body,
            span: Default::default(),
        };
        let train = train.map(|(optim, rest)| {
            at(ExprKind::Map(vec![
                Entry { key: ident("optim"), value: optim },
                Entry { key: ident("phases"), value: at(ExprKind::List(vec![rest])) },
            ]))
        });
        let sections = [("weights", weights), ("data", data), ("train", train)];
        Spec {
            params: params.into_iter().map(|(name, value)| Param { name, value }).collect(),
            inputs: inputs.into_iter().map(|(name, ty)| Input { name, ty }).collect(),
            blocks: blocks.into_iter().map(block).collect(),
            towers: towers
                .into_iter()
                .filter(|(name, _)| !taken.contains(&name.value))
                .map(|(name, body)| Tower { name, body: TowerBody::Body(body) })
                .collect(),
            net,
            outputs: outputs.into_iter().map(ident).collect(),
            loss: loss.into_iter().map(|(name, value)| NamedExpr { name, value }).collect(),
            metrics,
            sections: sections
                .into_iter()
                .filter_map(|(key, value)| Some(Entry { key: ident(key), value: value? }))
                .collect(),
            ..spec
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_trees_survive_writing(spec in spec().prop_filter("an empty file is no spec", |s| *s != Spec::default())) {
        round_trip(&spec);
    }
}
