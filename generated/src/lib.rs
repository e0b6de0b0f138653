//! What `blockprint compile` makes of the embedded specs: see the README. Written by
//! `BLESS=1 cargo test --test generated`.

/// `alexnet`.
pub mod alexnet {
    pub mod model;
}

/// `alexnet_lrn`.
pub mod alexnet_lrn {
    pub mod model;
}

/// `blended`.
pub mod blended {
    pub mod model;
}

/// `conv1d_ecg`.
pub mod conv1d_ecg {
    pub mod model;
}

/// `conv3d_ct`.
pub mod conv3d_ct {
    pub mod model;
}

/// `densenet121`.
pub mod densenet121 {
    pub mod model;
}

/// `efficientnet_b0`.
pub mod efficientnet_b0 {
    pub mod model;
}

/// `facenet_nn4`.
pub mod facenet_nn4 {
    pub mod model;
}

/// `googlenet`.
pub mod googlenet {
    pub mod model;
}

/// `inception_v3`.
pub mod inception_v3 {
    pub mod model;
}

/// `lenet5`.
pub mod lenet5 {
    pub mod model;
}

/// `lenet5_1998`.
pub mod lenet5_1998 {
    pub mod model;
}

/// `mobilefacenet`.
pub mod mobilefacenet {
    pub mod model;
}

/// `mobilenet_v1`.
pub mod mobilenet_v1 {
    pub mod model;
}

/// `mobilenet_v2`.
pub mod mobilenet_v2 {
    pub mod model;
}

/// `mobilenet_v3_small`.
pub mod mobilenet_v3_small {
    pub mod model;
}

/// `nin`.
pub mod nin {
    pub mod model;
}

/// `resnet18`.
pub mod resnet18 {
    pub mod model;
}

/// `resnet20`.
pub mod resnet20 {
    pub mod model;
}

/// `resnet50`.
pub mod resnet50 {
    pub mod model;
}

/// `resnet50_signs`.
pub mod resnet50_signs {
    pub mod model;
}

/// `shufflenet_v2_x1_0`.
pub mod shufflenet_v2_x1_0 {
    pub mod model;
}

/// `siamese_faces`.
pub mod siamese_faces {
    pub mod model;
}

/// `siamese_faces_chi2`.
pub mod siamese_faces_chi2 {
    pub mod model;
}

/// `small_triplet`.
pub mod small_triplet {
    pub mod model;
}

/// `squeezenet1_0`.
pub mod squeezenet1_0 {
    pub mod model;
}

/// `squeezenet_signs`.
pub mod squeezenet_signs {
    pub mod model;
}

/// `unet`.
pub mod unet {
    pub mod model;
}

/// `vgg16`.
pub mod vgg16 {
    pub mod model;
}

/// `weighted`.
pub mod weighted {
    pub mod model;
}

/// `xception`.
pub mod xception {
    pub mod model;
}

/// `yolo_fastest`.
pub mod yolo_fastest {
    pub mod model;
}

/// `yolo_shapes`.
pub mod yolo_shapes {
    pub mod model;
}

/// `yolo_v2`.
pub mod yolo_v2 {
    pub mod model;
}

/// `yolo_v3_tiny`.
pub mod yolo_v3_tiny {
    pub mod model;
}
