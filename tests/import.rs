//! Imported descriptions become specs that check, with the parameters of the original.

use std::path::PathBuf;

use blockprint::check::{Checked, check};
use blockprint::diag::Sink;
use blockprint::expand::{Options, expand};
use blockprint::source::SourceMap;
use blockprint::weights::import::{ImportError, Imported, import, import_caffe, import_darknet};
use blockprint::weights::{Archive, LoadOptions, Rules, Wanted, load};

/// Reads and checks a spec; its problems end the test.
fn checked(spec: &str) -> Checked {
    let (mut sources, mut sink) = (SourceMap::default(), Sink::new());
    let file = sources.add("imported.yaml", None, spec);
    let expanded = expand(file, &Options::default(), &mut sources, &mut sink);
    let outcome = expanded.map(|e| check(e.graph, &mut sink));
    let problems: Vec<String> = sink.iter().map(|d| format!("{} {}", d.code, d.message)).collect();
    outcome.and_then(|o| o.checked).unwrap_or_else(|| panic!("{problems:#?}\n{spec}"))
}

/// The shape of an output, without the batch.
fn output(checked: &Checked, at: usize) -> String {
    let id = checked.graph().roles.outputs[at];
    let shape: Vec<String> = checked.fact(id).shape.iter().skip(1).map(ToString::to_string).collect();
    shape.join("x")
}

fn names(checked: &Checked) -> Vec<&str> {
    checked.params().iter().map(|p| p.name.as_str()).collect()
}

fn darknet(layers: &str) -> Imported {
    import_darknet(&format!("[net]\nwidth=32\nheight=32\nchannels=3\n{layers}"), "net").unwrap()
}

fn caffe(layers: &str) -> Imported {
    let input = "input: \"data\" input_dim: 1 input_dim: 3 input_dim: 32 input_dim: 32\n";
    import_caffe(&format!("name: \"net\"\n{input}{layers}"), "net").unwrap()
}

#[test]
fn a_darknet_convolution_brings_its_conventions() {
    let net = darknet(
        "[convolutional]\nfilters=8\nsize=3\nstride=2\npad=1\nbatch_normalize=1\nactivation=leaky # slope\n\
         [maxpool]\nsize=2\nstride=2\n[convolutional]\nfilters=4\nsize=1\npad=1\nactivation=linear\n",
    );
    assert!(
        net.spec.contains("- conv(8, 3, stride=2, pad=1, bias=false) as conv0 -> bn as conv0_bn -> leaky_relu(0.1)\n"),
        "{}",
        net.spec
    );
    assert!(net.spec.contains("- maxpool(2, pad=[[0, 1], [0, 1]])\n  - conv(4, 1) as conv2\n"), "{}", net.spec);
    let checked = checked(&net.spec);
    assert_eq!(output(&checked, 0), "4x8x8");
    let mut sections: Vec<&str> = net.sections.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(sections[..2], ["conv0_bn.bias", "conv0_bn.weight"]);
    sections.sort_unstable();
    let mut params = names(&checked);
    params.sort_unstable();
    assert_eq!(sections, params);
}

#[test]
fn darknet_routes_shortcuts_and_groups_are_wired() {
    let conv = "[convolutional]\nfilters=8\nsize=3\npad=1\nactivation=relu\n";
    let net = darknet(&format!(
        "{conv}{conv}[shortcut]\nfrom=-2\nactivation=linear\n[route]\nlayers=-1\ngroups=2\ngroup_id=1\n\
         {conv}[upsample]\nstride=2\n[route]\nlayers=-2,0\n[avgpool]\n[connected]\noutput=10\nactivation=linear\n[softmax]\n"
    ));
    assert!(net.notes.is_empty(), "{:?}", net.notes);
    assert!(net.spec.contains("add: {b1: '@act1', b2: '@act0'}"), "{}", net.spec);
    assert!(net.spec.contains("slice(1, 4, 8)"), "{}", net.spec);
    assert_eq!(output(&checked(&net.spec), 0), "10");
}

#[test]
fn what_darknet_has_and_a_spec_has_not_is_noted() {
    let net = darknet("[convolutional]\nfilters=2\nactivation=stair\n[local]\nsize=3\n");
    assert_eq!(net.notes.len(), 2, "{:?}", net.notes);
    assert!(net.notes[0].contains("`stair`") && net.notes[1].contains("`[local]`"));
    assert!(net.spec.starts_with("# Imported"));
    checked(&net.spec);
}

/// Darknet's reorg reads a map of 4 x 4 x 4 as one of 1 x 8 x 8.
#[test]
fn darknet_reorg_and_crop_are_written_out() {
    let conv = "[convolutional]\nfilters=4\nsize=1\nactivation=linear\n";
    let net = darknet(&format!("[crop]\ncrop_height=8\ncrop_width=4\n{conv}[reorg]\nstride=2\n[reorg3d]\nstride=2\n"));
    assert!(net.notes.is_empty(), "{:?}", net.notes);
    for calls in [
        "slice(2, 12, 20) -> slice(3, 14, 18) -> scale(2) -> shift(-1)",
        "reshape([1, 16, 8]) -> space_to_depth(2) -> reshape([16, 4, 2])",
    ] {
        assert!(net.spec.contains(calls), "{}", net.spec);
    }
    assert_eq!(output(&checked(&net.spec), 0), "64x2x1");
}

#[test]
fn caffe_slices_reshapes_and_powers_are_read() {
    let net = caffe(
        r#"
        layer { name: "c" type: "Convolution" bottom: "data" top: "c" convolution_param { num_output: 8 kernel_size: 1 } }
        layer { name: "cut" type: "Slice" bottom: "c" top: "s1" top: "s2" slice_param { axis: 1 slice_point: 4 } }
        layer { name: "m" type: "Eltwise" bottom: "s1" bottom: "s2" top: "m" eltwise_param { operation: PROD } }
        layer { name: "b" type: "BNLL" bottom: "m" top: "b" }
        layer { name: "p" type: "Power" bottom: "b" top: "p" power_param { power: 3 scale: 2 } }
        layer { name: "r" type: "Reshape" bottom: "p" top: "r" reshape_param { shape { dim: 0 dim: 64 dim: -1 } } }"#,
    );
    assert!(net.notes.is_empty(), "{:?}", net.notes);
    for calls in ["slice(1, 0, end=4)", "slice(1, 4)", "- softplus", "- scale(2) -> pow(3)", "reshape([64, -1])"] {
        assert!(net.spec.contains(calls), "no {calls} in\n{}", net.spec);
    }
    assert_eq!(output(&checked(&net.spec), 0), "64x64");
}

#[test]
fn maxima_and_differences_take_their_inputs_as_arguments() {
    let conv = |name: &str| {
        format!(
            "layer {{ name: \"{name}\" type: \"Convolution\" bottom: \"data\" top: \"{name}\" \
             convolution_param {{ num_output: 4 kernel_size: 1 }} }}\n"
        )
    };
    let net = caffe(&format!(
        r#"{}{}{}
        layer {{ name: "m" type: "Eltwise" bottom: "a" bottom: "b" bottom: "c" top: "m" eltwise_param {{ operation: MAX }} }}
        layer {{ name: "d" type: "Eltwise" bottom: "m" bottom: "a" top: "d" eltwise_param {{ operation: SUM coeff: 1 coeff: -1 }} }}
        layer {{ name: "r" type: "ReLU" bottom: "d" top: "d" }}"#,
        conv("a"),
        conv("b"),
        conv("c")
    ));
    for line in ["- maximum(a, b) as m\n", "- maximum(m, c) as m_2\n", "- sub(m_2, a)\n"] {
        assert!(net.spec.contains(line), "no {line} in\n{}", net.spec);
    }
    assert_eq!(output(&checked(&net.spec), 0), "4x32x32");
}

#[test]
fn a_cfg_of_features_has_no_map() {
    let layers = "[connected]\noutput=8\nactivation=relu\n[rnn]\noutput=8\n[softmax]\n";
    let net = import_darknet(&format!("[net]\ninputs=16\n{layers}"), "net").unwrap();
    assert_eq!(net.notes.len(), 1, "{:?}", net.notes);
    assert_eq!(output(&checked(&net.spec), 0), "8");
    let missing = import_darknet(&format!("[net]\nwidth=16\n{layers}"), "net").unwrap_err();
    assert!(missing.to_string().contains("`height` is missing"), "{missing}");
}

#[test]
fn bad_cfgs_are_refused_with_their_line() {
    for (text, line) in [
        ("", 1),
        ("[convolutional]\n", 1),
        ("width=3\n", 1),
        ("[net]\nwidth=32\nheight=many\n", 3),
        ("[net]\nwidth=32\nheight=32\n[convolutional]\nsize=0\n", 4),
        ("[net]\nwidth=32\nheight=32\n[convolutional]\nsize=40\n", 4),
        ("[net]\nwidth=32\nheight=32\n[route]\nlayers=-1\n", 4),
        ("[net]\nwidth=32\nheight=32\n[shortcut]\nfrom=7\n", 4),
        ("[net]\nwidth=32\nheight=32\n[upsample]\nstride=9999999\n", 4),
        ("[net]\nwidth=32\nheight=32\nnonsense\n", 4),
    ] {
        match import_darknet(text, "net") {
            Err(ImportError::Malformed { line: at, .. }) => assert_eq!(at, line, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn caffe_layers_bring_their_conventions() {
    let net = caffe(
        r#"
        layer { name: "conv1/7x7" type: "Convolution" bottom: "data" top: "c" convolution_param { num_output: 8 kernel_size: 3 pad: 1 stride: 2 bias_term: false } }
        layer { name: "bn1" type: "BatchNorm" bottom: "c" top: "c" batch_norm_param { eps: 0.001 } }
        layer { name: "scale1" type: "Scale" bottom: "c" top: "c" scale_param { bias_term: true } }
        layer { name: "relu1" type: "ReLU" bottom: "c" top: "c" }
        layer { name: "norm1" type: "LRN" bottom: "c" top: "n" lrn_param { local_size: 5 alpha: 0.0001 beta: 0.75 } }
        layer { name: "a" type: "Pooling" bottom: "n" top: "a" pooling_param { pool: MAX kernel_size: 3 stride: 2 } }
        layer { name: "b" type: "Pooling" bottom: "n" top: "b" pooling_param { pool: AVE kernel_size: 3 stride: 2 } }
        layer { name: "cat" type: "Concat" bottom: "a" bottom: "b" top: "cat" }
        layer { name: "fc" type: "InnerProduct" bottom: "cat" top: "fc" inner_product_param { num_output: 10 } }
        layer { name: "drop" type: "Dropout" bottom: "fc" top: "fc" dropout_param { dropout_ratio: 0.4 } include { phase: TRAIN } }
        layer { name: "prob" type: "Softmax" bottom: "fc" top: "prob" }"#,
    );
    for line in [
        "- conv(8, 3, stride=2, pad=1, bias=false) as conv1_7x7\n",
        "- bn(eps=0.001) as bn1\n",
        "- lrn(5, alpha=0.0001, beta=0.75, k=1)",
        "maxpool(3, stride=2, ceil=true) as a\n",
        "-> avgpool(3, stride=2, ceil=true) as b'\n",
        "- concat: {b1: '@a', b2: '@b'}\n",
        "- flatten -> dense(10) as fc\n",
    ] {
        assert!(net.spec.contains(line), "{line}\n{}", net.spec);
    }
    assert!(!net.spec.contains("dropout"), "{}", net.spec);
    assert!(net.notes.iter().any(|n| n.contains("`scale1` is weight and bias of `bn1`")), "{:?}", net.notes);
    let checked = checked(&net.spec);
    // 16 rounds up to 8 under a window of 3 and a stride of 2.
    let flat = checked.params().iter().find(|p| p.name == "fc.weight").unwrap();
    assert_eq!(flat.shape, [10, 16 * 8 * 8]);
    assert_eq!(names(&checked)[..2], ["conv1_7x7.weight", "bn1.weight"]);
}

#[test]
fn old_caffe_spelling_and_sums_are_read() {
    let net = caffe(
        r#"
        layers { name: "c1" type: CONVOLUTION bottom: "data" top: "c1" convolution_param { num_output: 4 kernel_h: 1 kernel_w: 3 pad_h: 0 pad_w: 1 } }
        layers { name: "c2" type: CONVOLUTION bottom: "data" top: "c2" convolution_param { num_output: 4 kernel_size: 1 } }
        layers { name: "sum" type: ELTWISE bottom: "c1" bottom: "c2" top: "sum" eltwise_param { operation: SUM coeff: 1 coeff: 0.5 } }
        layers { name: "loss" type: SOFTMAX_LOSS bottom: "sum" bottom: "label" top: "loss" }"#,
    );
    assert!(net.spec.contains("conv(4, [1, 3], pad=[[0, 0], [1, 1]]) as c1"), "{}", net.spec);
    assert!(net.spec.contains("scale(0.5)"), "{}", net.spec);
    assert!(net.notes[0].contains("SoftmaxWithLoss"), "{:?}", net.notes);
    assert_eq!(output(&checked(&net.spec), 0), "4x32x32");
}

#[test]
fn bad_prototxts_are_refused() {
    for text in [
        "layer {",
        "layer { name: \"a\" type: \"ReLU\" bottom: \"none\" top: \"a\" }",
        "layer { type: \"Convolution\" bottom: \"d\" }",
    ] {
        assert!(matches!(import_caffe(text, "net"), Err(ImportError::Malformed { line: 1, .. })), "{text}");
    }
    assert!(matches!(import_caffe("name: \"net\"", "net"), Err(ImportError::UnknownFormat)));
}

#[test]
fn yolo_fastest_is_imported_to_its_last_value() {
    let Some(folder) = std::env::var_os("BLOCKPRINT_DATA") else {
        eprintln!("skipped: BLOCKPRINT_DATA is not set");
        return;
    };
    let folder = PathBuf::from(folder).join("pretrained/yolo_fastest_1_1");
    let net = import(&folder.join("yolo-fastest-1.1.cfg")).unwrap();
    assert_eq!(net.notes.len(), 2, "only the two heads: {:?}", net.notes);
    let checked = checked(&net.spec);
    assert_eq!((output(&checked, 0), output(&checked, 1)), ("255x10x10".into(), "255x20x20".into()));
    assert_eq!(checked.params().iter().map(|p| p.numel()).sum::<usize>(), 346_062);

    let wanted: Vec<Wanted> =
        checked.params().iter().map(|p| Wanted { name: p.name.clone(), shape: p.shape.clone() }).collect();
    let weights = folder.join("yolo-fastest-1.1.weights");
    let archive = Archive::open_with(&weights, Some(&net.sections)).unwrap();
    assert_eq!(archive.entries().len(), wanted.len());
    let options = LoadOptions { darknet: Some(net.sections), ..LoadOptions::default() };
    let loaded = load(&weights, &wanted, &Rules::default(), &options).unwrap();
    assert_eq!(loaded.tensors.value_count(), 346_062);
}
