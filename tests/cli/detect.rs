//! `detect`, and what detection adds to `train` and `eval`.

use super::{Place, SMALL};

/// A detector of a few shapes, trained in a second or two.
const SHAPES: &str = "\
blockprint: 1
model: shapes
inputs:
  image: f32[N, 3, 96, 96]
  boxes: f32[N, 6, 5]
net:
  - conv(8, 3, stride=4, pad=1) -> bn -> relu -> conv(16, 3, stride=4, pad=1) -> relu -> conv(16, 1) as head
loss: {boxes: \"yolo_v3(head, boxes, classes=3, anchors=[20, 20, 36, 36], stride=16)\"}
data: {kind: shapes, train: 48, test: 16}
train: {batch: 16, epochs: 1, augment: \"hflip(0.5) -> affine(scale=[0.8, 1.2])\", optim: adam(lr=5e-3), seed: 3}
";

fn place() -> Place {
    let place = Place::new();
    place.write("shapes.yaml", SHAPES);
    place
}

#[test]
fn a_detector_is_trained_measured_and_used() {
    let place = place();
    place.blockprint(&["train", "shapes.yaml", "--out", "run"]).ends(0);
    let weights = ["--weights", "run/last.safetensors"];
    let eval = [&["eval", "shapes.yaml", "--format", "json"][..], &weights].concat();
    let measured = place.blockprint(&eval).ends(0).json();
    let (half, mean) = (measured["map50"].as_f64().expect("a number"), measured["map"].as_f64().expect("a number"));
    assert!((0.0..=1.0).contains(&half) && mean <= half, "{measured}");
    assert_eq!(measured["examples"], 16);

    let picture = image::RgbImage::from_fn(120, 60, |x, y| image::Rgb([(x * 2) as u8, (y * 4) as u8, 90]));
    picture.save(place.path("a.png")).expect("the folder can be written");
    let detect = |more: &[&str]| {
        let args = ["detect", "shapes.yaml", "a.png", "a.png", "--out", "found", "--format", "json"];
        place.blockprint(&[&args[..], &weights, more].concat())
    };
    let run = detect(&["--threshold", "0.01", "--fit", "letterbox"]).ends(0);
    let first: serde_json::Value = serde_json::from_str(run.out.lines().next().expect("a line")).expect("json");
    assert_eq!((first["width"].as_u64(), first["height"].as_u64()), (Some(120), Some(60)));
    let list = first["detections"].as_array().expect("a list");
    assert!(!list.is_empty(), "a network that has seen three batches is unsure of everything");
    for found in list {
        assert!(["circle", "square", "triangle"].contains(&found["name"].as_str().expect("a name")));
        let edges: Vec<f64> = found["box"].as_array().expect("edges").iter().filter_map(|v| v.as_f64()).collect();
        let [left, top, right, bottom] = edges[..] else { panic!("{edges:?}") };
        assert!(0.0 <= left && left < right && right <= 120.0 && 0.0 <= top && top < bottom && bottom <= 60.0);
    }
    for name in ["a.png", "a.json", "a_2.png", "a_2.json"] {
        assert!(place.path("found").join(name).is_file(), "{name}");
    }
    let drawn = image::open(place.path("found/a.png")).expect("a picture");
    assert_eq!((drawn.width(), drawn.height()), (120, 60));
    detect(&[]).fails_with("BP0802");
    let stretched = detect(&["--force", "--fit", "stretch", "--threshold", "1"]).ends(0);
    assert!(stretched.out.contains("\"detections\":[]"), "{}", stretched.out);
}

/// A spec whose steps bring pictures to no size finds things in photos of any size: letterboxed, so
/// that a picture with grey bars of its own, twice as large, has the same boxes in its own pixels.
#[test]
fn photos_of_any_size_are_letterboxed() {
    let place = place();
    place.blockprint(&["train", "shapes.yaml", "--out", "run"]).ends(0);
    let wide = image::RgbImage::from_fn(192, 96, |x, y| image::Rgb([x as u8, (y * 2) as u8, 90]));
    let mut barred = image::RgbImage::from_pixel(192, 192, image::Rgb([128; 3]));
    image::imageops::overlay(&mut barred, &wide, 0, 48);
    wide.save(place.path("wide.png")).expect("the folder can be written");
    barred.save(place.path("barred.png")).expect("the folder can be written");
    let args = ["detect", "shapes.yaml", "wide.png", "barred.png", "--out", "found", "--threshold", "0.02"];
    let run =
        place.blockprint(&[&args[..], &["--format", "json", "--weights", "run/last.safetensors"]].concat()).ends(0);
    let lists: Vec<serde_json::Value> = run.out.lines().map(|l| serde_json::from_str(l).expect("json")).collect();
    let found = |at: usize, down: f64| -> Vec<Vec<f64>> {
        let list = lists[at]["detections"].as_array().expect("a list");
        let edges = |d: &serde_json::Value| {
            let [x0, y0, x1, y1] = [0, 1, 2, 3].map(|k| d["box"][k].as_f64().expect("a number"));
            vec![x0, (y0 - down).clamp(0.0, 96.0), x1, (y1 - down).clamp(0.0, 96.0)]
        };
        list.iter().map(edges).filter(|e| e[3] - e[1] > 1.0).collect()
    };
    let (own, other) = (found(0, 0.0), found(1, 48.0));
    assert!(!own.is_empty() && own.len() == other.len(), "{} and {} boxes", own.len(), other.len());
    for a in &own {
        let near = |b: &Vec<f64>| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 0.5);
        assert!(other.iter().any(near), "nothing is at {a:?}");
    }
}

#[test]
fn anchors_come_from_the_boxes() {
    let place = place();
    let anchors =
        |more: &[&str]| place.blockprint(&[&["detect", "anchors", "shapes.yaml", "--count", "3"], more].concat());
    let found = anchors(&["--format", "json"]).ends(0).json();
    let sizes: Vec<f64> = found["anchors"].as_array().expect("a list").iter().filter_map(|v| v.as_f64()).collect();
    assert!(sizes.len() == 6 && sizes.iter().all(|s| (10.0..50.0).contains(s)) && sizes[0] < sizes[4], "{found}");
    assert!(found["overlap"].as_f64().is_some_and(|o| o > 0.7), "{found}");
    assert_eq!(found["unit"], "pixels");
    let v2 = SHAPES.replace("yolo_v3(head", "yolo_v2(head").replace(", stride=16)", ")");
    place.write("shapes.yaml", &v2);
    let cells = anchors(&["--format", "json"]).ends(0).json();
    let first = cells["anchors"][0].as_f64().expect("a number");
    assert!(cells["unit"] == "cells" && (first * 16.0 - sizes[0]).abs() < 1e-9, "{cells}");
    assert!(anchors(&[]).ends(0).out.starts_with("anchors: ["));
}

#[test]
fn what_does_not_fit_is_told() {
    let place = place();
    place.write("small.yaml", SMALL);
    place.blockprint(&["train", "small.yaml", "--epochs", "1", "--out", "small"]).ends(0);
    let weights = "small/last.safetensors";
    place.blockprint(&["detect", "small.yaml", "x.png", "--weights", weights, "--out", "f"]).fails_with("BP0830");
    place.blockprint(&["detect", "anchors", "small.yaml"]).fails_with("BP0831");
    place.blockprint(&["detect", "anchors", "shapes.yaml", "--set", "data.train=1"]).fails_with("BP0831");
    place.write("few.yaml", &SHAPES.replace("f32[N, 6, 5]", "f32[N, 2, 5]"));
    let run = place.blockprint(&["train", "few.yaml", "--out", "few"]).fails_with("BP0832");
    assert!(run.err.contains("declare it as `f32[N, 4, 5]`"), "{}", run.err);
    place.write("classes.yaml", &SHAPES.replace("classes=3", "classes=2").replace("conv(16, 1)", "conv(14, 1)"));
    place.blockprint(&["train", "classes.yaml", "--out", "classes"]).fails_with("BP0710");
    place.blockprint(&["detect", "shapes.yaml"]).ends(2);
}
