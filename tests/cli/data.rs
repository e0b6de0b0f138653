//! `data inspect` and `preview`.

use super::{Place, SMALL, read};

/// A binary PGM file.
fn pgm(place: &Place, name: &str, pixels: [u8; 4]) {
    let path = place.path(name);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("it can be made");
    std::fs::write(path, [b"P5 2 2 255\n".as_slice(), &pixels].concat()).expect("it can be written");
}

#[test]
fn inspect_counts_measures_and_finds_what_is_wrong() {
    let place = Place::new();
    for (name, pixels) in [
        ("set/train/cat/1.pgm", [0, 255, 0, 255]),
        ("set/train/cat/2.pgm", [0, 255, 0, 255]),
        ("set/train/dog/1.pgm", [51, 51, 51, 51]),
        ("set/test/cat/1.pgm", [1, 2, 3, 4]),
        ("set/test/dog/9.pgm", [51, 51, 51, 51]),
    ] {
        pgm(&place, name, pixels);
    }
    place.write("set/train/dog/bad.pgm", "P5 2 2 255\nx");
    let found = place.blockprint(&["data", "inspect", "set", "--format", "json"]).ends(0).json();
    let train = &found["parts"][0];
    assert_eq!((train["name"].as_str(), train["examples"].as_u64()), (Some("train"), Some(4)));
    assert_eq!(train["classes"], serde_json::json!([["cat", 2], ["dog", 2]]));
    assert_eq!(train["sizes"], serde_json::json!([[1, 2, 2, 3]]));
    assert_eq!(train["duplicates"], 1);
    assert!(train["damaged"][0][0].as_str().is_some_and(|p| p.ends_with("bad.pgm")), "{train}");
    // Four pixels of 1, four of 0 and four of 0.2.
    let number = |key: &str| train[key][0].as_f64().expect("a number");
    assert!((number("mean") - 0.4).abs() < 1e-12);
    assert!((number("deviation") - (1.04f64 / 3.0 - 0.16).sqrt()).abs() < 1e-12);
    // The same picture under another name is found in the other part; the test part, which also
    // serves for validation, stands once.
    assert_eq!(found["parts"].as_array().map(Vec::len), Some(2));
    assert_eq!(found["shared"][0]["examples"], 1);
    assert!(found["shared"][0]["places"][0].as_str().is_some_and(|p| p.ends_with("9.pgm")), "{found}");
    let human = place.blockprint(&["data", "inspect", "set"]).ends(0);
    assert!(human.out.contains("damaged: ") && human.out.contains("are in train too"), "{}", human.out);
    place.write("small.yaml", SMALL);
    assert_eq!(
        place.blockprint(&["data", "inspect", "small.yaml", "--format", "json"]).ends(0).json()["shared"],
        serde_json::json!([])
    );
    place.blockprint(&["data", "inspect", "nowhere"]).ends(1);
}

#[test]
fn inspect_looks_at_every_image_of_a_pair() {
    let place = Place::new();
    for (name, pixels) in [("a", [1; 4]), ("b", [2; 4]), ("c", [3; 4])] {
        pgm(&place, &format!("set/{name}.pgm"), pixels);
    }
    place.write("set/bad.pgm", "P5 2 2 255\nx");
    place.write("set/train.csv", "a,b,label\na.pgm,b.pgm,0\nb.pgm,bad.pgm,0\n");
    place.write("set/test.csv", "a,b,label\nc.pgm,b.pgm,0\n");
    place.write(
        "pairs.yaml",
        &SMALL.replace("kind: synthetic, name: digits, train: 200, test: 50", "kind: pairs, path: set"),
    );
    let found = place.blockprint(&["data", "inspect", "pairs.yaml", "--format", "json"]).ends(0).json();
    let train = &found["parts"][0];
    assert_eq!((train["examples"].as_u64(), train["sizes"].clone()), (Some(2), serde_json::json!([[1, 2, 2, 3]])));
    assert!(train["damaged"][0][0].as_str().is_some_and(|p| p.ends_with("bad.pgm")), "{train}");
    assert_eq!((train["duplicates"].as_u64(), found["shared"][0]["examples"].as_u64()), (Some(1), Some(1)));
}

#[test]
fn preview_shows_what_the_network_gets() {
    let place = Place::new();
    place.write("small.yaml", SMALL);
    let preview = |out: &str, more: &[&str]| {
        place.blockprint(&[&["preview", "small.yaml", "--count", "5", "--out", out], more].concat()).ends(0);
        read(&place.path(out))
    };
    let (first, again, second) = (preview("a.png", &[]), preview("b.png", &[]), preview("c.png", &["--epoch", "2"]));
    assert!(first == again && first != second);
    // Three columns and two rows of 28 pixels with gaps of two.
    assert_eq!((&first[1..4], &first[16..24]), (&b"PNG"[..], &[0, 0, 0, 88, 0, 0, 0, 58][..]));
    place.blockprint(&["preview", "small.yaml", "--out", "no/a.png"]).fails_with("BP0802");
}
