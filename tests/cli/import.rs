//! `import`, and Darknet's weights.

use std::fs::File;
use std::path::{Path, PathBuf};

use blockprint::weights::{Archive, Tensor, npy};

use super::{Place, read};

const CFG: &str = "[net]\nwidth=8\nheight=8\nchannels=1\n\
    [convolutional]\nfilters=2\nsize=3\npad=1\nbatch_normalize=1\nactivation=stair\n\
    [connected]\noutput=3\nbatch_normalize=1\nactivation=linear\n";

/// A Darknet file of version 0.2 with these values.
fn darknet(values: &[f32]) -> Vec<u8> {
    let header = [0u32, 2, 0, 0, 0].into_iter().flat_map(u32::to_le_bytes);
    header.chain(values.iter().flat_map(|v| v.to_le_bytes())).collect()
}

fn tensor(path: &Path) -> Tensor {
    Archive::open(path).and_then(|mut a| a.read(0)).unwrap_or_else(|e| panic!("{e}"))
}

#[test]
fn a_description_becomes_a_spec() {
    let place = Place::new();
    place.write("tiny.cfg", CFG);
    let printed = place.blockprint(&["import", "tiny.cfg"]).ends(0);
    assert!(printed.out.contains("conv(2, 3, pad=1, bias=false) as conv0"), "{}", printed.out);
    assert!(printed.err.contains("not expressed: layer 0: the activation `stair`"), "{}", printed.err);
    place.blockprint(&["import", "tiny.cfg", "--out", "tiny.yaml"]).ends(0);
    assert_eq!(read(&place.path("tiny.yaml")), printed.out.as_bytes());
    place.blockprint(&["import", "tiny.cfg", "--out", "tiny.yaml"]).fails_with("BP0802");
    place.blockprint(&["import", "tiny.cfg", "--out", "tiny.yaml", "--force"]).ends(0);
    place.write(
        "net.prototxt",
        "input: \"x\" input_dim: [1, 3, 8, 8]\nlayer { name: \"r\" type: \"ReLU\" bottom: \"x\" top: \"r\" }\n",
    );
    assert!(place.blockprint(&["import", "net.prototxt"]).ends(0).out.contains("- relu"));
}

#[test]
fn what_is_no_description_is_refused() {
    let place = Place::new();
    place.write("bad.cfg", "[net]\nwidth=8\nheight=many\n");
    let run = place.blockprint(&["import", "bad.cfg"]).fails_with("BP0611");
    assert!(run.err.contains("line 3") && run.out.is_empty(), "{}", run.err);
    place.write("noise.txt", "\u{1}\u{2}");
    place.blockprint(&["import", "noise.txt"]).fails_with("BP0611");
    place.blockprint(&["import", "missing.cfg"]).fails_with("BP0611");
}

/// The stream of a normalised layer: biases, scales, means, variances around or after the weights.
#[test]
fn darknet_weights_find_their_layers() {
    let place = Place::new();
    place.write("tiny.cfg", CFG);
    place.blockprint(&["import", "tiny.cfg", "--out", "tiny.yaml"]).ends(0);
    let values: Vec<f32> = (0..2 * 4 + 18 + 3 + 3 * 128 + 9).map(|i| i as f32).collect();
    std::fs::write(place.path("tiny.weights"), darknet(&values)).expect("the folder can be written");
    let args = ["weights", "inspect", "tiny.weights", "--cfg", "tiny.cfg", "--format", "json"];
    let listing = place.blockprint(&args).ends(0).json();
    assert_eq!(listing["values"], values.len());
    place.blockprint(&["weights", "inspect", "tiny.weights"]).fails_with("BP0602");
    place.blockprint(&["weights", "convert", "tiny.weights", "tiny.npz", "--cfg", "tiny.cfg"]).ends(0);
    let mut npz = Archive::open(&place.path("tiny.npz")).expect("an archive");
    let all = npz.read_all().expect("it is whole");
    let first = |name: &str| all.get(name).and_then(Tensor::as_f32).unwrap_or_else(|| panic!("no {name}"))[0];
    assert_eq!(
        ["conv0_bn.bias", "conv0_bn.running_var", "conv0.weight", "fc1_bn.bias", "fc1.weight", "fc1_bn.weight"]
            .map(first),
        [0.0, 6.0, 8.0, 26.0, 29.0, 413.0]
    );

    // The network knows its layers by itself.
    let x = Tensor::f32(vec![1, 1, 8, 8], vec![0.5; 64]).expect("the sizes fit");
    npy::write(&mut File::create(place.path("x.npy")).expect("it can be made"), &x).expect("it can be written");
    for (weights, out) in [("tiny.weights", "a.npy"), ("tiny.npz", "b.npy")] {
        let args = ["predict", "tiny.yaml", "--weights", weights, "--input", "x.npy", "--output", out];
        place.blockprint(&args).ends(0);
    }
    assert_eq!(read(&place.path("a.npy")), read(&place.path("b.npy")));
    std::fs::write(place.path("long.weights"), darknet(&[0.0; 500])).expect("the folder can be written");
    let args = ["predict", "tiny.yaml", "--weights", "long.weights", "--input", "x.npy", "--output", "c.npy"];
    place.blockprint(&args).fails_with("BP0601");
}

#[test]
fn yolo_fastest_gives_both_heads() {
    let Some(folder) = std::env::var_os("BLOCKPRINT_DATA") else {
        eprintln!("skipped: BLOCKPRINT_DATA is not set");
        return;
    };
    let folder = PathBuf::from(folder).join("pretrained/yolo_fastest_1_1");
    let at = |name: &str| folder.join(name).display().to_string();
    let mut reference = Archive::open(&folder.join("yolo-fastest-1.1_dog_ref.npz")).expect("the reference is there");
    let reference = reference.read_all().expect("it is whole");
    let place = Place::new();
    let x = reference.get("x").expect("the input is there");
    npy::write(&mut File::create(place.path("x.npy")).expect("it can be made"), x).expect("it can be written");
    let run = place.blockprint(&["import", &at("yolo-fastest-1.1.cfg"), "--out", "yolo.yaml"]).ends(0);
    assert_eq!(run.err.lines().filter(|l| l.starts_with("not expressed: ")).count(), 2, "only the heads: {}", run.err);
    let spec = String::from_utf8(read(&place.path("yolo.yaml"))).expect("a spec is text");
    let outputs = spec.lines().find_map(|l| l.strip_prefix("outputs: [")?.strip_suffix(']')).expect("it has outputs");
    let heads: Vec<&Tensor> = reference.iter().filter(|(name, _)| *name != "x").map(|(_, t)| t).collect();
    assert_eq!(outputs.split(", ").count(), 2);
    for node in outputs.split(", ") {
        let weights = at("yolo-fastest-1.1.weights");
        let args =
            ["predict", "yolo.yaml", "--weights", &weights, "--input", "x.npy", "--output", "y.npy", "--node", node];
        place.blockprint(&args).ends(0);
        let found = tensor(&place.path("y.npy"));
        let head = heads.iter().find(|h| h.shape == found.shape).unwrap_or_else(|| panic!("no {:?}", found.shape));
        let (found, head) = (found.as_f32().expect("floats"), head.as_f32().expect("floats"));
        let worst = found.iter().zip(head).map(|(f, h)| (f - h).abs()).fold(0.0, f32::max);
        eprintln!("{node}: {worst:e}");
        assert!(worst < 1e-3, "{node} is off by {worst}");
    }
}
