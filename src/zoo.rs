//! The zoo: specs of well-known networks, embedded in the library.

/// Every file of `specs/`, by its name.
const FILES: &[(&str, &str)] = &[
    ("alexnet.yaml", include_str!("../specs/alexnet.yaml")),
    ("alexnet_lrn.yaml", include_str!("../specs/alexnet_lrn.yaml")),
    ("conv1d_ecg.yaml", include_str!("../specs/conv1d_ecg.yaml")),
    ("conv3d_ct.yaml", include_str!("../specs/conv3d_ct.yaml")),
    ("densenet121.yaml", include_str!("../specs/densenet121.yaml")),
    ("efficientnet_b0.yaml", include_str!("../specs/efficientnet_b0.yaml")),
    ("efficientnet_b1.yaml", include_str!("../specs/efficientnet_b1.yaml")),
    ("efficientnet_b2.yaml", include_str!("../specs/efficientnet_b2.yaml")),
    ("efficientnet_b3.yaml", include_str!("../specs/efficientnet_b3.yaml")),
    ("efficientnet_b4.yaml", include_str!("../specs/efficientnet_b4.yaml")),
    ("efficientnet_b5.yaml", include_str!("../specs/efficientnet_b5.yaml")),
    ("efficientnet_b6.yaml", include_str!("../specs/efficientnet_b6.yaml")),
    ("efficientnet_b7.yaml", include_str!("../specs/efficientnet_b7.yaml")),
    ("facenet_nn4.yaml", include_str!("../specs/facenet_nn4.yaml")),
    ("googlenet.yaml", include_str!("../specs/googlenet.yaml")),
    ("googlenet_aux.yaml", include_str!("../specs/googlenet_aux.yaml")),
    ("inception_v3.yaml", include_str!("../specs/inception_v3.yaml")),
    ("lenet5.bp", include_str!("../specs/lenet5.bp")),
    ("lenet5.yaml", include_str!("../specs/lenet5.yaml")),
    ("lenet5_1998.yaml", include_str!("../specs/lenet5_1998.yaml")),
    ("mobilefacenet.yaml", include_str!("../specs/mobilefacenet.yaml")),
    ("mobilenet_v1.yaml", include_str!("../specs/mobilenet_v1.yaml")),
    ("mobilenet_v2.yaml", include_str!("../specs/mobilenet_v2.yaml")),
    ("mobilenet_v2_keras.yaml", include_str!("../specs/mobilenet_v2_keras.yaml")),
    ("mobilenet_v3_large.yaml", include_str!("../specs/mobilenet_v3_large.yaml")),
    ("mobilenet_v3_small.yaml", include_str!("../specs/mobilenet_v3_small.yaml")),
    ("nin.yaml", include_str!("../specs/nin.yaml")),
    ("resnet101.yaml", include_str!("../specs/resnet101.yaml")),
    ("resnet152.yaml", include_str!("../specs/resnet152.yaml")),
    ("resnet18.yaml", include_str!("../specs/resnet18.yaml")),
    ("resnet20.yaml", include_str!("../specs/resnet20.yaml")),
    ("resnet32.yaml", include_str!("../specs/resnet32.yaml")),
    ("resnet34.yaml", include_str!("../specs/resnet34.yaml")),
    ("resnet44.yaml", include_str!("../specs/resnet44.yaml")),
    ("resnet50.bp", include_str!("../specs/resnet50.bp")),
    ("resnet50.yaml", include_str!("../specs/resnet50.yaml")),
    ("resnet50_keras.yaml", include_str!("../specs/resnet50_keras.yaml")),
    ("resnet50_signs.yaml", include_str!("../specs/resnet50_signs.yaml")),
    ("resnet56.yaml", include_str!("../specs/resnet56.yaml")),
    ("shufflenet_v2_x1_0.yaml", include_str!("../specs/shufflenet_v2_x1_0.yaml")),
    ("siamese_faces.yaml", include_str!("../specs/siamese_faces.yaml")),
    ("siamese_faces_chi2.yaml", include_str!("../specs/siamese_faces_chi2.yaml")),
    ("small_triplet.yaml", include_str!("../specs/small_triplet.yaml")),
    ("squeezenet1_0.yaml", include_str!("../specs/squeezenet1_0.yaml")),
    ("squeezenet1_0_caffe.yaml", include_str!("../specs/squeezenet1_0_caffe.yaml")),
    ("squeezenet1_1.yaml", include_str!("../specs/squeezenet1_1.yaml")),
    ("squeezenet_faces.yaml", include_str!("../specs/squeezenet_faces.yaml")),
    ("squeezenet_signs.yaml", include_str!("../specs/squeezenet_signs.yaml")),
    ("style_squeezenet.yaml", include_str!("../specs/style_squeezenet.yaml")),
    ("style_vgg19.yaml", include_str!("../specs/style_vgg19.yaml")),
    ("unet.yaml", include_str!("../specs/unet.yaml")),
    ("vgg11.yaml", include_str!("../specs/vgg11.yaml")),
    ("vgg13.yaml", include_str!("../specs/vgg13.yaml")),
    ("vgg16.yaml", include_str!("../specs/vgg16.yaml")),
    ("vgg16_keras.yaml", include_str!("../specs/vgg16_keras.yaml")),
    ("vgg19.yaml", include_str!("../specs/vgg19.yaml")),
    ("xception.yaml", include_str!("../specs/xception.yaml")),
    ("yolo_fastest.yaml", include_str!("../specs/yolo_fastest.yaml")),
    ("yolo_shapes.yaml", include_str!("../specs/yolo_shapes.yaml")),
    ("yolo_v2.yaml", include_str!("../specs/yolo_v2.yaml")),
    ("yolo_v3_tiny.yaml", include_str!("../specs/yolo_v3_tiny.yaml")),
];

/// The file names of all specs, in alphabetical order.
pub fn names() -> impl Iterator<Item = &'static str> + Clone {
    FILES.iter().map(|(name, _)| *name)
}

/// The text of a spec: by its file name, or without the extension (YAML goes first).
pub fn text(name: &str) -> Option<&'static str> {
    file(name).map(|(_, text)| text)
}

/// The file name and text of a spec, as [`text`].
pub fn file(name: &str) -> Option<(&'static str, &'static str)> {
    let find = |name: &str| FILES.iter().find(|(n, _)| *n == name).copied();
    find(name).or_else(|| find(&format!("{name}.yaml"))).or_else(|| find(&format!("{name}.bp")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_holds_every_spec_of_the_folder() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/specs");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|e| e.unwrap().file_name().into_string().unwrap())
            .filter(|n| n.ends_with(".yaml") || n.ends_with(".bp"))
            .collect();
        files.sort();
        assert_eq!(names().collect::<Vec<_>>(), files);
    }

    #[test]
    fn names_may_lack_the_extension() {
        assert_eq!(file("resnet50").unwrap().0, "resnet50.yaml");
        assert!(file("resnet5").is_none());
    }
}
