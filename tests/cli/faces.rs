//! `faces`: a store of people from trained weights to answers.

use super::Place;

/// A network whose embedding says which of three stripes is bright; its weights do not matter.
const STRIPES: &str = "blockprint: 1
model: stripes
inputs: {face: 'f32[N, 1, 8, 8]', label: 'i64[N]'}
net:
  - flatten -> dense(16) as features -> l2norm as embedding
outputs: [embedding]
loss: {triplet: 'batch_triplet(embedding, label)'}
metrics: ['rank1(embedding, label)']
data: {kind: image_folder, path: people, split: {val: 0.5, by: class}, sampler: 'pk(people=2, images=2)', mean: [0.5]}
train: {epochs: 2, optim: sgd(lr=0.05), augment: 'noise(0.05)', seed: 3}
";

/// Four people, each with four photos of a stripe of their own that is a little moved.
fn people() -> Place {
    let place = Place::new();
    place.write("stripes.yaml", STRIPES);
    for (person, name) in ["ada", "bob", "eve", "kim"].iter().enumerate() {
        let folder = place.path("people").join(name);
        std::fs::create_dir_all(&folder).expect("the folder can be written");
        for photo in 0..4u32 {
            let image = image::GrayImage::from_fn(8, 8, |x, y| {
                let own = x / 2 == person as u32;
                image::Luma([if own { 200 + 10 * photo as u8 } else { ((x * 7 + y * 13 + photo * 5) % 40) as u8 }])
            });
            image.save(folder.join(format!("{photo}.png"))).expect("the folder can be written");
        }
    }
    place.blockprint(&["train", "stripes.yaml", "--out", "run"]).ends(0);
    place
}

fn faces(place: &Place, command: &str, rest: &[&str]) -> super::Run {
    place.blockprint(&[&["faces", command, "stripes.yaml", "--weights", "run/last.safetensors"][..], rest].concat())
}

#[test]
fn people_are_enrolled_and_recognised() {
    let place = people();
    let enrolled = faces(&place, "enroll", &["--name", "ada", "people/ada/0.png", "people/ada/1.png"]).ends(0);
    assert!(enrolled.err.contains("enrolled ada with 2 photos"), "{}", enrolled.err);
    let again = faces(&place, "enroll", &["--from", "people", "--first", "1"]).ends(0);
    assert!(again.err.contains("4 people with 3 photos") && again.err.contains("1 photo was there"), "{}", again.err);
    let calibrated = faces(&place, "calibrate", &["--data", "people", "--far", "0.05"]).ends(0);
    assert!(calibrated.out.contains("16 photos of 4 people: 24 pairs of one person, 96 of two"), "{}", calibrated.out);
    let who = faces(&place, "identify", &["--format", "json", "people/eve/3.png"]).ends(0).json();
    assert_eq!((who["name"].as_str(), who["nearest"][0]["name"].as_str()), (Some("eve"), Some("eve")));
    let verify = |photo: &str| {
        let run = faces(&place, "verify", &["--name", "bob", photo, "--format", "json"]).ends(0);
        run.json()["same"].as_bool()
    };
    assert_eq!((verify("people/bob/2.png"), verify("people/kim/2.png")), (Some(true), Some(false)));
    let two = faces(&place, "verify", &["people/bob/2.png", "people/bob/3.png"]).ends(0);
    assert!(two.out.starts_with("yes people/bob/2.png is the person on people/bob/3.png"), "{}", two.out);
    let listed = place.blockprint(&["faces", "list", "--format", "json"]).ends(0).json();
    assert_eq!(listed["people"][0], serde_json::json!({ "name": "ada", "photos": 2 }));
    place.blockprint(&["faces", "remove", "ada"]).ends(0);
    place.blockprint(&["faces", "remove", "ada"]).fails_with("BP0862");
    let measured = faces(&place, "eval", &["--split", "all", "--format", "json"]).ends(0).json();
    assert_eq!((measured["photos"].as_u64(), measured["rank1"].as_f64()), (Some(16), Some(1.0)));
    assert!(measured["auc"].as_f64().is_some_and(|a| a > 0.7), "{measured}");
}

#[test]
fn what_does_not_belong_together_is_refused() {
    let place = people();
    faces(&place, "enroll", &["--name", "ada", "people/ada/0.png"]).ends(0);
    place.blockprint(&["train", "stripes.yaml", "--out", "other", "--set", "train.seed=9"]).ends(0);
    let args = ["faces", "identify", "stripes.yaml", "--weights", "other/last.safetensors", "people/ada/0.png"];
    place.blockprint(&args).fails_with("BP0861");
    faces(&place, "verify", &["--name", "adda", "people/ada/0.png"]).fails_with("BP0862");
    faces(&place, "identify", &["--node", "flatten", "--store", "none.db", "people/ada/0.png"]).fails_with("BP0860");
    faces(&place, "identify", &["--node", "embeding", "people/ada/0.png"]).fails_with("BP0863");
    place.write("noise.png", "no image");
    faces(&place, "enroll", &["--name", "bob", "people/bob/0.png", "noise.png"]).fails_with("BP0812");
    let listed = place.blockprint(&["faces", "list", "--format", "json"]).ends(0).json();
    assert_eq!(listed["people"].as_array().map(Vec::len), Some(1), "nobody is enrolled by half");
    faces(&place, "calibrate", &["--data", "people/ada"]).ends(1);
}

/// Pairs of photos, two towers with the same weights, a head on their distance.
const PAIRS: &str = "blockprint: 1
model: pairs
inputs: {a: 'f32[N, 1, 8, 8]', b: 'f32[N, 1, 8, 8]', same: 'f32[N]'}
towers: {embed: [flatten, dense(16), sigmoid]}
net:
  - embed(a) as ea
  - embed(b) as eb
  - absdiff(ea, eb) -> dense(1) as logit -> sigmoid as probability
outputs: [probability]
loss: {bce: 'bce_logits(logit, same)'}
metrics: ['binary_accuracy(logit, same, threshold=0)']
data: {kind: image_folder, path: people, split: {val: 0.5, by: class}, sampler: pairs(count=40)}
train: {batch: 8, epochs: 8, optim: adam(lr=0.02), augment: 'noise(0.05)', seed: 3}
";

#[test]
fn pairs_are_trained_on_and_measured() {
    let place = people();
    place.write("pairs.yaml", PAIRS);
    place.blockprint(&["train", "pairs.yaml", "--out", "pairs"]).ends(0);
    let weights = ["--weights", "pairs/last.safetensors"];
    let eval = place.blockprint(&[&["eval", "pairs.yaml", "--format", "json"][..], &weights].concat()).ends(0).json();
    assert_eq!(eval["examples"].as_u64(), Some(40));
    let faces = |rest: &[&str]| place.blockprint(&[&["faces"][..], rest, &weights].concat());
    let all = ["eval", "pairs.yaml", "--split", "all", "--format", "json"];
    let measured = faces(&all).ends(0).json();
    assert_eq!((measured["genuine"].as_u64(), measured["impostor"].as_u64()), (Some(24), Some(96)));
    assert!(measured["auc"].as_f64().is_some_and(|a| a > 0.7), "{measured}");
    // The output depends on both photos, and a tower on one.
    faces(&["enroll", "pairs.yaml", "--name", "ada", "people/ada/0.png"]).fails_with("BP0863");
    faces(&["enroll", "pairs.yaml", "--name", "ada", "people/ada/0.png", "--node", "ea"]).ends(0);
}

#[test]
fn a_run_on_pairs_goes_on_in_the_middle_of_an_epoch() {
    let place = people();
    place.write("pairs.yaml", PAIRS);
    place.blockprint(&["resume", "--verify", "pairs.yaml", "--batches", "4"]).ends(0);
}

/// MobileFaceNet's published weights, one photo enrolled of each of 40 people: whose the other 360 are.
#[test]
fn one_photo_of_each_person_is_enough() {
    let Some(folder) = std::env::var_os("BLOCKPRINT_DATA").map(std::path::PathBuf::from) else {
        eprintln!("skipped: BLOCKPRINT_DATA is not set");
        return;
    };
    let place = Place::new();
    let weights = folder.join("pretrained/mobilefacenet/weights.safetensors").display().to_string();
    let people = folder.join("faces_orl").display().to_string();
    let network = ["mobilefacenet", "--weights", &weights];
    let faces = |command: &str, rest: &[&str]| place.blockprint(&[&["faces", command], &network[..], rest].concat());
    let enrolled = faces("enroll", &["--from", &people, "--first", "1"]).ends(0);
    assert!(enrolled.err.contains("enrolled 40 people with 40 photos"), "{}", enrolled.err);
    let photos: Vec<(String, String)> = (1..=40)
        .flat_map(|s| (2..=10).map(move |photo| (format!("s{s}"), photo)))
        .map(|(person, photo)| (format!("{people}/{person}/{photo}.pgm"), person))
        .collect();
    let paths: Vec<&str> = photos.iter().map(|(path, _)| path.as_str()).collect();
    let found = faces("identify", &[&["--format", "json"], &paths[..]].concat());
    let lines: Vec<serde_json::Value> = found.out.lines().map(|l| serde_json::from_str(l).expect("json")).collect();
    assert_eq!(lines.len(), photos.len());
    let right = lines.iter().zip(&photos).filter(|(line, (_, person))| line["nearest"][0]["name"] == person.as_str());
    let right = right.count();
    eprintln!("{right} of 360 photos");
    assert!(right >= 357, "{right} of 360 photos: less than 99 %");
}
