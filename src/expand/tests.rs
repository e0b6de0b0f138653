//! Rules of expansion, each on a small spec.

use std::collections::BTreeMap;

use crate::diag::{Code, Diagnostic, Severity, codes};
use crate::driver::{Compiled, compile_text, compile_zoo};
use crate::graph::Graph;
use crate::ops::attrs::Value;

use super::{Limits, Options};

mod sections;

const HEAD: &str = "blockprint: 1\nmodel: test\ninputs:\n  x: 'f32[N, 3, 8, 8]'\n";

/// Compiles a spec of one image input with this text after the inputs.
fn compile(rest: &str) -> Compiled {
    compile_with(rest, &Options::default())
}

fn compile_with(rest: &str, options: &Options) -> Compiled {
    compile_text("test.yaml", &format!("{HEAD}{rest}"), options)
}

fn graph(compiled: &Compiled) -> &Graph {
    match &compiled.checked {
        Some(checked) => checked.graph(),
        None => panic!("{:#?}", messages(compiled)),
    }
}

fn messages(compiled: &Compiled) -> Vec<String> {
    compiled.sink.sorted().iter().map(|d| format!("{} {}: {:?}", d.code, d.message, d.help)).collect()
}

/// The paths of all nodes but the inputs.
fn paths(rest: &str) -> Vec<String> {
    let compiled = compile(rest);
    let graph = graph(&compiled);
    graph.ids().filter(|id| graph.op(*id).is_some()).map(|id| graph.node(id).path.clone()).collect()
}

/// Every node's path with the paths that it reads.
fn edges(graph: &Graph) -> BTreeMap<String, Vec<String>> {
    let path = |id| graph.node(id).path.clone();
    graph.ids().map(|id| (path(id), graph.inputs(id).into_iter().map(path).collect())).collect()
}

/// What one node reads.
fn reads(rest: &str, path: &str) -> Vec<String> {
    let compiled = compile(rest);
    edges(graph(&compiled)).remove(path).unwrap_or_else(|| panic!("there is no `{path}`"))
}

/// The only error of a spec, or the only warning where there is no error.
fn problem(rest: &str) -> Diagnostic {
    problem_of(&compile(rest))
}

fn problem_of(compiled: &Compiled) -> Diagnostic {
    let worst = compiled.sink.iter().map(|d| d.severity).min();
    let list: Vec<_> = compiled.sink.iter().filter(|d| Some(d.severity) == worst).collect();
    assert_eq!(list.len(), 1, "{:#?}", messages(compiled));
    list[0].clone()
}

/// The text under the primary label of the only problem, and its code.
fn at_fault(rest: &str) -> (Code, String) {
    let compiled = compile(rest);
    let problem = problem_of(&compiled);
    assert!(compiled.checked.is_none());
    let span = problem.span().expect("it has a place");
    (problem.code, compiled.sources.text(span).to_string())
}

fn fault(code: Code, text: &str) -> (Code, String) {
    (code, text.to_string())
}

// ---- names ---------------------------------------------------------------------------

#[test]
fn ops_are_called_by_their_names_and_then_numbered() {
    assert_eq!(paths("net:\n  - relu -> relu -> tanh -> relu\n"), ["relu", "relu_1", "tanh", "relu_2"]);
    assert_eq!(paths("net:\n  - relu as relu_1 -> relu -> relu\n"), ["relu_1", "relu", "relu_2"]);
}

#[test]
fn block_calls_are_numbered_and_loops_add_nothing() {
    let spec = "blocks:\n  b(): conv(4, 1) -> relu\nnet:\n  - b -> b as named -> b\n  - repeat(2): b\n";
    assert_eq!(
        paths(spec),
        ["0.conv", "0.relu", "named.conv", "named.relu", "2.conv", "2.relu", "3.conv", "3.relu", "4.conv", "4.relu"]
    );
}

#[test]
fn templates_count_and_compute() {
    let spec = "params: {n: 4, act: relu}\nnet:\n  - for c in [4, 8]:\n      - repeat(2): conv(c, 1) as c{c}_{i}_{i-1}_{n//3*2}\n      - relu as {act}{i}\n";
    assert_eq!(paths(spec), ["c4_1_0_2", "c4_2_1_2", "relu1", "c8_1_0_2", "c8_2_1_2", "relu2"]);
    assert_eq!(at_fault("net:\n  - repeat(2): relu as a{k}\n"), fault(codes::UNKNOWN_NAME, "a{k}"));
    assert_eq!(at_fault("net:\n  - repeat(2): relu as a{i-2}\n"), fault(codes::BAD_TEMPLATE, "a{i-2}"));
    assert_eq!(at_fault("net:\n  - repeat(2): relu as same\n"), fault(codes::DUPLICATE_NAME, "same"));
}

#[test]
fn the_name_of_a_block_stands_for_its_last_node() {
    let spec = "blocks:\n  b(): conv(3, 1) -> relu\nnet:\n  - b as first -> b as second\n  - add(first, x)\n";
    assert_eq!(reads(spec, "add"), ["first.relu", "x"]);
    let spec =
        "blocks:\n  b(): conv(3, 1) -> relu\nnet:\n  - b as first -> b as second\n  - add(@first.conv, second)\n";
    assert_eq!(reads(spec, "add"), ["first.conv", "second.relu"]);
}

#[test]
fn names_in_a_block_are_local() {
    let inside = "blocks:\n  b():\n    - conv(3, 1) as a -> relu\n    - add(a, @relu)\nnet:\n  - b -> b\n";
    assert_eq!(reads(inside, "1.add"), ["1.a", "1.relu"]);
    let outside = "blocks:\n  b():\n    - relu -> add(@x)\nnet:\n  - b\n";
    let problem = problem(outside);
    assert_eq!(problem.code, codes::UNKNOWN_NODE);
    assert!(problem.help.unwrap().contains("pass `@x`"));
}

// ---- merges --------------------------------------------------------------------------

#[test]
fn branches_read_the_node_before_unless_they_name_another() {
    let spec = "net:\n  - conv(3, 1) as a\n  - relu as b\n  - add:\n      main: conv(3, 1) -> relu\n      skip: identity\n      other: '@a'\n      far: '@x -> relu'\n";
    assert_eq!(reads(spec, "add"), ["main.relu", "b", "a", "far.relu"]);
    assert_eq!(reads(spec, "main.conv"), ["b"]);
    let inline = "net:\n  - add: {main: relu, skip: identity}\n  - add: {main: relu, skip: identity}\n";
    assert_eq!(paths(inline), ["main.relu", "add", "main_1.relu", "add_1"]);
}

#[test]
fn only_ops_over_several_nodes_merge() {
    assert_eq!(at_fault("blocks:\n  b(): relu\nnet:\n  - b: {m: relu}\n").0, codes::UNKNOWN_ARGUMENT);
    let bp = "model m(x: f32[N, 3, 8, 8]) { relu { a: relu\n b: tanh } }";
    let compiled = compile_text("t.bp", bp, &Options::default());
    assert_eq!(problem_of(&compiled).code, codes::WRONG_KIND);
    let bp = "model m(x: f32[N, 3, 8, 8]) { sub { a: relu\n b: tanh\n c: relu } }";
    let compiled = compile_text("t.bp", bp, &Options::default());
    assert_eq!(problem_of(&compiled).code, codes::WRONG_INPUT_COUNT);
}

#[test]
fn the_reader_knows_the_merges() {
    use crate::ops::{Inputs, lookup, table};
    for name in crate::syntax::MERGE_OPS {
        assert!(lookup(name).is_some_and(|e| e.info.inputs.max() != Some(1)), "{name}");
    }
    for entry in table().iter().filter(|e| e.info.inputs == Inputs::Branches) {
        assert!(crate::syntax::MERGE_OPS.contains(&entry.info.name), "{}", entry.info.name);
    }
}

// ---- nodes as arguments --------------------------------------------------------------

#[test]
fn leading_names_are_inputs() {
    let two = "net:\n  - relu as a -> tanh as b\n";
    assert_eq!(reads(&format!("{two}  - sub(a, b)\n"), "sub"), ["a", "b"]);
    assert_eq!(reads(&format!("{two}  - sub(a)\n"), "sub"), ["b", "a"]);
    assert_eq!(reads(&format!("{two}  - sub(@x, relu)\n"), "sub"), ["x", "relu"]);
    assert_eq!(reads(&format!("{two}  - sub(@x -> relu, tanh)\n"), "sub"), ["relu", "tanh"]);
    assert_eq!(reads(&format!("{two}  - relu(@a)\n"), "relu"), ["a"]);
    assert_eq!(reads(&format!("{two}  - concat(a, b, axis=2)\n"), "concat"), ["a", "b"]);
    assert_eq!(at_fault("net:\n  - relu as alpha\n  - sub(alpa)\n"), fault(codes::UNKNOWN_NODE, "alpa"));
    assert_eq!(at_fault("net:\n  - relu -> sub\n"), fault(codes::WRONG_INPUT_COUNT, "sub"));
}

#[test]
fn a_node_cannot_be_read_before_it_is_made() {
    let (code, text) = at_fault("net:\n  - add(late, x)\n  - relu as late\n");
    assert_eq!((code, text.as_str()), (codes::USED_BEFORE_MADE, "late"));
    let itself =
        "blocks:\n  b(s): conv(3, 1) -> add(@s)\nnet:\n  - add:\n      main: '@main -> relu'\n      skip: identity\n";
    assert!(compile(itself).sink.iter().any(|d| d.code == codes::USED_BEFORE_MADE));
}

#[test]
fn several_inputs_must_be_told_apart() {
    let two = |net: &str| format!("blockprint: 1\nmodel: t\ninputs:\n  a: 'f32[N, 4]'\n  b: 'f32[N, 4]'\nnet:\n{net}");
    let compiled = compile_text("t.yaml", &two("  - dense(4)\n  - add(b)\n"), &Options::default());
    assert_eq!(problem_of(&compiled).code, codes::NO_RUNNING_NODE);
    let compiled = compile_text("t.yaml", &two("  - '@a -> dense(4)'\n  - add(b)\n"), &Options::default());
    assert_eq!(edges(graph(&compiled))["add"], ["dense", "b"]);
}

// ---- blocks --------------------------------------------------------------------------

#[test]
fn arguments_are_bound_by_position_and_name() {
    let block = "blocks:\n  b(c, k=1, p=k//2): conv(c, k, pad=p)\nnet:\n";
    assert_eq!(paths(&format!("{block}  - b(4) -> b(4, 3) -> b(k=5, c=2)\n")).len(), 3);
    assert_eq!(at_fault(&format!("{block}  - b()\n")), fault(codes::MISSING_ARGUMENT, "b()"));
    assert_eq!(at_fault(&format!("{block}  - b(1, 1, 0, 7)\n")), fault(codes::TOO_MANY_ARGUMENTS, "7"));
    assert_eq!(at_fault(&format!("{block}  - b(1, c=2)\n")), fault(codes::DUPLICATE_ARGUMENT, "2"));
    assert_eq!(at_fault(&format!("{block}  - b(1, kk=2)\n")), fault(codes::UNKNOWN_ARGUMENT, "kk"));
}

#[test]
fn chains_close_over_the_scope_of_their_caller() {
    let spec = "params: {c: 7}\nblocks:\n  inner(c, body): conv(c, 1) -> body\n  outer(c): inner(5, body=conv(c, 1) -> relu)\nnet:\n  - outer(3) -> inner(2, conv(c, 1))\n";
    let compiled = compile(spec);
    let graph = graph(&compiled);
    assert_eq!(paths(spec), ["0.0.conv", "0.0.conv_1", "0.0.relu", "1.conv", "1.conv_1"]);
    let checked = compiled.checked.as_ref().unwrap();
    let channels = |path: &str| checked.fact(graph.find(path).unwrap()).shape[1].as_num();
    assert_eq!(channels("0.0.conv"), Some(5));
    assert_eq!(channels("0.0.conv_1"), Some(3));
    assert_eq!(channels("1.conv_1"), Some(7));
}

#[test]
fn a_chain_parameter_may_be_a_word_a_chain_or_nothing() {
    let block = "blocks:\n  b(act=identity, how=he_normal): conv(3, 1, init=how) -> act\nnet:\n";
    assert_eq!(
        paths(&format!("{block}  - b -> b(relu) -> b(act=leaky_relu(0.1) -> tanh, how=he_normal(fan=out))\n")),
        ["0.conv", "1.conv", "1.relu", "2.conv", "2.leaky_relu", "2.tanh"]
    );
    assert_eq!(at_fault("blocks:\n  b(c): c\nnet:\n  - b(3)\n"), fault(codes::NOT_CALLABLE, "c"));
    assert_eq!(at_fault("blocks:\n  b(c): conv(c, 1)\nnet:\n  - b(relu -> tanh)\n").0, codes::BAD_EXPRESSION);
}

#[test]
fn recursion_is_told_with_its_chain() {
    let spec = "blocks:\n  a(): b\n  b(): relu -> a\nnet:\n  - a\n";
    let problem = problem(spec);
    assert_eq!(problem.code, codes::RECURSIVE_BLOCK);
    assert!(problem.message.ends_with("`a` → `b` → `a`"), "{}", problem.message);
    // A block within the argument of a call of itself is no recursion.
    assert_eq!(
        paths("blocks:\n  a(f=identity): relu -> f\nnet:\n  - a(a(tanh))\n"),
        ["0.relu", "0.0.relu", "0.0.tanh"]
    );
    assert_eq!(at_fault("blocks:\n  a(f): f\n  b(): a(b)\nnet:\n  - b\n").0, codes::RECURSIVE_BLOCK);
}

#[test]
fn one_mistake_in_a_block_is_told_once_with_its_trace() {
    let spec = "blocks:\n  unit(): cnv(4, 3)\n  stage(): add: {main: unit -> unit, skip: identity}\n";
    let spec = spec.replace(
        "stage(): add: {main: unit -> unit, skip: identity}",
        "stage():\n    - add: {main: unit -> unit, skip: identity}",
    );
    let problem = problem(&format!("{spec}net:\n  - stage as s{{1}}\n  - stage -> stage\n").replace("s{1}", "s1"));
    assert_eq!(problem.code, codes::UNKNOWN_OP);
    let names: Vec<_> = problem.trace.iter().map(|f| f.name.as_str()).collect();
    assert_eq!(names, ["s1", "main.unit[0]"]);
    assert!(problem.help.unwrap().contains("`conv`"));
}

#[test]
fn nodes_know_the_chain_of_their_expansion() {
    let compiled = compile_zoo("resnet50", &Options::default()).unwrap();
    let graph = graph(&compiled);
    let node = graph.node(graph.find("layer3.2.main.1.conv").unwrap());
    let names: Vec<_> = node.frames().into_iter().map(|f| f.name).collect();
    assert_eq!(names, ["layer3", "bottleneck[2]", "main.conv_bn[1]", "conv"]);
}

// ---- unknown things ------------------------------------------------------------------

#[test]
fn unknown_names_are_told_with_what_was_meant() {
    for (net, help) in [
        ("relo", "did you mean `relu`?"),
        ("linear(4)", "here it is called `dense`"),
        ("blok(4)", "did you mean `block`?"),
    ] {
        let problem =
            problem(&format!("blocks:\n  block(c): conv(c, 1)\nnet:\n  - block(3)\n  - {net}\n  - dense(8)\n"));
        assert_eq!(problem.code, codes::UNKNOWN_OP);
        assert!(problem.help.as_ref().unwrap().contains(help), "{:?}", problem.help);
    }
    let spec = "params: {classes: 10}\nnet:\n  - gap -> dense(clases)\n  - dense(2*classes)\n";
    let problem = problem(spec);
    assert_eq!((problem.code, problem.help.as_deref()), (codes::UNKNOWN_NAME, Some("did you mean `classes`?")));
}

#[test]
fn unused_things_are_warned_of() {
    let spec = "params: {a: 1, b: 2}\nblocks:\n  used(c, d=1): conv(c, 1)\n  unused(): relu\nnet:\n  - used(b)\n";
    let compiled = compile(spec);
    assert!(compiled.checked.is_some());
    let found: Vec<_> = compiled.sink.sorted().iter().map(|d| (d.code, d.message.clone())).collect();
    assert_eq!(
        found,
        [
            (codes::UNUSED_PARAMETER, "the parameter `a` is used nowhere".to_string()),
            (codes::UNUSED_PARAMETER, "the parameter `d` is used nowhere".to_string()),
            (codes::UNUSED_BLOCK, "the block `unused` is called nowhere".to_string()),
        ]
    );
    let spec = "blockprint: 1\nmodel: t\ninputs: {x: 'f32[N, 4]', y: 'i64[N]'}\nnet:\n  - dense(2)\n";
    let compiled = compile_text("t.yaml", spec, &Options::default());
    assert_eq!(problem_of(&compiled).code, codes::UNUSED_INPUT);
}

// ---- parameters ----------------------------------------------------------------------

#[test]
fn parameters_are_computed_in_any_order() {
    let spec = "params:\n  width: 1.1\n  head: max(8, floor((width*base + 4) / 8) * 8)\n  base: 32\n  list: [head, base//3, 7 % 4, -base]\nnet:\n  - for c in [head]: conv(c, 1)\n  - relu as n{list2}\n";
    let compiled = compile(&spec.replace("  - relu as n{list2}\n", "  - conv(len(list), 1)\n"));
    assert!(compiled.checked.is_some(), "{:?}", messages(&compiled));
    let params: BTreeMap<_, _> = compiled.params.into_iter().collect();
    assert_eq!(params["head"], Value::Int(32));
    assert_eq!(params["list"], Value::List([32, 10, 3, -32].map(Value::Int).to_vec()));
}

#[test]
fn parameters_in_a_circle_are_told_once() {
    let problem = problem("params: {a: b+1, b: 2*c, c: a, d: a}\nnet:\n  - conv(d, 1)\n");
    assert_eq!(problem.code, codes::PARAMETER_CYCLE);
    assert!(problem.message.ends_with("`a` → `b` → `c` → `a`"), "{}", problem.message);
}

#[test]
fn arithmetic_is_checked() {
    for (expr, code) in [
        ("9223372036854775807 + 1", codes::ARITHMETIC),
        ("1 // 0", codes::ARITHMETIC),
        ("min([1, 2], 3)", codes::BAD_EXPRESSION),
        ("floor()", codes::BAD_EXPRESSION),
        ("relu * 2", codes::UNKNOWN_NAME),
        ("[1] + 2", codes::BAD_EXPRESSION),
        ("len(3)", codes::BAD_EXPRESSION),
    ] {
        assert_eq!(at_fault(&format!("net:\n  - conv({expr}, 1)\n")).0, code, "{expr}");
    }
}

#[test]
fn sizes_of_inputs_are_expressions_over_symbols() {
    let spec = |ty: &str| format!("blockprint: 1\nmodel: t\nparams: {{s: 8}}\ninputs:\n  x: '{ty}'\nnet:\n  - relu\n");
    let fact = |ty: &str| {
        let compiled = compile_text("t.yaml", &spec(ty), &Options::default());
        let graph = graph(&compiled);
        compiled.checked.as_ref().unwrap().fact(graph.roles.inputs[0]).to_string()
    };
    assert_eq!(fact("f32[N, s, 2*s+1, H]"), "f32[N, 8, 17, H]");
    assert_eq!(fact("f32[N, (2*H+s)//2]").split(',').next(), Some("f32[N"));
    for (ty, code) in
        [("f16[N]", codes::BAD_INPUT), ("f32[N, 0]", codes::BAD_INPUT), ("f32[N, t]", codes::UNKNOWN_NAME)]
    {
        let compiled = compile_text("t.yaml", &spec(ty), &Options::default());
        assert!(compiled.sink.iter().any(|d| d.code == code), "{ty}: {:?}", messages(&compiled));
    }
}

// ---- loops and limits ----------------------------------------------------------------

#[test]
fn loops_take_lists_apart() {
    let spec = |list: &str| format!("net:\n  - for (a, b) in {list}: conv(a, b)\n");
    assert_eq!(paths(&spec("[[4, 1], [5, 3]]")).len(), 2);
    assert_eq!(at_fault(&spec("[[4, 1], [5, 3, 2]]")).0, codes::BAD_EXPRESSION);
    assert_eq!(at_fault(&spec("7")).0, codes::BAD_EXPRESSION);
    assert_eq!(paths("net:\n  - repeat(0): conv(1, 1)\n  - relu\n"), ["relu"]);
    assert_eq!(at_fault("net:\n  - repeat(0-1): relu\n").0, codes::BAD_EXPRESSION);
    assert_eq!(at_fault("net:\n  - repeat(1.5): relu\n"), fault(codes::BAD_EXPRESSION, "1.5"));
}

#[test]
fn hostile_specs_end_at_a_limit() {
    let nest = |inner: &str| format!("net:\n  - repeat(50000):\n      - repeat(50000): {inner}\n");
    for (spec, code) in [
        ("net:\n  - repeat(1000000000): relu\n".to_string(), codes::TOO_MANY_NODES),
        (nest("relu"), codes::TOO_MANY_NODES),
        (nest("conv"), codes::MISSING_ARGUMENT),
        (nest("identity"), codes::TOO_MUCH_WORK),
        (
            format!(
                "blocks:\n  b0(): relu\n{}net:\n  - b60\n",
                (1..=60).map(|i| format!("  b{i}(): b{0} -> b{0}\n", i - 1)).collect::<String>()
            ),
            codes::TOO_MANY_NODES,
        ),
        (
            format!(
                "blocks:\n  b0(): relu\n{}net:\n  - b99\n",
                (1..=99).map(|i| format!("  b{i}(): b{}\n", i - 1)).collect::<String>()
            ),
            codes::EXPANSION_DEPTH,
        ),
        (format!("net:\n  - relu as {}\n", "a".repeat(300)), codes::NAME_TOO_LONG),
    ] {
        let compiled = compile(&spec);
        assert!(compiled.sink.iter().any(|d| d.code == code), "{code}: {:?}", messages(&compiled));
    }
    // A depth that a thread's stack could not hold is held to what it can.
    let nested = (1..=400).map(|i| format!("  b{i}(): b{}\n", i - 1)).collect::<String>();
    let options = Options { limits: Limits { depth: 1_000_000, ..Limits::default() }, ..Options::default() };
    let compiled = compile_with(&format!("blocks:\n  b0(): relu\n{nested}net:\n  - b400\n"), &options);
    assert!(compiled.sink.iter().any(|d| matches!(d.code, codes::EXPANSION_DEPTH | codes::NAME_TOO_LONG)));
    let options = Options { limits: Limits { nodes: 3, ..Limits::default() }, ..Options::default() };
    assert_eq!(compile_with("net:\n  - repeat(3): relu\n", &options).sink.error_count(), 0);
    assert_eq!(
        problem_of(&compile_with("net:\n  - relu -> relu -> relu -> relu\n", &options)).code,
        codes::TOO_MANY_NODES
    );
}

// ---- towers --------------------------------------------------------------------------

#[test]
fn towers_share_their_weights() {
    let spec = "blockprint: 1\nmodel: siamese\ninputs: {a: 'f32[N, 4]', b: 'f32[N, 4]'}\ntowers:\n  embed:\n    - dense(3) as h -> relu\nnet:\n  - embed(a) as ea\n  - embed(b)\n  - absdiff(ea, embed) -> dense(1) as same\n";
    let compiled = compile_text("t.yaml", spec, &Options::default());
    let graph = graph(&compiled);
    assert_eq!(edges(graph)["absdiff"], ["ea.relu", "embed.relu"]);
    assert_eq!(edges(graph)["ea.h"], ["a"]);
    let names: Vec<_> = compiled.checked.as_ref().unwrap().params().iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["embed.h.weight", "embed.h.bias", "same.weight", "same.bias"]);
}

#[test]
fn a_tower_may_hold_another_specs_net() {
    let spec = "blockprint: 1\nmodel: siamese\ninputs: {a: 'f32[N, 1, 28, 28]', b: 'f32[N, 1, 28, 28]'}\ntowers: {embed: {use: lenet5.yaml}}\nnet:\n  - absdiff(embed(a), embed(b)) -> dense(1) as same\n";
    let compiled = compile_text("t.yaml", spec, &Options::default());
    let graph = graph(&compiled);
    assert_eq!(edges(graph)["absdiff"], ["embed.logits", "embed_1.logits"]);
    assert_eq!(edges(graph)["embed_1.c1"], ["b"]);
    let node = graph.node(graph.find("embed_1.c1").unwrap());
    assert_eq!(node.weights, "embed.c1");
}

#[test]
fn blocks_come_from_other_specs() {
    let spec = "use: {res: resnet50.yaml}\nnet:\n  - res.stage(4, 2, 1) as a -> res.conv_bn(8)\n";
    assert!(paths(spec).contains(&"a.0.skip.0.conv".to_string()));
    let problem = problem("use: {res: resnet50.yaml}\nnet:\n  - res.stge(4, 2, 1)\n");
    assert_eq!(problem.help.as_deref(), Some("did you mean `res.stage`?"));
    assert_eq!(
        at_fault("use: {res: resnet51.yaml}\nnet:\n  - res.stage(4, 2, 1)\n"),
        fault(codes::FILE_UNREADABLE, "resnet51.yaml")
    );
}

// ---- losses and metrics --------------------------------------------------------------

const CLASSIFIER: &str =
    "blockprint: 1\nmodel: t\ninputs: {x: 'f32[N, 4]', y: 'i64[N]', z: 'f32[N, 3]'}\nnet:\n  - dense(3) as logits\n";

fn classify(rest: &str) -> Compiled {
    compile_text("t.yaml", &format!("{CLASSIFIER}{rest}"), &Options::default())
}

#[test]
fn losses_are_nodes_and_add_up() {
    let compiled = classify(
        "loss:\n  ce: cross_entropy(logits, y, smoothing=0.1)\n  mse: mse(logits, z)\n  total: ce + 2*mse/4\n",
    );
    let graph = graph(&compiled);
    assert_eq!(edges(graph)["loss.ce"], ["logits", "y"]);
    assert_eq!(edges(graph)["loss.total"], ["loss.ce", "loss.weighted_mse"]);
    assert_eq!(graph.roles.total_loss, graph.find("loss.total"));
    assert_eq!(graph.roles.losses.len(), 2);
    let compiled = classify("loss:\n  ce: cross_entropy(logits, y)\n  mse: mse(logits, z)\n");
    assert_eq!(edges(self::graph(&compiled))["loss.total"], ["loss.ce", "loss.mse"]);
    let compiled = classify("loss:\n  ce: cross_entropy(logits, label=y)\n  mse: mse(logits, z)\n  total: ce\n");
    let graph = self::graph(&compiled);
    assert_eq!(graph.roles.total_loss, graph.find("loss.ce"));
}

#[test]
fn what_is_no_loss_is_told() {
    for (loss, code) in [
        ("a: relu(logits)", codes::NOT_A_LOSS),
        ("a: 3", codes::NOT_A_LOSS),
        ("a: mse(logits, z)\n  total: 2*b", codes::NOT_A_LOSS),
        ("a: mse(logits, z)\n  total: a*a", codes::NOT_A_LOSS),
        ("a: mse(logit, z)", codes::UNKNOWN_NODE),
        ("a: mse(z)", codes::NO_RUNNING_NODE),
    ] {
        let compiled = classify(&format!("loss:\n  ce: cross_entropy(logits, y)\n  m: mse(logits, z)\n  {loss}\n"));
        let errors: Vec<_> = compiled.sink.iter().filter(|d| d.severity == Severity::Error).map(|d| d.code).collect();
        assert_eq!(errors, [code], "{loss}: {:?}", messages(&compiled));
    }
}

#[test]
fn metrics_measure_what_the_loss_reads() {
    let compiled = classify(
        "loss:\n  m: mse(logits, z)\n  ce: cross_entropy(logits, y)\nmetrics:\n  - accuracy\n  - top2\n  - mae(logits, z)\n",
    );
    let graph = graph(&compiled);
    assert_eq!(edges(graph)["metrics.accuracy"], ["logits", "y"]);
    assert_eq!(edges(graph)["metrics.top2"], ["logits", "y"]);
    let names: Vec<_> = graph.roles.metrics.iter().map(|(n, _)| n.as_str()).collect();
    assert_eq!(names, ["accuracy", "top2", "mae"]);
    let lonely = classify("loss:\n  m: mse(logits, z)\nmetrics: [accuracy]\n");
    assert!(lonely.sink.iter().any(|d| d.code == codes::NOT_A_METRIC));
    let typo = classify("loss:\n  m: mse(logits, z)\n  ce: cross_entropy(logits, y)\nmetrics: [acuracy]\n");
    assert!(problem_of(&typo).message.contains("did you mean `accuracy`?"));
}

// ---- overrides -----------------------------------------------------------------------

#[test]
fn the_command_line_overrides() {
    let options = |set: &[(&str, &str)]| Options {
        set: set.iter().map(|(p, v)| (p.to_string(), v.to_string())).collect(),
        ..Options::default()
    };
    let set = [
        ("params.classes", "7"),
        ("inputs.image", "f32[N, 3, 32, 32]"),
        ("train.epochs", "3"),
        ("train.optim", "adam(lr=1e-3)"),
        ("train.clip_norm", "1.0"),
        ("data.train", "/some/where else"),
        ("model", "mine"),
        ("outputs", "features"),
    ];
    let compiled = compile_zoo("resnet50", &options(&set)).unwrap();
    let graph = graph(&compiled);
    assert_eq!(graph.roles.outputs, [graph.find("features").unwrap()]);
    let spec = compiled.spec.as_ref().unwrap();
    assert_eq!(spec.model.as_ref().unwrap().value, "mine");
    let train = compiled.config.train.as_ref().unwrap();
    assert_eq!((train.epochs, train.clip_norm), (3, Some(1.0)));
    for (path, help) in [
        ("params.clases", "did you mean `classes`?"),
        ("classes", "did you mean `params.classes`?"),
        ("trian.epochs", "did you mean `train`?"),
        ("train.stop.x.y", ""),
    ] {
        let compiled = compile_zoo("resnet50", &options(&[(path, "1")])).unwrap();
        let problem = compiled.sink.iter().find(|d| d.code == codes::UNKNOWN_OVERRIDE);
        let problem = problem.unwrap_or_else(|| panic!("{path}: {:?}", messages(&compiled)));
        assert_eq!(problem.help.as_deref().unwrap_or(""), help);
        assert_eq!(compiled.sources.text(problem.span().unwrap()), path);
    }
    let compiled = compile_zoo("resnet50", &options(&[("inputs.image", "7")])).unwrap();
    assert!(compiled.sink.iter().any(|d| d.code == codes::BAD_OVERRIDE));
}

#[test]
fn a_spec_extends_another() {
    let spec = "blockprint: 1\nmodel: small\nextends: resnet50.yaml\nset:\n  params.stages: [[8, 1, 1]]\n  params.classes: 3\ntrain: {epochs: 2}\n";
    let compiled = compile_text("small.yaml", spec, &Options::default());
    let graph = graph(&compiled);
    assert!(graph.find("layer1").is_some() && graph.find("layer2").is_none());
    let train = compiled.config.train.as_ref().unwrap();
    assert_eq!((train.epochs, train.batch), (2, 256));
    let spec = compiled.spec.as_ref().unwrap();
    assert_eq!(spec.model.as_ref().unwrap().value, "small");
    assert!(spec.extends.is_none() && spec.set.is_empty());
}

// ---- the zoo -------------------------------------------------------------------------

#[test]
fn both_spellings_give_one_graph() {
    for name in ["resnet50", "lenet5"] {
        let [yaml, bp] = ["yaml", "bp"].map(|e| compile_zoo(&format!("{name}.{e}"), &Options::default()).unwrap());
        let (a, b) = (graph(&yaml), graph(&bp));
        assert_eq!(edges(a), edges(b));
        for id in a.ids() {
            assert_eq!(a.op(id), b.op(b.find(&a.node(id).path).unwrap()), "{}", a.node(id).path);
        }
        let config = |c: &Compiled| serde_json::to_value(&c.config).unwrap();
        assert_eq!(config(&yaml), config(&bp));
    }
}
