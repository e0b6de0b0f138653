//! `BP086x`: faces.

codes! {
    STORE_UNUSABLE = "BP0860": "the store of faces cannot be used",
        "The file is missing, is no store of faces, was made by a later version of this program, or is damaged. `blockprint faces enroll` makes a store.",
        elsewhere "src/run/faces/store.rs";
    STORE_OTHER_WEIGHTS = "BP0861": "the store of faces was made by another network",
        "Embeddings of two networks, or of one network with other weights, have nothing to do with each other. The store keeps the digest of the weights that made it. Use those, or enrol everybody into a new store.",
        elsewhere "src/run/faces/store.rs";
    NOT_ENROLLED = "BP0862": "nobody of this name is enrolled",
        "`blockprint faces list` shows who is in a store, and `blockprint faces enroll` adds people.",
        elsewhere "src/run/faces/store.rs";
    NO_EMBEDDING = "BP0863": "the network gives no embedding of a photo",
        "An embedding is a node of the form `f32[N, features]` that depends on one photo alone: the one named with `--node`, else the one called `embedding`, else the first such output. Of a network that compares two photos, it is the output of one tower.",
        elsewhere "tests/cli/faces.rs";
    CANNOT_CALIBRATE = "BP0864": "there are no pairs to calibrate or measure with",
        "Thresholds and error rates need photos of two people or more, with several photos of at least one, as one folder for each person.",
        elsewhere "src/run/faces/measure.rs";
}
