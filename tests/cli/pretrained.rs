//! Published networks with their own weights, through the commands.

use std::collections::HashMap;
use std::fs::File;
use std::path::PathBuf;

use blockprint::weights::{Archive, Tensor, npy};

use super::Place;

/// The spec of ncnn's list of layers: kind, name, counts of inputs and outputs, their names, then
/// `key=value` as `src/layer` of ncnn numbers them.
fn spec_of_ncnn(list: &str) -> String {
    let mut spec = String::from("blockprint: 1\nmodel: mobilefacenet\ninputs:\n  data: f32[N, 3, 112, 112]\nnet:\n");
    // Blobs by their names, under the names of the nodes that make them.
    let mut blobs: HashMap<&str, &str> = HashMap::new();
    let mut last = "";
    for line in list.lines().skip(2) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [kind, name, inputs, outputs, rest @ ..] = &words[..] else { panic!("{line}") };
        let count = |text: &str| text.parse::<usize>().unwrap_or_else(|e| panic!("{line}: {e}"));
        let (from, rest) = rest.split_at(count(inputs));
        let (to, values) = rest.split_at(count(outputs));
        let value = |key: &str| values.iter().find_map(|v| v.strip_prefix(key)?.strip_prefix('=')).unwrap_or("0");
        let sources: Vec<&str> = from.iter().map(|blob| blobs[blob]).collect();
        let node = if *kind == "Split" { sources[0] } else { name };
        blobs.extend(to.iter().map(|blob| (*blob, node)));
        let conv = |groups: &str| {
            let [out, kernel, stride, pad] = ["0", "1", "3", "4"].map(value);
            format!("conv({out}, {kernel}, stride={stride}, pad={pad}, groups={groups}, bias=false)")
        };
        let op = match *kind {
            "Input" | "Split" => continue,
            "BinaryOp" if sources.len() == 2 => {
                spec += &format!("  - add as {name}: {{a: '@{}', b: '@{}'}}\n", sources[0], sources[1]);
                continue;
            }
            // The list has fewer digits than the factor 1/128.
            "BinaryOp" if value("0") == "1" => "shift(-127.5)".into(),
            "BinaryOp" => "scale(0.0078125)".into(),
            "Convolution" => conv("1"),
            "ConvolutionDepthWise" => conv(value("7")),
            "BatchNorm" => "bn(eps=0)".into(),
            "PReLU" => "prelu".into(),
            "InnerProduct" => format!("flatten -> dense({})", value("0")),
            other => panic!("no `{other}` is expected"),
        };
        spec += &format!("  - '@{} -> {op} as {name}'\n", sources[0]);
        last = name;
    }
    spec + &format!("outputs: [{last}]\n")
}

#[test]
fn mobilefacenet_gives_its_embeddings() {
    let Some(folder) = std::env::var_os("BLOCKPRINT_DATA") else {
        eprintln!("skipped: BLOCKPRINT_DATA is not set");
        return;
    };
    let folder = PathBuf::from(folder).join("pretrained/mobilefacenet");
    let place = Place::new();
    let list = std::fs::read_to_string(folder.join("layers.param")).expect("the list is there");
    place.write("net.yaml", &spec_of_ncnn(&list));
    let mut reference = Archive::open(&folder.join("reference.npz")).expect("the reference is there");
    let reference = reference.read_all().expect("it is whole");
    let inputs = reference.get("inputs").expect("the faces are there").clone();
    let x = Tensor::f32(inputs.shape.clone(), inputs.into_f32()).expect("the sizes fit");
    npy::write(&mut File::create(place.path("x.npy")).expect("it can be made"), &x).expect("it can be written");
    let weights = folder.join("weights.safetensors").display().to_string();
    place.blockprint(&["predict", "net.yaml", "--weights", &weights, "--input", "x.npy", "--output", "y.npy"]).ends(0);
    let found = Archive::open(&place.path("y.npy")).and_then(|mut a| a.read(0)).expect("an array");
    assert_eq!(found.shape, [4, 128]);
    let known = reference.get("embeddings_orl").and_then(Tensor::as_f32).expect("the embeddings are there");
    for (face, row) in found.as_f32().expect("floats").chunks(128).zip([0, 1, 10, 20]) {
        let wanted = &known[row * 128..][..128];
        let worst = face.iter().zip(wanted).map(|(f, w)| (f - w).abs()).fold(0.0, f32::max);
        eprintln!("row {row}: {worst:e}");
        assert!(worst < 1e-3, "row {row} is off by {worst}");
    }
}
