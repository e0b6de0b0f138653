//! Sections built as syntax trees.

use super::*;
use crate::diag::Code;
use crate::engine::optim::Optimizer;
use crate::engine::schedule::{Length, Piece};
use crate::source::{FileId, Span, Spanned};
use crate::syntax::ast::{Arg, Call, Chain, Entry, Link, Unit};

fn span() -> Span {
    Span::new(FileId(0), 1, 2)
}

fn e(kind: ExprKind) -> Expr {
    Expr::new(kind, span())
}

fn int(v: i64) -> Expr {
    e(ExprKind::Int(v))
}

fn float(v: f64) -> Expr {
    e(ExprKind::Float(v))
}

fn word(v: &str) -> Expr {
    e(ExprKind::Name(v.into()))
}

fn epochs(v: f64) -> Expr {
    e(ExprKind::Quantity(v, Unit::Epochs))
}

fn list(items: Vec<Expr>) -> Expr {
    e(ExprKind::List(items))
}

fn map(entries: Vec<(&str, Expr)>) -> Expr {
    e(ExprKind::Map(
        entries.into_iter().map(|(k, value)| Entry { key: Spanned::new(k.into(), span()), value }).collect(),
    ))
}

/// A call; a name of `""` makes a positional argument.
fn call(name: &str, args: Vec<(&str, Expr)>) -> Call {
    let arg = |(name, value): (&str, Expr)| Arg {
        name: (!name.is_empty()).then(|| Spanned::new(name.into(), span())),
        value,
    };
    Call {
        name: Spanned::new(name.into(), span()),
        args: args.into_iter().map(arg).collect(),
        alias: None,
        span: span(),
    }
}

fn one(call: Call) -> Expr {
    e(ExprKind::Call(Box::new(call)))
}

fn chain(calls: Vec<Call>) -> Expr {
    e(ExprKind::Chain(Chain { links: calls.into_iter().map(Link::Call).collect(), span: span() }))
}

fn sgd() -> Expr {
    one(call("sgd", vec![("lr", float(0.1)), ("momentum", float(0.9))]))
}

fn spec(sections: Vec<(&str, Expr)>) -> Spec {
    let ExprKind::Map(sections) = map(sections).kind else { unreachable!("it is a map") };
    Spec { sections, ..Spec::default() }
}

fn read_ok(sections: Vec<(&str, Expr)>) -> Config {
    let mut sink = Sink::new();
    let config = read(&spec(sections), &mut sink);
    assert!(sink.is_empty(), "{:?}", sink.sorted());
    config
}

fn codes_of(sections: Vec<(&str, Expr)>) -> Vec<Code> {
    let mut sink = Sink::new();
    read(&spec(sections), &mut sink);
    sink.iter().map(|d| d.code).collect()
}

/// The codes of a `train` section that is sound but for these settings.
fn train_codes(settings: Vec<(&str, Expr)>) -> Vec<Code> {
    let given: Vec<String> = settings.iter().map(|(k, _)| k.to_string()).collect();
    let mut all = settings;
    for (key, value) in [("epochs", int(3)), ("optim", sgd())] {
        if !given.iter().any(|g| g == key) {
            all.push((key, value));
        }
    }
    codes_of(vec![("train", map(all))])
}

#[test]
fn the_example_of_the_language_is_read() {
    let config = read_ok(vec![
        ("data", map(vec![("kind", word("image_folder")), ("train", word("data/train")), ("val", word("data/val"))])),
        (
            "train",
            map(vec![
                ("batch", int(256)),
                (
                    "augment",
                    chain(vec![
                        call("random_crop", vec![("", int(224))]),
                        call("hflip", vec![("", float(0.5))]),
                        call("normalize", vec![("", word("imagenet"))]),
                    ]),
                ),
                ("optim", sgd()),
                ("lr", chain(vec![call("warmup", vec![("", epochs(5.0))]), call("cosine", vec![("", epochs(85.0))])])),
                ("epochs", int(90)),
                ("stop", map(vec![("monitor", word("val.accuracy")), ("patience", int(10))])),
                ("seed", int(42)),
            ]),
        ),
    ]);
    let train = config.train.unwrap();
    assert_eq!((train.batch, train.epochs, train.seed), (256, 90, 42));
    assert!(matches!(train.optim, Optimizer::Sgd { lr: 0.1, momentum: 0.9, nesterov: false, .. }));
    assert_eq!(train.augment.len(), 3);
    assert_eq!(train.augment[0], Augment::RandomCrop { height: 224, width: 224, pad: 0 });
    let warmup = Piece::Warmup { length: Length::Epochs(5.0), from: 0.0 };
    assert_eq!(train.lr.pieces, [warmup, Piece::Cosine { length: Length::Epochs(85.0), min_factor: 0.0 }]);
    let stop = train.stop.unwrap();
    assert_eq!((stop.monitor.name().as_str(), stop.monitor.minimize, stop.patience), ("val.accuracy", false, 10));
    assert!(matches!(config.data.unwrap().kind, DataKind::ImageFolder { label: LabelFrom::Auto }));
}

#[test]
fn every_error_is_reported_in_one_run() {
    let found = codes_of(vec![
        ("counting", word("keros")),
        ("data", map(vec![("kind", word("image_foldr")), ("paht", word("x"))])),
        (
            "train",
            map(vec![
                ("batch", int(0)),
                ("bach", int(32)),
                ("optim", word("adm")),
                ("lr", chain(vec![call("warmup", vec![("", int(5))]), call("cosinus", vec![])])),
                ("augment", one(call("hflop", vec![]))),
                ("seed", int(1)),
                ("seed", int(2)),
            ]),
        ),
    ]);
    let expected = [
        codes::BAD_SETTING,
        codes::UNKNOWN_SETTING,
        codes::BAD_SETTING,
        codes::UNKNOWN_SETTING,
        codes::DUPLICATE_SETTING,
        codes::UNKNOWN_OPTIMIZER,
        codes::NO_UNIT,
        codes::UNKNOWN_SCHEDULE,
        codes::UNKNOWN_AUGMENTATION,
        codes::MISSING_SETTING,
        codes::BAD_SETTING,
    ];
    assert_eq!(found, expected);
}

#[test]
fn optimizers_are_checked() {
    let optim = |c: Call| train_codes(vec![("optim", one(c))]);
    assert_eq!(optim(call("sgd", vec![])), [codes::MISSING_ARGUMENT]);
    assert_eq!(optim(call("sgd", vec![("lr", float(-0.1))])), [codes::BAD_ARGUMENT]);
    assert_eq!(optim(call("sgd", vec![("lr", float(0.1)), ("momentun", float(0.9))])), [codes::UNKNOWN_ARGUMENT]);
    let nesterov = vec![("lr", float(0.1)), ("nesterov", e(ExprKind::Bool(true)))];
    assert_eq!(optim(call("sgd", nesterov)), [codes::BAD_ARGUMENT]);
    assert_eq!(
        train_codes(vec![("optim", chain(vec![call("adam", vec![]), call("adam", vec![])]))]),
        [codes::BAD_SETTING]
    );
    let adamw = read_ok(vec![("train", map(vec![("epochs", int(1)), ("optim", word("adamw"))]))]).train.unwrap();
    assert!(matches!(adamw.optim, Optimizer::Adam { decoupled: true, weight_decay: 0.01, .. }));
}

#[test]
fn schedules_are_checked() {
    let lr = |expr: Expr| train_codes(vec![("lr", expr)]);
    assert_eq!(lr(float(0.1)), [codes::BAD_SETTING]);
    assert_eq!(lr(one(call("multistep", vec![("", list(vec![int(30), epochs(60.0)]))]))), [codes::NO_UNIT]);
    let endless = vec![call("constant", vec![]), call("cosine", vec![("", epochs(5.0))])];
    assert_eq!(lr(chain(endless)), [codes::UNREACHABLE_PIECE]);
    let half_step = e(ExprKind::Quantity(0.5, Unit::Steps));
    assert_eq!(lr(one(call("warmup", vec![("", half_step)]))), [codes::BAD_ARGUMENT]);
    assert_eq!(lr(one(call("step", vec![("every", epochs(30.0))]))), []);
}

#[test]
fn augmentations_are_checked() {
    let augment = |c: Call| train_codes(vec![("augment", one(c))]);
    assert_eq!(augment(call("hflip", vec![("", float(1.5))])), [codes::BAD_ARGUMENT]);
    assert_eq!(augment(call("normalize", vec![])), [codes::BAD_ARGUMENT]);
    assert_eq!(augment(call("normalize", vec![("", word("imagnet"))])), [codes::BAD_ARGUMENT]);
    let uneven = vec![("mean", list(vec![float(0.5); 3])), ("std", list(vec![float(0.5)]))];
    assert_eq!(augment(call("normalize", uneven)), [codes::BAD_ARGUMENT]);
    assert_eq!(augment(call("resize", vec![("", list(vec![int(2); 3]))])), [codes::BAD_ARGUMENT]);
    assert_eq!(augment(call("resize", vec![("", int(1 << 40))])), [codes::BAD_ARGUMENT]);
    assert_eq!(augment(call("random_crop", vec![("", int(8)), ("pad", int(1 << 40))])), [codes::BAD_ARGUMENT]);
    let reversed = list(vec![float(1.0), float(0.5)]);
    assert_eq!(augment(call("random_resized_crop", vec![("", int(8)), ("scale", reversed)])), [codes::BAD_ARGUMENT]);
}

#[test]
fn phases_are_read_and_names_that_hold_nothing_are_errors() {
    let phases = list(vec![
        map(vec![
            ("freeze", word("all")),
            ("except", list(vec![word("logits")])),
            ("epochs", int(5)),
            ("optim", sgd()),
        ]),
        map(vec![("unfreeze", list(vec![word("layer4")])), ("epochs", int(2)), ("optim", word("adam"))]),
    ]);
    let train = read_ok(vec![("train", map(vec![("phases", phases)]))]).train.unwrap();
    assert_eq!((train.epochs, train.phases.len()), (7, 2));
    let parameters = ["stem.weight", "layer4.0.weight", "logits.weight"];
    let mut frozen = [false; 3];
    for (phase, expected) in train.phases.iter().zip([[true, true, false], [true, false, false]]) {
        for (f, p) in frozen.iter_mut().zip(parameters) {
            *f = phase.freezes(p, *f);
        }
        assert_eq!(frozen, expected);
    }
    let mut sink = Sink::new();
    check_phases(&train, &["stem.weight", "layer40.weight", "logit.weight"], &mut sink);
    assert_eq!(sink.iter().map(|d| d.code).collect::<Vec<_>>(), [codes::FREEZES_NOTHING; 2]);
    let helps: Vec<_> = sink.iter().filter_map(|d| d.help.as_deref()).collect();
    assert_eq!(helps, ["did you mean `logit`?", "did you mean `layer40`?"]);
    let mut sink = Sink::new();
    let all = list(vec![map(vec![("freeze", word("all")), ("epochs", int(1)), ("optim", sgd())])]);
    let train = read_ok(vec![("train", map(vec![("phases", all)]))]).train.unwrap();
    check_phases(&train, &parameters, &mut sink);
    assert_eq!(sink.iter().map(|d| d.code).collect::<Vec<_>>(), [codes::TRAINS_NOTHING]);
    let nothing = list(vec![map(vec![("freeze", list(vec![])), ("epochs", int(1))])]);
    assert_eq!(train_codes(vec![("phases", nothing), ("epochs", int(1))]), [codes::FREEZES_NOTHING]);
    let twice = list(vec![map(vec![("freeze", word("all")), ("epochs", int(2))])]);
    assert_eq!(train_codes(vec![("phases", twice)]), [codes::CONFLICTING_SETTINGS]);
}

#[test]
fn data_sections_are_checked() {
    let data = |settings| codes_of(vec![("data", map(settings))]);
    assert_eq!(data(vec![]), [codes::MISSING_SETTING]);
    assert_eq!(data(vec![("kind", word("idx"))]), [codes::MISSING_SETTING]);
    let folder = |key, value| vec![("kind", word("image_folder")), ("path", word("x")), (key, value)];
    assert_eq!(data(folder("label", word("(["))), [codes::BAD_SETTING]);
    assert_eq!(data(folder("label", word("^[0-9]"))), [codes::BAD_SETTING], "a pattern needs a group");
    assert_eq!(data(folder("label", word("^([0-9])"))), []);
    assert_eq!(
        data(folder("split", map(vec![("val", float(0.6)), ("test", float(0.5))]))),
        [codes::CONFLICTING_SETTINGS]
    );
    assert_eq!(data(folder("std", list(vec![float(0.0)]))), [codes::BAD_SETTING]);
    assert_eq!(data(folder("train", map(vec![("images", word("a"))]))), [codes::MISSING_SETTING]);
    assert_eq!(data(vec![("kind", word("synthetic")), ("train", word("x"))]), [codes::BAD_SETTING]);
    let set = read_ok(vec![("data", map(vec![("kind", word("synthetic")), ("train", int(50))]))]).data.unwrap();
    assert_eq!(set.kind, DataKind::Digits { train: 50, test: 2000, seed: 0 });
    assert_eq!(codes_of(vec![("data", int(3))]), [codes::BAD_SETTING]);
    assert_eq!(codes_of(vec![("data", e(ExprKind::Hole))]), [], "holes are reported by the reader");
}

#[test]
fn settings_survive_a_checkpoint() {
    let config = read_ok(vec![
        ("data", map(vec![("path", word("x")), ("mean", list(vec![float(0.5)]))])),
        ("train", map(vec![("epochs", int(1)), ("optim", sgd()), ("augment", one(call("hflip", vec![])))])),
    ]);
    let json = serde_json::to_string(&config).unwrap();
    let back: Config = serde_json::from_str(&json).unwrap();
    assert_eq!(serde_json::to_string(&back).unwrap(), json);
}

#[test]
fn watched_metrics_must_be_computed() {
    assert_eq!(train_codes(vec![("monitor", word("accuracy"))]), [codes::BAD_SETTING]);
    assert_eq!(train_codes(vec![("stop", map(vec![("patience", int(3))]))]), [codes::MISSING_SETTING]);
    let settings = vec![("epochs", int(1)), ("optim", sgd()), ("monitor", word("val.acuracy"))];
    let train = read_ok(vec![("train", map(settings))]).train.unwrap();
    let mut sink = Sink::new();
    check_monitors(&train, &["accuracy"], &mut sink);
    let found: Vec<_> = sink.iter().map(|d| (d.code, d.help.as_deref())).collect();
    assert_eq!(found, [(codes::UNKNOWN_METRIC, Some("did you mean `accuracy`?"))]);
    let monitor = train.monitor.unwrap();
    assert!(monitor.improves(0.9, 0.8, 0.0) && !monitor.improves(0.85, 0.8, 0.1));
}
