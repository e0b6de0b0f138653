//! Generated ResNet-50: times, as a line of JSON, and its logits for torchvision's weights.
//!
//! ```text
//! cargo run --release -p generated --example resnet50 -- infer 2        # threads; 224x224, one image
//! cargo run --release -p generated --example resnet50 -- train 2        # 64x64, 32 images
//! cargo run --release -p generated --example resnet50 -- logits FOLDER  # weights.safetensors, input.npy, logits.npy
//! ```

use std::collections::HashMap;
use std::error::Error;
use std::path::Path;
use std::time::Instant;

use blockprint::diag::Sink;
use blockprint::driver::compile_zoo;
use blockprint::expand::Options;
use blockprint::typed::prelude::*;
use blockprint::weights::{self, Archive, LoadOptions, Rules, Wanted};
use generated::resnet50::model::Resnet50;
use generated::resnet50_signs::model::Resnet50Signs;

const SECONDS: f64 = 1.5;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let argument = args.get(1).map(String::as_str);
    let threads = argument.and_then(|n| n.parse().ok()).unwrap_or(2);
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global()?;
    match (args.first().map(String::as_str), argument) {
        (Some("infer"), _) => infer(),
        (Some("train"), _) => train(),
        (Some("logits"), Some(folder)) => logits(Path::new(folder))?,
        _ => return Err("say `infer THREADS`, `train THREADS` or `logits FOLDER`".into()),
    }
    Ok(())
}

/// Runs a step for some seconds and prints the median of its times.
fn time(mut step: impl FnMut() + Send) {
    let mut step = || attended(&mut step);
    (0..2).for_each(|_| step());
    let (begin, mut times) = (Instant::now(), Vec::new());
    while times.len() < 5 || begin.elapsed().as_secs_f64() < SECONDS {
        let start = Instant::now();
        step();
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    println!(
        "{{\"median_ms\": {:.3}, \"min_ms\": {:.3}, \"steps\": {}}}",
        times[times.len() / 2],
        times[0],
        times.len()
    );
}

fn noise(len: usize) -> Vec<f32> {
    (0..len).map(|i| (i * 7919 % 257) as f32 / 128.0 - 1.0).collect()
}

fn infer() {
    let mut net = Resnet50::new();
    initialize(&mut net, 1);
    let pixels = noise(3 * 224 * 224);
    time(|| {
        let image: Map<Const<1>, 3, 224, 224> = tensor(pixels.clone(), 1);
        let logits = values(&net.forward(image));
        assert_eq!(logits.len(), 1000);
    });
}

/// Forward, backward and a step of descent with momentum: 64x64, a batch of 32, six classes.
fn train() {
    let mut net = Resnet50Signs::new();
    initialize(&mut net, 1);
    let pixels = noise(32 * 3 * 64 * 64);
    let classes: Vec<i64> = (0..32).map(|i| i % 6).collect();
    let mut velocity: HashMap<String, Vec<f32>> = HashMap::new();
    time(|| {
        let images: Map<usize, 3, 64, 64> = tensor(pixels.clone(), 32);
        let loss = cross_entropy(net.forward(images.leaky_trace()), labels(classes.clone()), 0.0);
        let mut gradients = loss.backward();
        visit_gradients(&mut net, &mut gradients, |name, _, weights, gradient| {
            let velocity = velocity.entry(name.to_string()).or_insert_with(|| vec![0.0; weights.len()]);
            for ((w, v), g) in weights.iter_mut().zip(velocity).zip(gradient) {
                *v = 0.9 * *v + *g;
                *w -= 0.01 * *v;
            }
        })
        .expect("there is memory");
    });
}

/// Compares logits with those that torchvision computed from the same weights.
fn logits(folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut net = Resnet50::new();
    let mut wanted = Vec::new();
    visit(&net, |name, spec, _| wanted.push(Wanted { name: name.to_string(), shape: spec.shape.clone() }));
    let compiled = compile_zoo("resnet50", &Options::default()).ok_or("an embedded spec")?;
    let sections = compiled.spec.as_ref().map_or(&[][..], |s| &s.sections);
    let section = sections.iter().find(|s| s.key.value == "weights").ok_or("the spec has rules of names")?;
    let rules = Rules::from_expr(&section.value, &mut Sink::new());
    let loaded = weights::load(&folder.join("weights.safetensors"), &wanted, &rules, &LoadOptions::default())?;
    visit_mut(&mut net, |name, _, values| {
        if let Some(found) = loaded.tensors.get(name).and_then(weights::Tensor::as_f32) {
            values.copy_from_slice(found);
        }
    });
    let array = |name: &str| -> Result<Vec<f32>, Box<dyn Error>> {
        let (_, tensor) = Archive::open(&folder.join(name))?.read_all()?.into_iter().next().ok_or("an array")?;
        Ok(tensor.into_f32())
    };
    let (pixels, expected) = (array("input.npy")?, array("logits.npy")?);
    let examples = expected.len() / 1000;
    let images: Map<usize, 3, 224, 224> = tensor(pixels, examples);
    let logits = net.forward(images);
    let found = values(&logits);
    let greatest = expected.iter().fold(0.0f32, |m, v| m.max(v.abs()));
    let off = worst(&found, &expected);
    println!("{examples} examples: logits up to {greatest}, off by at most {off:e} ({:e} relative)", off / greatest);
    let expected: Features<usize, 1000> = tensor(expected, examples);
    let off = worst(&values(&softmax(logits, 1)), &values(&softmax(expected, 1)));
    println!("probabilities: off by at most {off:e}");
    Ok(())
}

/// The greatest difference.
fn worst(found: &[f32], expected: &[f32]) -> f32 {
    found.iter().zip(expected).fold(0.0, |m, (a, b)| m.max((a - b).abs()))
}
