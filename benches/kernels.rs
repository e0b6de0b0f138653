//! Kernels by the class of their shapes. Throughput is in multiply-adds; see `README.md`.

use std::hint::black_box;

use blockprint::kernels::batch_norm::{BatchNorm, Last};
use blockprint::kernels::blocked::Level;
use blockprint::kernels::blocked::any::{AnyConv, InputGrad};
use blockprint::kernels::blocked::choice::{Algorithm, Sizes};
use blockprint::kernels::blocked::conv::{Finish, Source};
use blockprint::kernels::blocked::norm::BlockedNorm;
use blockprint::kernels::blocked::slide::{Kind, Slide};
use blockprint::kernels::blocked::slide_grad::SlideGrad;
use blockprint::kernels::blocked::weight_grad::WeightGrad;
use blockprint::kernels::fused::Activation;
use blockprint::kernels::interleaved::conv::InterleavedConv;
use blockprint::kernels::interleaved::weight_grad::InterleavedGrad;
use blockprint::kernels::window::Window;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

/// Batch, input and output channels, map, kernel, stride.
const CONVOLUTIONS: [(&str, usize, usize, usize, usize, usize, usize); 8] = [
    ("first layer", 1, 3, 64, 224, 7, 2),
    ("1x1, wide map", 1, 64, 256, 56, 1, 1),
    ("1x1, narrowing", 1, 256, 64, 56, 1, 1),
    ("1x1, small map", 1, 512, 2048, 7, 1, 1),
    ("3x3, wide map", 1, 64, 64, 56, 3, 1),
    ("3x3, small map", 1, 512, 512, 7, 3, 1),
    ("3x3, stride 2", 1, 128, 128, 56, 3, 2),
    ("3x3, batch of 8", 8, 128, 128, 28, 3, 1),
];

fn square(size: usize, kernel: usize, stride: usize) -> Window {
    let out = (size + 2 * (kernel / 2) - kernel) / stride + 1;
    Window {
        input: [1, size, size],
        output: [1, out, out],
        kernel: [1, kernel, kernel],
        stride: [1, stride, stride],
        dilation: [1; 3],
        before: [0, kernel / 2, kernel / 2],
    }
}

fn convolutions(c: &mut Criterion) {
    let level = Level::best();
    let padded = |channels: usize| channels.next_multiple_of(level.block());
    let mut group = c.benchmark_group("conv");
    for (name, batch, inputs, outputs, size, kernel, stride) in CONVOLUTIONS {
        let window = square(size, kernel, stride);
        let (pixels, sizes) = (window.output_len(), (1, inputs, outputs));
        let source = if inputs < 5 { Source::Maps } else { Source::Blocks };
        group.throughput(Throughput::Elements((batch * inputs * outputs * window.taps() * pixels) as u64));
        let x = vec![0.5f32; batch * padded(inputs) * window.input_len()];
        let dy = vec![0.1f32; batch * padded(outputs) * pixels];
        let weights = vec![0.1f32; inputs * outputs * window.taps()];
        let (mut y, mut dx, mut dw) = (dy.clone(), x.clone(), weights.clone());
        for algorithm in Algorithm::ALL {
            let choose = |_: &Sizes| algorithm;
            let conv = AnyConv::new(level, batch, sizes, window, source, choose);
            let Some(conv) = conv.filter(|c| algorithm == Algorithm::Direct || matches!(c, AnyConv::Winograd(_)))
            else {
                continue;
            };
            let (mut packed, bias) = (vec![0.0; conv.packed_len()], vec![0.0; conv.bias_len()]);
            conv.pack(&weights, None, &mut packed);
            let end = Finish { residual: None, activation: &Activation::Identity };
            group.bench_function(BenchmarkId::new(algorithm.name(), name), |b| {
                b.iter(|| conv.run(black_box(&x), &packed, &bias, end, &mut y));
            });
        }
        let back = InputGrad::new(level, batch, sizes, window, source, |s| s.by_cost(true)).expect("there is code");
        let mut scratch = vec![0.0; back.scratch()];
        group.bench_function(BenchmarkId::new("by input", name), |b| {
            b.iter(|| back.run(black_box(&dy), &weights, &mut scratch, &mut dx));
        });
        let grad = WeightGrad::new(level, batch, sizes, window, source).expect("there is code");
        let mut scratch = vec![0.0; grad.scratch()];
        group.bench_function(BenchmarkId::new("by weights", name), |b| {
            b.iter(|| grad.run(black_box(&x), &dy, &mut scratch, &mut dw));
        });
    }
    group.finish();
}

/// LeNet-5's layers over 64 interleaved images.
fn interleaved(c: &mut Criterion) {
    let (level, batch) = (Level::best(), 64);
    let mut group = c.benchmark_group("interleaved");
    for (inputs, outputs, size) in [(1, 6, 28), (6, 16, 14)] {
        let (window, sizes) = (square(size, 5, 1), (inputs, outputs));
        let name = format!("{inputs} to {outputs} channels, 5x5");
        group.throughput(Throughput::Elements((batch * inputs * outputs * window.taps() * window.output_len()) as u64));
        let conv = InterleavedConv::new(level, batch, sizes, window).expect("images fill their blocks");
        let back = conv.by_input().expect("windows stand side by side");
        let grad = InterleavedGrad::new(level, batch, sizes, window).expect("images fill their blocks");
        let x = vec![0.5f32; batch * inputs * window.input_len()];
        let dy = vec![0.1f32; batch * outputs * window.output_len()];
        let weights = vec![0.1f32; inputs * outputs * window.taps()];
        let (mut y, mut dx, mut dw) = (dy.clone(), x.clone(), weights.clone());
        group.bench_function(BenchmarkId::new("forward", &name), |b| {
            b.iter(|| conv.run(black_box(&x), &weights, None, &Activation::Identity, &mut y));
        });
        group.bench_function(BenchmarkId::new("by input", &name), |b| {
            b.iter(|| back.run(black_box(&dy), &weights, None, &Activation::Identity, &mut dx));
        });
        group.bench_function(BenchmarkId::new("by weights", &name), |b| {
            b.iter(|| grad.by_weights(black_box(&x), &dy, &mut dw));
        });
    }
    group.finish();
}

fn windows(c: &mut Criterion) {
    let level = Level::best();
    let mut group = c.benchmark_group("depthwise");
    for (channels, size, stride) in [(96, 112, 2), (144, 56, 1), (384, 14, 1), (960, 7, 1)] {
        let (window, sizes) = (square(size, 3, stride), (1, channels));
        let name = format!("{channels} channels of {size}x{size}, stride {stride}");
        group.throughput(Throughput::Elements((channels * window.output_len() * 9) as u64));
        let slide = Slide::new(level, Kind::Weighted, sizes, window, Default::default()).expect("there is code");
        let grad = SlideGrad::new(level, sizes, window).expect("there is code");
        let (weights, mut packed) = (vec![0.1; channels * 9], vec![0.0; slide.packed_len()]);
        slide.pack(&weights, None, &mut packed);
        let blocks = channels.next_multiple_of(level.block());
        let (x, dy) = (vec![0.5; blocks * window.input_len()], vec![0.5; blocks * window.output_len()]);
        let (bias, mut y, mut dx, mut dw) = (vec![0.0; blocks], dy.clone(), x.clone(), weights.clone());
        group.bench_function(BenchmarkId::new("forward", &name), |b| {
            b.iter(|| slide.run(black_box(&x), &packed, &bias, &Activation::Identity, &mut y));
        });
        group.bench_function(BenchmarkId::new("by input", &name), |b| {
            b.iter(|| grad.by_input(black_box(&dy), &packed, &mut dx));
        });
        let mut scratch = vec![0.0; grad.scratch()];
        group.bench_function(BenchmarkId::new("by weights", &name), |b| {
            b.iter(|| grad.by_weights(black_box(&x), &dy, &mut scratch, &mut dw));
        });
    }
    group.finish();
}

fn norms(c: &mut Criterion) {
    let mut group = c.benchmark_group("batch norm");
    for (channels, size) in [(64, 56 * 56), (512, 7 * 7)] {
        let norm = BatchNorm { batch: 8, channels, size, eps: 1e-5, last: Last::Relu };
        let blocked = BlockedNorm::new(norm);
        group.throughput(Throughput::Bytes((8 * channels * size * 4) as u64));
        let (x, mut y) = (vec![0.5; 8 * channels * size], vec![0.0; 8 * channels * size]);
        let (weight, bias) = (vec![1.0; channels], vec![0.0; channels]);
        let (mut mean, mut variance) = (vec![0.0; channels], vec![0.0; channels]);
        let mut scratch = vec![0.0; blocked.scratch()];
        group.bench_function(BenchmarkId::new("forward", format!("{channels} channels of {size}")), |b| {
            b.iter(|| {
                let stats = (&mut mean[..], &mut variance[..]);
                blocked.forward(black_box(&x), None, (&weight, &bias), stats, &mut scratch, &mut y);
            });
        });
    }
    group.finish();
}

criterion_group!(benches, convolutions, interleaved, windows, norms);
criterion_main!(benches);
