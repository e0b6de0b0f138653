//! Weight files that are refused: what is said, and how soon.

use std::io::Write;
use std::time::{Duration, Instant};

use blockprint::weights::{self, Tensor, Tensors};

use super::{Place, SMALL};

/// A pickle that calls `os.system("touch called")`.
const CALL: &[u8] = b"\x80\x02cos\nsystem\nq\x00X\x0c\x00\x00\x00touch calledq\x01\x85q\x02Rq\x03.";

/// Both commands that read it refuse the file, within a second, and say so.
#[track_caller]
fn refused(file: &str, bytes: &[u8], code: &str, says: &[&str]) {
    let place = Place::new();
    place.write("small.yaml", SMALL);
    place.write("x.png", "");
    std::fs::write(place.path(file), bytes).expect("the folder can be written");
    let commands: [&[&str]; 2] =
        [&["predict", "small.yaml", "x.png", "--weights", file], &["eval", "small.yaml", "--weights", file]];
    for command in commands {
        // The best of three, since other tests run beside this one.
        let mut best = Duration::MAX;
        for _ in 0..3 {
            let start = Instant::now();
            let run = place.blockprint(command).fails_with(code);
            best = best.min(start.elapsed());
            for text in says.iter().chain([&file]) {
                assert!(run.err.contains(text), "no `{text}` in:\n{}", run.err);
            }
        }
        assert!(best < Duration::from_secs(1), "it took {best:?}");
    }
    assert!(!place.path("called").exists(), "the pickle was executed");
}

fn safetensors(header: &str, data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), data].concat()
}

#[test]
fn another_models_weights() {
    let place = Place::new();
    let mut tensors = Tensors::new();
    for (name, shape) in [("conv.weight", vec![7, 1, 5, 5]), ("conv.bias", vec![7]), ("head.weight", vec![10, 252])] {
        let values = vec![0.0; shape.iter().product()];
        tensors.insert(name.to_string(), Tensor::f32(shape, values).expect("the sizes fit")).expect("a new name");
    }
    let path = place.path("other.safetensors");
    weights::write(&path, &tensors).expect("the folder can be written");
    let says = ["does not fit the model", "conv.weight", "bn.running_mean", "head.weight"];
    refused("other.safetensors", &super::read(&path), "BP0608", &says);
}

#[test]
fn a_truncated_file() {
    let whole = safetensors(r#"{"conv.weight":{"dtype":"F32","shape":[6,1,5,5],"data_offsets":[0,600]}}"#, &[0; 600]);
    refused("cut.safetensors", &whole[..whole.len() - 100], "BP0603", &["truncated"]);
    refused("cut.safetensors", &whole[..20], "BP0603", &["truncated"]);
}

#[test]
fn a_header_that_claims_more_than_there_is() {
    let claim =
        r#"{"conv.weight":{"dtype":"F32","shape":[1000000000,1000000000],"data_offsets":[0,4000000000000000000]}}"#;
    refused("claim.safetensors", &safetensors(claim, &[0; 64]), "BP0605", &["1000000000000000000", "conv.weight"]);
    let length = [&(1u64 << 60).to_le_bytes()[..], b"{"].concat();
    refused("long.safetensors", &length, "BP0604", &["header"]);
}

#[test]
fn a_pickle_that_calls_a_function() {
    refused("legacy.pt", CALL, "BP0606", &["os.system", "nothing was executed"]);
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    zip.start_file("archive/data.pkl", options).expect("memory can be written");
    zip.write_all(CALL).expect("memory can be written");
    zip.start_file("archive/version", options).expect("memory can be written");
    zip.write_all(b"3\n").expect("memory can be written");
    let bytes = zip.finish().expect("memory can be written").into_inner();
    refused("zip.pth", &bytes, "BP0606", &["os.system", "nothing was executed"]);
}

#[test]
fn what_is_no_weights_file() {
    refused("noise.bin", b"no weights are in this file", "BP0602", &["no format"]);
}
