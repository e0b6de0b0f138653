//! `predict`.

use blockprint::weights::{Archive, Tensor, npy};

use super::{Place, SMALL};

fn trained() -> Place {
    let place = Place::new();
    place.write("small.yaml", SMALL);
    place.blockprint(&["train", "small.yaml", "--epochs", "1", "--out", "run"]).ends(0);
    let picture = image::GrayImage::from_fn(28, 28, |x, y| image::Luma([if x == 14 || y == 14 { 255 } else { 0 }]));
    picture.save(place.path("cross.png")).expect("the folder can be written");
    place
}

const WEIGHTS: [&str; 2] = ["--weights", "run/last.safetensors"];

#[test]
fn images_are_classified() {
    let place = trained();
    let args = [&["predict", "small.yaml", "cross.png", "--top", "3"][..], &WEIGHTS].concat();
    let human = place.blockprint(&args).ends(0);
    assert_eq!(human.out.lines().count(), 4, "{}", human.out);
    let json = place.blockprint(&[&args[..], &["--format", "json"]].concat()).ends(0).json();
    let top = json["top"].as_array().expect("a list");
    assert_eq!((json["input"].as_str(), top.len()), (Some("cross.png"), 3));
    let probabilities: Vec<f64> = top.iter().filter_map(|t| t["probability"].as_f64()).collect();
    assert!(probabilities.windows(2).all(|p| p[0] >= p[1]) && probabilities[0] <= 1.0, "{probabilities:?}");
    place.write("noise.png", "no image");
    let bad = [&["predict", "small.yaml", "noise.png", "missing.png"][..], &WEIGHTS].concat();
    let run = place.blockprint(&bad).fails_with("BP0812");
    assert!(run.err.contains("noise.png") && run.err.contains("missing.png"), "{}", run.err);
}

#[test]
fn tensors_go_in_and_come_out_raw() {
    let place = trained();
    let write = |name: &str, shape: Vec<usize>| {
        let values = (0..shape.iter().product::<usize>()).map(|i| (i % 7) as f32 / 7.0).collect();
        let tensor = Tensor::f32(shape, values).expect("the sizes fit");
        let mut file = std::fs::File::create(place.path(name)).expect("the folder can be written");
        npy::write(&mut file, &tensor).expect("the folder can be written");
    };
    write("x.npy", vec![3, 1, 28, 28]);
    let args = [&["predict", "small.yaml", "--input", "x.npy", "--output", "y.npy"][..], &WEIGHTS].concat();
    place.blockprint(&args).ends(0);
    let shape = || Archive::open(&place.path("y.npy")).and_then(|mut a| a.read(0)).expect("an array").shape;
    assert_eq!(shape(), [3, 10]);
    place.blockprint(&[&args[..], &["--node", "bn"]].concat()).ends(0);
    assert_eq!(shape(), [3, 6, 12, 12]);
    let run = place.blockprint(&[&args[..], &["--node", "bm"]].concat()).fails_with("BP0810");
    assert!(run.err.contains("did you mean `bn`?"), "{}", run.err);
    write("x.npy", vec![3, 2, 28, 28]);
    place.blockprint(&args).fails_with("BP0809");
    let maps = SMALL.replace("outputs: [logits]", "outputs: [bn]");
    place.write("maps.yaml", &maps);
    place.blockprint(&[&["predict", "maps.yaml", "cross.png"][..], &WEIGHTS].concat()).fails_with("BP0813");
}

#[test]
fn weights_of_another_network_are_refused() {
    let place = trained();
    place.write("other.yaml", &SMALL.replace("conv(6", "conv(7"));
    let run = place.blockprint(&[&["predict", "other.yaml", "cross.png"][..], &WEIGHTS].concat()).ends(1);
    assert!(run.err.contains("conv.weight"), "{}", run.err);
}
