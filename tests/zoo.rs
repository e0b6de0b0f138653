//! The embedded specs are the networks whose names they bear: their sizes, and what they compute
//! from published weights.

use std::path::PathBuf;

use blockprint::check::Checked;
use blockprint::driver::{Compiled, compile_zoo};
use blockprint::expand::Options;
use blockprint::run::{Network, predict_tensor};
use blockprint::weights::{Archive, Tensor, Tensors};
use blockprint::zoo;

/// Trainable parameters, and all of them with the running statistics of batch norms: as torchvision
/// and Keras count them, or as the papers' layers add up.
const SIZES: &[(&str, usize, usize)] = &[
    ("alexnet.yaml", 61_100_840, 61_100_840),
    ("alexnet_lrn.yaml", 60_965_224, 60_965_224),
    ("conv1d_ecg.yaml", 52_453, 52_901),
    ("conv3d_ct.yaml", 278_050, 278_498),
    ("densenet121.yaml", 7_978_856, 8_062_504),
    ("efficientnet_b0.yaml", 5_288_548, 5_330_564),
    ("efficientnet_b1.yaml", 7_794_184, 7_856_232),
    ("efficientnet_b2.yaml", 9_109_994, 9_177_562),
    ("efficientnet_b3.yaml", 12_233_232, 12_320_528),
    ("efficientnet_b4.yaml", 19_341_616, 19_466_816),
    ("efficientnet_b5.yaml", 30_389_784, 30_562_520),
    ("efficientnet_b6.yaml", 43_040_704, 43_265_136),
    ("efficientnet_b7.yaml", 66_347_960, 66_658_680),
    ("facenet_nn4.yaml", 3_733_968, 3_743_280),
    ("googlenet.yaml", 6_624_904, 6_639_464),
    ("googlenet_aux.yaml", 13_004_888, 13_019_960),
    ("inception_v3.yaml", 23_834_568, 23_869_000),
    ("lenet5.yaml", 61_706, 61_706),
    ("lenet5_1998.yaml", 61_750, 61_750),
    ("mobilefacenet.yaml", 1_003_264, 1_022_848),
    ("mobilenet_v1.yaml", 4_231_976, 4_253_864),
    ("mobilenet_v2.yaml", 3_504_872, 3_538_984),
    ("mobilenet_v2_keras.yaml", 3_504_872, 3_538_984),
    ("mobilenet_v3_large.yaml", 5_483_032, 5_507_432),
    ("mobilenet_v3_small.yaml", 2_542_856, 2_554_968),
    ("nin.yaml", 966_986, 966_986),
    ("resnet101.yaml", 44_549_160, 44_654_504),
    ("resnet152.yaml", 60_192_808, 60_344_232),
    ("resnet18.yaml", 11_689_512, 11_699_112),
    ("resnet20.yaml", 269_722, 271_098),
    ("resnet32.yaml", 464_154, 466_426),
    ("resnet34.yaml", 21_797_672, 21_814_696),
    ("resnet44.yaml", 658_586, 661_754),
    ("resnet50.yaml", 25_557_032, 25_610_152),
    ("resnet50_keras.yaml", 25_583_592, 25_636_712),
    ("resnet50_signs.yaml", 23_546_886, 23_600_006),
    ("resnet56.yaml", 853_018, 857_082),
    ("shufflenet_v2_x1_0.yaml", 2_278_604, 2_294_784),
    ("siamese_faces.yaml", 153_009, 153_425),
    ("siamese_faces_chi2.yaml", 153_009, 153_425),
    ("small_triplet.yaml", 152_944, 153_360),
    ("squeezenet1_0.yaml", 1_248_424, 1_248_424),
    ("squeezenet1_0_caffe.yaml", 1_248_424, 1_248_424),
    ("squeezenet1_1.yaml", 1_235_496, 1_235_496),
    ("squeezenet_faces.yaml", 755_944, 755_944),
    ("squeezenet_signs.yaml", 738_502, 738_502),
    ("style_squeezenet.yaml", 349_248, 349_248),
    ("style_vgg19.yaml", 12_944_960, 12_944_960),
    ("unet.yaml", 31_030_658, 31_030_658),
    ("vgg11.yaml", 132_863_336, 132_863_336),
    ("vgg13.yaml", 133_047_848, 133_047_848),
    ("vgg16.yaml", 138_357_544, 138_357_544),
    ("vgg16_keras.yaml", 138_357_544, 138_357_544),
    ("vgg19.yaml", 143_667_240, 143_667_240),
    ("xception.yaml", 22_855_952, 22_910_480),
    ("yolo_fastest.yaml", 332_798, 346_062),
    ("yolo_shapes.yaml", 136_232, 136_840),
    ("yolo_v2.yaml", 50_962_889, 50_983_561),
    ("yolo_v3_tiny.yaml", 8_852_366, 8_858_734),
];

/// Specs with a warning that the original forces: biases before batch norms, and windows that end
/// short of the input.
const WARNED: &[&str] = &[
    "facenet_nn4.yaml",
    "mobilefacenet.yaml",
    "resnet50_keras.yaml",
    "resnet50_signs.yaml",
    "squeezenet1_0.yaml",
    "squeezenet1_1.yaml",
];

fn compiled(name: &str) -> Compiled {
    compile_zoo(name, &Options::default()).unwrap_or_else(|| panic!("there is no `{name}`"))
}

fn checked(compiled: &Compiled) -> &Checked {
    compiled.checked.as_ref().unwrap_or_else(|| panic!("{:#?}", compiled.sink))
}

#[test]
fn every_spec_is_sound_and_has_its_known_size() {
    let known: Vec<&str> = SIZES.iter().map(|(name, ..)| *name).collect();
    let yaml: Vec<&str> = zoo::names().filter(|n| n.ends_with(".yaml")).collect();
    assert_eq!(known, yaml);
    for (name, trainable, all) in SIZES {
        let compiled = compiled(name);
        assert!(!compiled.sink.has_errors(), "{name}: {:#?}", compiled.sink);
        assert_eq!(compiled.sink.is_empty(), !WARNED.contains(name), "{name}: {:#?}", compiled.sink);
        let params = checked(&compiled).params();
        let size = |all: bool| params.iter().filter(|p| all || p.trainable).map(|p| p.numel()).sum::<usize>();
        assert_eq!((size(false), size(true)), (*trainable, *all), "{name}");
        // An embedding that comes with its weights has no loss of its own, and style transfer trains nothing.
        let trains = compiled.config.train.is_some() && compiled.config.data.is_some();
        assert_eq!(trains, *name != "mobilefacenet.yaml" && !name.starts_with("style_"), "{name}");
    }
}

#[test]
fn the_first_line_of_a_spec_says_what_it_is() {
    for name in zoo::names() {
        let first = zoo::text(name).and_then(|t| t.lines().next()).unwrap_or_default();
        assert!(first.starts_with("# ") && first.len() > 20, "{name}: {first}");
    }
}

// ---- published weights ---------------------------------------------------------------

/// A file of the data folder; `None`, said aloud, where there is none.
fn data(path: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("BLOCKPRINT_DATA") else {
        eprintln!("skipped: BLOCKPRINT_DATA is not set");
        return None;
    };
    Some(PathBuf::from(folder).join("pretrained").join(path))
}

fn arrays(path: &str) -> Option<Tensors> {
    let path = data(path)?;
    Some(Archive::open(&path).and_then(|mut a| a.read_all()).expect("the file is sound"))
}

/// The first output for a batch, from the weights of a file.
fn output(spec: &str, weights: &str, input: &Tensor) -> Vec<f32> {
    let compiled = compiled(spec);
    let mut network = Network::new(checked(&compiled), 0);
    let weights = data(weights).expect("the caller has seen the folder");
    network.load(&weights, compiled.spec.as_ref(), false).expect("the weights fit");
    predict_tensor(&mut network, input, None).expect("the network runs").into_f32()
}

fn largest_difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn resnet20_gives_the_logits_of_its_checkpoint() {
    let Some(arrays) = arrays("cifar10_first1000.npz") else { return };
    const BATCH: usize = 20;
    let pixels = arrays.get("images").expect("NHWC").clone().into_f32();
    let (mean, std) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);
    let mut input = Vec::with_capacity(BATCH * 3 * 1024);
    for image in pixels.chunks_exact(3 * 1024).take(BATCH) {
        for c in 0..3 {
            input.extend(image.iter().skip(c).step_by(3).map(|p| (p / 255.0 - mean[c]) / std[c]));
        }
    }
    let input = Tensor::f32(vec![BATCH, 3, 32, 32], input).expect("as many values");
    let logits = output("resnet20", "resnet20-12fca82f.th", &input);
    let expected = arrays.get("resnet20_logits").expect("stored").as_f32().expect("floats");
    let difference = largest_difference(&logits, &expected[..BATCH * 10]);
    assert!(difference < 1e-3, "{difference}");
}

#[test]
fn squeezenet_gives_the_probabilities_of_its_release() {
    let Some(arrays) = arrays("squeezenet_v1_0_ref.npz") else { return };
    for photo in ["flamingo", "coyote"] {
        let logits =
            output("squeezenet1_0_caffe", "squeezenet_v1_0.npz", arrays.get(&format!("{photo}_in")).expect("a photo"));
        let sum: f32 = logits.iter().map(|l| l.exp()).sum();
        let probabilities: Vec<f32> = logits.iter().map(|l| l.exp() / sum).collect();
        let expected = arrays.get(&format!("{photo}_prob")).expect("stored").as_f32().expect("floats");
        let difference = largest_difference(&probabilities, expected);
        assert!(difference < 1e-4, "{photo}: {difference}");
    }
}

#[test]
fn mobilefacenet_gives_the_embeddings_of_its_release() {
    let Some(arrays) = arrays("mobilefacenet/reference.npz") else { return };
    let pixels = arrays.get("inputs").expect("faces").clone();
    let input = Tensor::f32(pixels.shape.clone(), pixels.into_f32()).expect("as many values");
    let embeddings = output("mobilefacenet", "mobilefacenet/weights.safetensors", &input);
    let all = arrays.get("embeddings_orl").expect("stored").as_f32().expect("floats");
    for (face, row) in [0, 1, 10, 20].into_iter().enumerate() {
        let [got, expected] = [&embeddings[face * 128..], &all[row * 128..]].map(|v| &v[..128]);
        let difference = largest_difference(got, expected);
        assert!(difference < 1e-3, "face {face}: {difference}");
    }
}
