//! Each step on small images with known results.

use super::*;
use crate::random::Purpose;

fn rng() -> ChaCha8Rng {
    random::stream(1, Purpose::Sample, 0, 0)
}

fn planes(channels: usize, height: usize, width: usize) -> Planes {
    let mut rng = rng();
    let data = (0..channels * height * width).map(|_| random::uniform(&mut rng)).collect();
    Planes { channels, height, width, data, white: 1.0, place: Placement::IDENTITY }
}

fn after(step: Augment, image: &Planes) -> Planes {
    let mut image = image.clone();
    apply(&step, &mut image, &Lighting::default(), &mut rng()).unwrap();
    assert_eq!(image.data.len(), image.channels * image.height * image.width);
    image
}

fn assert_close(a: &Planes, b: &Planes) {
    assert_eq!((a.channels, a.height, a.width), (b.channels, b.height, b.width));
    for (x, y) in a.data.iter().zip(&b.data) {
        assert!((x - y).abs() < 1e-4, "{x} {y}");
    }
}

#[test]
fn flips_mirror() {
    let image = Planes {
        channels: 1,
        height: 3,
        width: 2,
        data: vec![1., 2., 3., 4., 5., 6.],
        white: 1.0,
        place: Placement::IDENTITY,
    };
    assert_eq!(after(Augment::Hflip { p: 1.0 }, &image).data, [2., 1., 4., 3., 6., 5.]);
    assert_eq!(after(Augment::Vflip { p: 1.0 }, &image).data, [5., 6., 3., 4., 1., 2.]);
    assert_eq!(after(Augment::Hflip { p: 0.0 }, &image), image);
    let mut rng = rng();
    let flipped = (0..1000)
        .filter(|_| {
            let mut copy = image.clone();
            apply(&Augment::Hflip { p: 0.3 }, &mut copy, &Lighting::default(), &mut rng).unwrap();
            copy != image
        })
        .count();
    assert!((250..350).contains(&flipped), "{flipped}");
}

#[test]
fn crops_take_windows() {
    let image = Planes {
        channels: 1,
        height: 3,
        width: 4,
        data: (0..12).map(|i| i as f32).collect(),
        white: 1.0,
        place: Placement::IDENTITY,
    };
    let middle = after(Augment::CenterCrop { height: 1, width: 2 }, &image);
    assert_eq!(middle.data, [5.0, 6.0]);
    let mut rng = rng();
    let mut corners = std::collections::BTreeSet::new();
    for _ in 0..200 {
        let mut copy = image.clone();
        apply(&Augment::RandomCrop { height: 3, width: 4, pad: 1 }, &mut copy, &Lighting::default(), &mut rng).unwrap();
        corners.insert(copy.data.iter().map(|v| *v as i32).collect::<Vec<_>>());
    }
    assert_eq!(corners.len(), 9, "every place of the padded image comes up");
    assert!(corners.contains(&vec![0, 0, 0, 0, 0, 0, 1, 2, 0, 4, 5, 6]));
    let grown = after(Augment::CenterCrop { height: 6, width: 4 }, &image);
    assert_eq!((grown.height, grown.width), (6, 4));
}

#[test]
fn resizing_keeps_the_mean_and_the_aspect_ratio() {
    let image = planes(3, 40, 60);
    let mean = |p: &Planes| p.data.iter().sum::<f32>() / p.data.len() as f32;
    let short = after(Augment::Resize { to: ResizeTo::Short(20) }, &image);
    assert_eq!((short.height, short.width), (20, 30));
    assert!((mean(&short) - mean(&image)).abs() < 0.01);
    let exact = after(Augment::Resize { to: ResizeTo::Exact(80, 10) }, &image);
    assert_eq!((exact.height, exact.width), (80, 10));
    // Halving averages with weights 1, 3, 3, 1 (a triangle of twice the width).
    let ramp = Planes {
        channels: 1,
        height: 1,
        width: 8,
        data: (0..8).map(|i| i as f32).collect(),
        white: 1.0,
        place: Placement::IDENTITY,
    };
    let half = after(Augment::Resize { to: ResizeTo::Exact(1, 4) }, &ramp);
    assert!((half.data[1] - 2.5).abs() < 1e-5 && (half.data[2] - 4.5).abs() < 1e-5, "{:?}", half.data);
    let crop = Augment::RandomResizedCrop { height: 8, width: 9, scale: (0.08, 1.0), ratio: (0.75, 1.33) };
    let crop = after(crop, &image);
    assert_eq!((crop.height, crop.width), (8, 9));
    let thin = after(
        Augment::RandomResizedCrop { height: 4, width: 4, scale: (1.0, 1.0), ratio: (1.0, 1.0) },
        &planes(1, 5, 50),
    );
    assert_eq!((thin.height, thin.width), (4, 4));
}

#[test]
fn sizes_over_the_limit_are_refused() {
    let mut image = planes(3, 2, 2);
    let huge = Augment::Resize { to: ResizeTo::Exact(16_000, 16_000) };
    assert!(apply(&huge, &mut image, &Lighting::default(), &mut rng()).is_err());
    let padded = Augment::RandomCrop { height: 1, width: 1, pad: 16_000 };
    assert!(apply(&padded, &mut image, &Lighting::default(), &mut rng()).is_err());
}

#[test]
fn turning_by_known_angles() {
    let image = planes(2, 5, 5);
    let mut same = image.clone();
    geometry::affine(&mut same, 0.0, (0.0, 0.0), 1.0, 0.0);
    assert_close(&same, &image);
    let mut half_turn = image.clone();
    geometry::affine(&mut half_turn, 180.0, (0.0, 0.0), 1.0, 0.0);
    let both = after(Augment::Vflip { p: 1.0 }, &after(Augment::Hflip { p: 1.0 }, &image));
    assert_close(&half_turn, &both);
    let mut shifted = image.clone();
    geometry::affine(&mut shifted, 0.0, (1.0, 0.0), 1.0, 0.0);
    assert_eq!(shifted.data[0], 0.0);
    assert!((shifted.data[1] - image.data[0]).abs() < 1e-6);
}

#[test]
fn colours() {
    let image = planes(3, 4, 4);
    let none = Augment::ColorJitter { brightness: 0.0, contrast: 0.0, saturation: 0.0, hue: 0.0 };
    assert_eq!(after(none, &image), image);
    let grey = after(Augment::Grayscale { p: 1.0 }, &image);
    assert_close(&Planes { data: [&grey.data[16..], &grey.data[..16]].concat(), ..grey.clone() }, &grey);
    let strong = Augment::ColorJitter { brightness: 0.9, contrast: 0.9, saturation: 0.9, hue: 0.5 };
    let jittered = after(strong, &image);
    assert!(jittered != image && jittered.data.iter().all(|v| (-1e-5..=1.00001).contains(v)));
    // A third of the circle turns red into green.
    let mut red =
        Planes { channels: 3, height: 1, width: 1, data: vec![0.8, 0.2, 0.2], white: 1.0, place: Placement::IDENTITY };
    color::turn_hue(&mut red, 1.0 / 3.0);
    assert_close(&red, &Planes { data: vec![0.2, 0.8, 0.2], ..red.clone() });
    let mut whole = image.clone();
    color::turn_hue(&mut whole, 1.0);
    assert_close(&whole, &image);
}

#[test]
fn blur_noise_cutout_and_normalize() {
    let flat = Planes { data: vec![0.5; 49], ..planes(1, 7, 7) };
    assert_close(&after(Augment::Blur { sigma: (1.0, 1.0) }, &flat), &flat);
    let mut dot = Planes { data: vec![0.0; 49], ..flat.clone() };
    dot.data[24] = 1.0;
    let blurred = after(Augment::Blur { sigma: (0.8, 0.8) }, &dot);
    assert!((blurred.data.iter().sum::<f32>() - 1.0).abs() < 1e-4 && blurred.data[24] < 0.5);
    let noisy = after(Augment::Noise { std: 0.1 }, &planes(1, 50, 50));
    let difference = noisy.data.iter().zip(&planes(1, 50, 50).data).map(|(a, b)| (a - b).powi(2)).sum::<f32>() / 2500.0;
    assert!((difference.sqrt() - 0.1).abs() < 0.01, "{difference}");
    let cut = after(Augment::Cutout { size: 3, p: 1.0 }, &flat);
    let black = cut.data.iter().filter(|v| **v == 0.0).count();
    assert!([4, 6, 9].contains(&black), "{black}");
    let normalized = after(Augment::Normalize { mean: vec![0.5], std: vec![0.25] }, &planes(2, 2, 2));
    assert!((normalized.data[5] - (planes(2, 2, 2).data[5] - 0.5) / 0.25).abs() < 1e-6);
    let three = Augment::Normalize { mean: vec![0.5; 3], std: vec![0.5; 3] };
    assert!(apply(&three, &mut planes(2, 2, 2), &Lighting::default(), &mut rng()).is_err());
}

#[test]
fn evaluation_has_no_draws() {
    let chain = [
        Augment::RandomResizedCrop { height: 224, width: 224, scale: (0.08, 1.0), ratio: (0.75, 1.33) },
        Augment::Hflip { p: 0.5 },
        Augment::Noise { std: 0.1 },
        Augment::Normalize { mean: vec![0.5], std: vec![0.5] },
    ];
    let expected = [
        Augment::Resize { to: ResizeTo::Short(256) },
        Augment::CenterCrop { height: 224, width: 224 },
        Augment::Normalize { mean: vec![0.5], std: vec![0.5] },
    ];
    assert_eq!(deterministic(&chain), expected);
    assert_eq!(deterministic(&expected), expected);
}

/// Each step moves the place of a mark as it moves its pixels.
#[test]
fn places_move_with_the_pixels() {
    let mark = |planes: &Planes| {
        let (mut weight, mut x, mut y) = (0.0, 0.0, 0.0);
        for (at, v) in planes.data.iter().enumerate() {
            let v = f64::from(*v);
            weight += v;
            x += v * ((at % planes.width) as f64 + 0.5);
            y += v * ((at / planes.width) as f64 + 0.5);
        }
        (x / weight, y / weight)
    };
    let mut image = Planes { data: vec![0.0; 60 * 80], ..planes(1, 60, 80) };
    for (row, column) in [(24, 30), (24, 31), (25, 30), (25, 31)] {
        image.data[row * 80 + column] = 1.0;
    }
    let middle = (31.0, 25.0);
    assert_eq!(mark(&image), middle);
    let steps = [
        Augment::Hflip { p: 1.0 },
        Augment::Vflip { p: 1.0 },
        Augment::Resize { to: ResizeTo::Exact(90, 40) },
        Augment::CenterCrop { height: 50, width: 60 },
        Augment::RandomCrop { height: 56, width: 72, pad: 3 },
        Augment::RandomResizedCrop { height: 60, width: 60, scale: (0.9, 1.0), ratio: (0.9, 1.2) },
        Augment::Affine { degrees: 20.0, translate: 0.1, scale: (0.8, 1.2), shear: 10.0 },
    ];
    let mut rng = rng();
    for step in &steps {
        for _ in 0..5 {
            let mut moved = image.clone();
            apply(step, &mut moved, &Lighting::default(), &mut rng).unwrap();
            let ((x, y), (found_x, found_y)) = (moved.place.apply(middle.0, middle.1), mark(&moved));
            assert!((x - found_x).abs() < 0.1 && (y - found_y).abs() < 0.1, "{step:?}: {x} {y}, {found_x} {found_y}");
        }
    }
}

#[test]
fn letterboxes_keep_the_aspect_ratio() {
    let image = Planes { data: vec![1.0; 30 * 60], ..planes(1, 30, 60) };
    let boxed = after(Augment::Letterbox { height: 40, width: 40 }, &image);
    assert_eq!((boxed.height, boxed.width), (40, 40));
    let row = |y: usize| &boxed.data[y * 40..(y + 1) * 40];
    assert!(row(9).iter().all(|v| *v == 0.5) && row(10).iter().all(|v| *v == 1.0) && row(30).iter().all(|v| *v == 0.5));
    assert_eq!(boxed.place.apply(0.0, 0.0), (0.0, 10.0));
    assert_eq!(boxed.place.apply(60.0, 30.0), (40.0, 30.0));
    let tall = Planes { data: vec![1.0; 90 * 30], ..planes(1, 90, 30) };
    let boxed = after(Augment::Letterbox { height: 30, width: 60 }, &tall);
    assert_eq!((boxed.place.apply(0.0, 0.0), boxed.place.apply(30.0, 90.0)), ((25.0, 0.0), (35.0, 30.0)));
}
