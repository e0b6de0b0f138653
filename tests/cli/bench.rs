//! `bench`: the keys that scripts rely on.

use super::{Place, SMALL};

#[test]
fn one_line_of_json_has_the_agreed_keys() {
    let place = Place::new();
    place.write("small.yaml", SMALL);
    for mode in ["infer", "train"] {
        let args = ["bench", "small.yaml", "--mode", mode, "--batch", "2", "--threads", "1", "--seconds", "0"];
        let json = place.blockprint(&args).ends(0).json();
        assert_eq!(
            (json["mode"].as_str(), json["batch"].as_u64(), json["threads"].as_u64()),
            (Some(mode), Some(2), Some(1))
        );
        for key in ["engine", "model", "median_ms", "min_ms", "images_per_s", "peak_rss_mb", "steps"] {
            assert!(!json[key].is_null(), "{key} is missing: {json}");
        }
        assert!(json["median_ms"].as_f64() >= json["min_ms"].as_f64());
    }
}

#[test]
fn symbols_other_than_the_batch_are_refused() {
    let place = Place::new();
    let open =
        "blockprint: 1\ninputs: {image: \"f32[N, 3, H, W]\"}\nnet:\n  - conv(4, 3) -> gap -> dense(2) as logits\n";
    place.write("open.yaml", open);
    place.blockprint(&["bench", "open.yaml"]).fails_with("BP0807");
}
