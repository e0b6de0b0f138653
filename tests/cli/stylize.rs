//! `stylize`.

use std::path::Path;

use blockprint::weights::{Archive, Tensor, Tensors, write};
use image::{Rgb, RgbImage};

use super::{Place, read};

/// A judge with a dense layer behind its maps, which nothing asks for.
const JUDGE: &str = "\
blockprint: 1
model: judge
inputs: {image: \"f32[N, 3, 64, 64]\"}
net:
  - conv(6, 3, pad=1) as first -> relu
  - conv(8, 3, stride=2, pad=1) as second -> relu -> maxpool(2, 2)
  - flatten -> dense(10) as logits
outputs: [logits]
weights:
  rename: [{from: 'net/{layer}/{p}', to: '{layer}.{p}'}]
";

const SPEC: &str = "\
blockprint: 1
model: small_style
inputs: {image: \"f32[1, 3, H, W]\", content: \"f32[1, 3, H, W]\", style: \"f32[1, 3, SH, SW]\"}
blocks:
  pixels: standardize([0.5], [0.25])
towers: {judge: {use: judge.yaml}}
net:
  - '@image -> pixels -> judge as g'
  - '@content -> pixels -> judge as c'
  - '@style -> pixels -> judge as s'
outputs: [image]
loss:
  content: content_loss(g.relu_1, c.relu_1)
  style: style_loss(g.relu, s.relu)
  variation: total_variation(image, squared=true, mean=true)
  total: content + 20*style + 0.1*variation
style: {optim: adam(lr=0.05), steps: 6, start: blend, noise: 0.3, seed: 4}
";

/// A folder with the spec, two photos and weights under the judge's own names.
fn studio() -> Place {
    let place = Place::new();
    place.write("judge.yaml", JUDGE);
    place.write("style.yaml", SPEC);
    let photo = |name: &str, w, h, f: fn(u32, u32) -> [u8; 3]| {
        RgbImage::from_fn(w, h, |x, y| Rgb(f(x, y))).save(place.path(name)).expect("the folder can be written");
    };
    photo("content.png", 40, 30, |x, y| if (x / 10 + y / 10) % 2 == 0 { [200, 60, 40] } else { [30, 90, 160] });
    photo("style.png", 32, 24, |x, y| [(x * 8) as u8, (y * 10) as u8, 128]);
    let mut weights = Tensors::new();
    let shapes: [(&str, &[usize]); 6] = [
        ("net/first/weight", &[6, 3, 3, 3]),
        ("net/first/bias", &[6]),
        ("net/second/weight", &[8, 6, 3, 3]),
        ("net/second/bias", &[8]),
        ("net/logits/weight", &[10, 2048]),
        ("net/logits/bias", &[10]),
    ];
    for (name, shape) in shapes {
        let values = (0..shape.iter().product::<usize>()).map(|i| ((i * 37 % 23) as f32 - 11.0) / 40.0).collect();
        weights.insert(name, Tensor::f32(shape.to_vec(), values).expect("it fits")).expect("names differ");
    }
    write(&place.path("judge.safetensors"), &weights).expect("the folder can be written");
    place
}

const PHOTOS: [&str; 4] = ["--content", "content.png", "--style", "style.png"];

fn stylize<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["stylize", "style.yaml", "--weights", "judge.safetensors"][..], &PHOTOS, more].concat()
}

/// The total in the line that begins so.
fn total(messages: &str, line: &str) -> f64 {
    let line = messages.lines().find(|l| l.starts_with(line)).unwrap_or_else(|| panic!("no `{line}` in {messages}"));
    let after = line.split("total ").nth(1).expect("the line tells the total");
    after.split_whitespace().next().and_then(|n| n.parse().ok()).expect("a number")
}

#[test]
fn a_picture_is_painted_with_its_stages() {
    let place = studio();
    let run = place
        .blockprint(&stylize(&["--out", "o.png", "--preview-every", "2", "--strip", "strip.png", "--threads", "1"]))
        .ends(0);
    assert!(total(&run.err, "done after 6 steps") < 0.7 * total(&run.err, "step 0:"), "{}", run.err);
    let open = |name: &str| image::open(place.path(name)).unwrap_or_else(|e| panic!("{name}: {e}")).to_rgb8();
    assert_eq!(open("o.png").dimensions(), (40, 30));
    assert_ne!(open("o-000002.png"), open("o-000004.png"));
    assert!(!place.path("o-000006.png").exists());
    // The beginning, two previews and the end.
    assert_eq!(open("strip.png").dimensions(), (4 * 44 + 4, 38));
    place.blockprint(&stylize(&["--out", "again.png", "--threads", "3"])).ends(0);
    assert_eq!(read(&place.path("o.png")), read(&place.path("again.png")), "threads change nothing");
    place.blockprint(&stylize(&["--out", "other.png", "--seed", "5"])).ends(0);
    assert_ne!(read(&place.path("o.png")), read(&place.path("other.png")));
}

#[test]
fn settings_choose_the_beginning_and_the_optimizer() {
    let place = studio();
    place.blockprint(&stylize(&["--out", "o.png", "--steps", "0", "--start", "content"])).ends(0);
    let open = |name: &str| image::open(place.path(name)).expect("a picture").to_rgb8();
    assert_eq!(open("o.png"), open("content.png"));
    place.blockprint(&stylize(&["--out", "raw.npy", "--steps", "0", "--size", "20"])).ends(0);
    let raw = Archive::open(&place.path("raw.npy")).and_then(|mut a| a.read(0)).expect("an array");
    assert_eq!(raw.shape, [3, 15, 20]);
    let adam = place.blockprint(&stylize(&["--out", "a.png", "--steps", "12"])).ends(0);
    let lbfgs = place.blockprint(&stylize(&["--out", "b.png", "--steps", "12", "--set", "style.optim=lbfgs"])).ends(0);
    let last = |messages: &str| total(messages, "done after 12 steps");
    assert!(last(&lbfgs.err) < last(&adam.err), "{}\n{}", lbfgs.err, adam.err);
    let wrong = place.blockprint(&stylize(&["--out", "b.png", "--set", "style.optim=lbgfs"]));
    assert!(wrong.err.contains("did you mean `lbfgs`?"), "{}", wrong.err);
    wrong.fails_with("BP0414");
}

#[test]
fn weights_may_be_named_in_the_spec_and_must_be_there() {
    let place = studio();
    let without = [&["stylize", "style.yaml", "--out", "o.png"][..], &PHOTOS].concat();
    place.blockprint(&without).fails_with("BP0851");
    place.write("style.yaml", &format!("{SPEC}weights: {{from: judge.safetensors}}\n"));
    place.blockprint(&without).ends(0);
    place.write("judge.yaml", &JUDGE.replace("conv(8", "conv(9"));
    place.blockprint(&without).fails_with("BP0608");
}

#[test]
fn what_cannot_be_painted_is_refused_and_nothing_written() {
    let place = studio();
    let memory = place.blockprint(&stylize(&["--out", "o.png", "--max-memory", "100K"])).fails_with("BP0806");
    assert!(memory.err.contains("MiB are allowed") && memory.err.contains("--size"), "{}", memory.err);
    place.blockprint(&stylize(&["--out", "content.png"])).fails_with("BP0802");
    place.blockprint(&stylize(&["--out", "o.gif"])).ends(2);
    place.blockprint(&[&["stylize", "judge.yaml", "--out", "o.png"][..], &PHOTOS].concat()).fails_with("BP0850");
    place.write("style.yaml", &SPEC.replace("style: \"f32[1, 3, SH, SW]\"", "style: \"f32[1, 1, SH, SW]\""));
    place.blockprint(&stylize(&["--out", "o.png"])).ends(1);
    place.write("style.yaml", &SPEC.replace("20*style", "1e39*style"));
    place.blockprint(&stylize(&["--out", "o.png"])).ends(3);
    assert!(!place.path("o.png").exists());
    place.write("style.png", "no image");
    place.blockprint(&stylize(&["--out", "o.png"])).fails_with("BP0812");
}

#[test]
fn layers_that_nothing_asks_for_are_left_out_of_a_tower() {
    let place = studio();
    let shown = place.blockprint(&["show", "style.yaml"]).ends(0);
    assert!(shown.out.contains("relu_1") && !shown.out.contains("logits"), "{}", shown.out);
    place.blockprint(&["check", "style.yaml", "--deny", "warnings"]).ends(0);
}

/// What a line tells of each cost, by name.
fn costs(messages: &str, line: &str) -> Vec<f64> {
    let line = messages.lines().find(|l| l.starts_with(line)).unwrap_or_else(|| panic!("no `{line}` in {messages}"));
    let (_, costs) = line.split_once(": ").expect("costs follow");
    costs.split_whitespace().skip(1).step_by(2).map(|n| n.parse().expect("a number")).collect()
}

/// The zoo's spec with SqueezeNet's published weights, against the same losses in PyTorch 2: from
/// the same first picture (`--steps 0 --out start.npy`), with `torch.optim.Adam(lr=0.005)` and the
/// picture held between 0 and 1 after every step. Total, content, five styles, variation.
#[test]
fn costs_are_those_of_pytorch_at_first_and_after_twenty_steps() {
    let Some(folder) = std::env::var_os("BLOCKPRINT_DATA") else {
        eprintln!("skipped: BLOCKPRINT_DATA is not set");
        return;
    };
    let names = ["style/content_cat.jpg", "style/monet.jpg", "pretrained/squeezenet_v1_0.npz"];
    let [content, style, weights] = names.map(|name| Path::new(&folder).join(name).display().to_string());
    let place = Place::new();
    let files = ["--content", &content, "--style", &style, "--weights", &weights, "--out", "o.png", "--size", "160"];
    let settings = ["--steps", "20", "--start", "blend", "--seed", "3", "--set", "style.optim=adam(lr=0.005)"];
    let run = place.blockprint(&[&["stylize", "style_squeezenet"][..], &files, &settings].concat()).ends(0);
    let known = [
        (
            "step 0",
            [8_889_002.0, 23_587.008, 439_188.38, 1.822_799e8, 1.724_870_8e9, 6.163_485_2e9, 25_129_732.0, 0.119_954_1],
        ),
        (
            "done after 20",
            [
                1_299_912.9,
                9357.3379,
                413_764.5,
                17_888_260.0,
                1.946_007_2e8,
                1.155_920_8e9,
                10_251_474.0,
                0.096_662_581,
            ],
        ),
    ];
    for (line, wanted) in known {
        let found = costs(&run.err, line);
        assert_eq!(found.len(), wanted.len(), "{}", run.err);
        for (found, wanted) in found.iter().zip(wanted) {
            assert!((found - wanted).abs() <= 1e-4 * wanted, "{line}: {found} instead of {wanted}");
        }
    }
}
