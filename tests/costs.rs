//! What the zoo's models cost, against published figures.
//!
//! ResNet-50 and VGG-16: torchvision's model cards (25,557,032 and 138,357,544 parameters, 4.09
//! and 15.47 GMACs). The Keras ResNet-50 for 64x64 signs: `model.summary()`.

use std::path::Path;

use blockprint::check::cost::{Counting, Field, Summary};
use blockprint::driver;

fn summary(spec: &str, counting: Counting) -> Summary {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs").join(spec);
    let compiled = driver::compile_path(&path, &Default::default());
    let checked = compiled.checked.unwrap_or_else(|| panic!("{spec}: {:?}", compiled.sink.sorted()));
    Summary::new(&checked, spec, counting)
}

#[test]
fn parameters_and_multiplications_are_those_published() {
    let resnet = summary("resnet50.yaml", Counting::Pytorch);
    assert_eq!((resnet.parameters, resnet.trainable), (25_557_032, 25_557_032));
    assert_eq!(resnet.macs, Some(4_089_184_256));
    let vgg = summary("vgg16.yaml", Counting::Pytorch);
    assert_eq!((vgg.parameters, vgg.macs), (138_357_544, Some(15_470_264_320)));
    let signs = summary("resnet50_signs.yaml", Counting::Keras);
    assert_eq!((signs.parameters, signs.trainable), (23_600_006, 23_546_886));
}

#[test]
fn both_spellings_cost_the_same() {
    let json = |spec| {
        serde_json::to_value(summary(spec, Counting::Pytorch)).expect("a summary is plain data")["nodes"].clone()
    };
    assert_eq!(json("resnet50.yaml"), json("resnet50.bp"));
    assert_eq!(json("lenet5.yaml"), json("lenet5.bp"));
}

#[test]
fn the_receptive_field_of_resnet_50_grows_to_427() {
    // By hand: the stem sees 11 at stride 4; each 3x3 adds twice the stride before it, so the
    // stages end at 11 + 3*8 = 35, + 8 + 3*16 = 91, + 16 + 5*32 = 267, + 32 + 2*64 = 427.
    let resnet = summary("resnet50.yaml", Counting::Pytorch);
    let last = resnet.nodes.iter().rfind(|n| n.op == "relu").expect("it has activations");
    assert_eq!(last.field, Field::Window(vec![427.0, 427.0], vec![32.0, 32.0]));
}
