//! What `blockprint compile` makes of the embedded specs: see the README. Written by
//! `BLESS=1 cargo test --test generated`, in the layout of `compile`, which is prettyplease's.

/// `alexnet`.
#[rustfmt::skip]
pub mod alexnet {
    pub mod model;
}

/// `alexnet_lrn`.
#[rustfmt::skip]
pub mod alexnet_lrn {
    pub mod model;
}

/// `conv1d_ecg`.
#[rustfmt::skip]
pub mod conv1d_ecg {
    pub mod model;
}

/// `conv3d_ct`.
#[rustfmt::skip]
pub mod conv3d_ct {
    pub mod model;
}

/// `densenet121`.
#[rustfmt::skip]
pub mod densenet121 {
    pub mod model;
}

/// `efficientnet_b0`.
#[rustfmt::skip]
pub mod efficientnet_b0 {
    pub mod model;
}

/// `facenet_nn4`.
#[rustfmt::skip]
pub mod facenet_nn4 {
    pub mod model;
}

/// `googlenet`.
#[rustfmt::skip]
pub mod googlenet {
    pub mod model;
}

/// `inception_v3`.
#[rustfmt::skip]
pub mod inception_v3 {
    pub mod model;
}

/// `lenet5`.
#[rustfmt::skip]
pub mod lenet5 {
    pub mod model;
}

/// `lenet5_1998`.
#[rustfmt::skip]
pub mod lenet5_1998 {
    pub mod model;
}

/// `mobilefacenet`.
#[rustfmt::skip]
pub mod mobilefacenet {
    pub mod model;
}

/// `mobilenet_v1`.
#[rustfmt::skip]
pub mod mobilenet_v1 {
    pub mod model;
}

/// `mobilenet_v2`.
#[rustfmt::skip]
pub mod mobilenet_v2 {
    pub mod model;
}

/// `mobilenet_v3_small`.
#[rustfmt::skip]
pub mod mobilenet_v3_small {
    pub mod model;
}

/// `nin`.
#[rustfmt::skip]
pub mod nin {
    pub mod model;
}

/// `resnet18`.
#[rustfmt::skip]
pub mod resnet18 {
    pub mod model;
}

/// `resnet20`.
#[rustfmt::skip]
pub mod resnet20 {
    pub mod model;
}

/// `resnet50`.
#[rustfmt::skip]
pub mod resnet50 {
    pub mod model;
}

/// `resnet50_signs`.
#[rustfmt::skip]
pub mod resnet50_signs {
    pub mod model;
}

/// `shufflenet_v2_x1_0`.
#[rustfmt::skip]
pub mod shufflenet_v2_x1_0 {
    pub mod model;
}

/// `siamese_faces`.
#[rustfmt::skip]
pub mod siamese_faces {
    pub mod model;
}

/// `siamese_faces_chi2`.
#[rustfmt::skip]
pub mod siamese_faces_chi2 {
    pub mod model;
}

/// `small_triplet`.
#[rustfmt::skip]
pub mod small_triplet {
    pub mod model;
}

/// `squeezenet1_0`.
#[rustfmt::skip]
pub mod squeezenet1_0 {
    pub mod model;
}

/// `squeezenet_signs`.
#[rustfmt::skip]
pub mod squeezenet_signs {
    pub mod model;
}

/// `unet`.
#[rustfmt::skip]
pub mod unet {
    pub mod model;
}

/// `vgg16`.
#[rustfmt::skip]
pub mod vgg16 {
    pub mod model;
}

/// `xception`.
#[rustfmt::skip]
pub mod xception {
    pub mod model;
}

/// `yolo_fastest`.
#[rustfmt::skip]
pub mod yolo_fastest {
    pub mod model;
}

/// `yolo_shapes`.
#[rustfmt::skip]
pub mod yolo_shapes {
    pub mod model;
}

/// `yolo_v2`.
#[rustfmt::skip]
pub mod yolo_v2 {
    pub mod model;
}

/// `yolo_v3_tiny`.
#[rustfmt::skip]
pub mod yolo_v3_tiny {
    pub mod model;
}
