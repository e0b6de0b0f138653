//! Parameters within sections.

use super::*;

#[test]
fn sections_get_the_values_of_parameters() {
    let spec =
        "params: {p: 0.25, n: 3}\nnet:\n  - conv(n, 1)\ntrain:\n  epochs: 2\n  augment: hflip(p) -> random_crop(2*n)\n";
    let compiled = compile(spec);
    let text = format!("{:?}", compiled.spec.as_ref().unwrap().section("train").unwrap());
    assert!(text.contains("Float(0.25)") && text.contains("Int(6)"), "{text}");
}

#[test]
fn all_settings_of_train_and_data_take_parameters() {
    let text = "params: {n: 3, kind: mnist, much: 0.5, watched: val.loss, quick: 5min}\nnet:\n  - conv(n, 1) as n_th\n\
                data: {kind: kind, path: images, split: {val: much}, size: 8*n, classes: [kind, \"kind\", 'n']}\n\
                train:\n  batch: 2*n\n  epochs: n\n  clip_norm: 1/4\n  max_time: quick\n  optim: sgd(lr=much)\n  \
                stop: {monitor: watched, patience: n - 1}\n  lr_mult: {n_th: much}\n";
    let compiled = compile(text);
    assert!(compiled.config.train.is_some(), "{:?}", messages(&compiled));
    let train = compiled.config.train.as_ref().unwrap();
    assert_eq!((train.batch, train.epochs, train.clip_norm, train.max_time), (6, 3, Some(0.25), Some(300.0)));
    let stop = train.stop.as_ref().unwrap();
    assert_eq!((stop.monitor.name().as_str(), stop.patience, train.lr_mult[0].1), ("val.loss", 2, 0.5));
    assert!(compiled.config.data.is_some(), "{:?}", messages(&compiled));
    let data = compiled.config.data.as_ref().unwrap();
    assert_eq!((data.size, data.split.map(|s| s.val)), (Some((24, 24)), Some(0.5)));
    // Quotes keep a word a word, also through the writers.
    assert_eq!(data.classes, ["mnist", "kind", "n"]);
    for spelling in [crate::syntax::write::to_yaml, crate::syntax::write::to_bp] {
        let spec = crate::driver::compile_text("t.yaml", text, &Options::default()).spec.unwrap();
        assert!(spelling(&spec).contains("\"kind\""), "{}", spelling(&spec));
    }
}
