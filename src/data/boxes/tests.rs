//! The readers on small files, and boxes that move with their picture.

use std::fs;

use tempfile::TempDir;

use super::*;
use crate::config::{DataKind, PartPath};
use crate::data::{self, Dataset, Part};
use crate::source::{Span, Spanned};

/// A folder with files of this content; names that end in `.png` become pictures of 40 x 20.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let place = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = place.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        match name.ends_with(".png") {
            true => image::GrayImage::new(40, 20).save(&path).unwrap(),
            false => fs::write(&path, content).unwrap(),
        }
    }
    place
}

fn config(kind: DataKind, path: &str) -> DataConfig {
    let path = Some(Spanned::new(path.to_string(), Span::default()));
    DataConfig { kind, path, ..DataConfig::auto() }
}

fn open(config: &DataConfig, place: &TempDir, part: Part) -> Result<std::sync::Arc<dyn Dataset>, String> {
    let told = |problems: Vec<Diagnostic>| problems.into_iter().map(|d| d.message).collect::<Vec<_>>().join("; ");
    data::open(config, place.path(), None, part).map_err(told)
}

fn numbers(set: &dyn Dataset, index: usize) -> Vec<f32> {
    set.labels().boxes(index).unwrap().iter().flat_map(BoxLabel::numbers).collect()
}

const COCO: &str = r#"{
    "images": [{"id": 7, "file_name": "b.png", "width": 40, "height": 20}, {"id": 3, "file_name": "a.png", "width": 40, "height": 20}],
    "annotations": [
        {"image_id": 3, "category_id": 9, "bbox": [10, 5, 20, 10], "iscrowd": 0},
        {"image_id": 3, "category_id": 2, "bbox": [30, 10, 20, 20]},
        {"image_id": 3, "category_id": 2, "bbox": [0, 0, 40, 20], "iscrowd": 1},
        {"image_id": 7, "category_id": 2, "bbox": [4, 4, 0, 4]}
    ],
    "categories": [{"id": 9, "name": "dog"}, {"id": 2, "name": "cat"}]
}"#;

#[test]
fn coco_files_of_instances() {
    let files = [
        ("coco/annotations/instances_train2017.json", COCO),
        ("coco/train2017/a.png", ""),
        ("coco/train2017/b.png", ""),
    ];
    let place = folder(&files);
    let set = open(&config(DataKind::Coco, "coco"), &place, Part::Train).unwrap();
    assert_eq!((set.len(), set.names()), (2, &["cat".to_string(), "dog".to_string()][..]));
    assert!(set.place(0).ends_with("a.png"), "pictures come by number");
    // Cut off at the edges; the crowd and the box without area are left out.
    assert_eq!(numbers(set.as_ref(), 0), [1.0, 0.5, 0.5, 0.5, 0.5, 0.0, 0.875, 0.75, 0.25, 0.5]);
    assert!(numbers(set.as_ref(), 1).is_empty());
    assert_eq!(set.labels().width(), 10);
    let mut padded = Vec::new();
    set.labels().append(1, &mut padded);
    assert_eq!(padded, [-1.0, 0.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 0.0]);
    assert_eq!(set.image(0).unwrap().width, 40);
    let named = DataConfig { classes: vec!["cat".into()], ..config(DataKind::Coco, "coco") };
    assert!(open(&named, &place, Part::Train).err().unwrap().contains("`dog` is not a known class"));
}

#[test]
fn damaged_coco_files_are_told() {
    let bad = |text: &str| {
        let place = folder(&[("c/train.json", text), ("c/train/a.png", "")]);
        open(&config(DataKind::Coco, "c"), &place, Part::Train).err().unwrap()
    };
    assert!(bad("{").contains("not a COCO file of instances"));
    let outside = COCO.replace("a.png", "../../a.png");
    assert!(bad(&outside).contains("leads out of the folder of pictures"));
    assert!(bad(&COCO.replace("\"image_id\": 3", "\"image_id\": 4")).contains("which the file does not have"));
    assert!(bad(r#"{"images": [{"id": 1, "file_name": "a.png", "width": 4, "height": 4}], "annotations": [], "categories": []}"#).contains("no boxes are in it"));
}

const VOC: &str = "<annotation><filename>x.png</filename><size><width>40</width><height>20</height></size>
    <object><name>dog</name><difficult>0</difficult><bndbox><xmin>11</xmin><ymin>6</ymin><xmax>30</xmax><ymax>15</ymax></bndbox></object>
    <object><name>cat</name><difficult>1</difficult><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>3</xmax><ymax>3</ymax></bndbox></object>
    </annotation>";

#[test]
fn voc_annotations() {
    let files = [
        ("voc/JPEGImages/a.png", ""),
        ("voc/JPEGImages/b.png", ""),
        ("voc/Annotations/a.xml", VOC),
        ("voc/Annotations/b.xml", &VOC.replace("dog", "bird")),
        ("voc/ImageSets/Main/train.txt", "a\n"),
        ("voc/ImageSets/Main/val.txt", "b  1\n"),
    ];
    let place = folder(&files);
    let set = open(&config(DataKind::Voc, "voc"), &place, Part::Train).unwrap();
    assert_eq!((set.len(), set.names()), (1, &["dog".to_string()][..]), "difficult objects are left out");
    assert_eq!(numbers(set.as_ref(), 0), [0.0, 0.5, 0.5, 0.5, 0.5]);
    let problem = open(&config(DataKind::Voc, "voc"), &place, Part::Val).err().unwrap();
    assert!(problem.contains("`bird` is not a known class"), "{problem}");
    let word = |w: &str| Spanned::new(w.to_string(), Span::default());
    let part = PartPath::Pair { images: word("voc/JPEGImages"), labels: word("voc/Annotations") };
    let pair = DataConfig { path: None, train: Some(part), ..config(DataKind::Voc, "") };
    assert_eq!(open(&pair, &place, Part::Train).unwrap().names(), ["bird", "dog"]);
    for (from, to, reason) in [
        ("<size>", "<siz>", "not XML"),
        ("<width>40</width>", "", "`width` is missing"),
        ("11", "eleven", "`xmin` is no number: `eleven`"),
        ("<name>dog</name>", "", "an object has no `name`"),
        ("x.png", "../x.png", "leads out of the folder"),
    ] {
        let place = folder(&[("v/a.png", ""), ("v/a.xml", &VOC.replace(from, to))]);
        let problem = open(&config(DataKind::Voc, "v"), &place, Part::Train).err().unwrap();
        assert!(problem.contains(reason), "{problem}");
    }
}

#[test]
fn darknet_labels() {
    let files = [
        ("d/images/train/a.png", ""),
        ("d/images/train/b.png", ""),
        ("d/labels/train/a.txt", "1 0.5 0.5 0.5 0.25\n\n0 0.9 0.5 0.4 0.5\n"),
        ("d/obj.names", "cat\ndog\n"),
        ("d/train.txt", "images/train/a.png\nimages/train/b.png\n"),
    ];
    let place = folder(&files);
    let expected = [1.0, 0.5, 0.5, 0.5, 0.25, 0.0, 0.85, 0.5, 0.3, 0.5];
    let set = open(&config(DataKind::Darknet, "d"), &place, Part::Train).unwrap();
    assert_eq!((set.len(), set.names()), (2, &["cat".to_string(), "dog".to_string()][..]));
    let close = |found: Vec<f32>| found.iter().zip(expected).all(|(f, e)| (f - e).abs() < 1e-6);
    assert!(close(numbers(set.as_ref(), 0)), "{:?}", numbers(set.as_ref(), 0));
    assert!(numbers(set.as_ref(), 1).is_empty(), "no label file: no object");
    fs::remove_file(place.path().join("d/train.txt")).unwrap();
    let set = open(&config(DataKind::Darknet, "d"), &place, Part::Train).unwrap();
    assert!(set.len() == 2 && close(numbers(set.as_ref(), 0)), "folders without a list");
    for (line, reason) in
        [("1 0.5 0.5 0.5", "line 1 is not"), ("x 0 0 1 1", "line 1 is not"), ("0 nan 0 1 1", "line 1")]
    {
        let place = folder(&[("p/a.png", ""), ("p/a.txt", line)]);
        let problem = open(&config(DataKind::Darknet, "p"), &place, Part::Train).err().unwrap();
        assert!(problem.contains(reason), "{problem}");
    }
}

#[test]
fn boxes_move_with_their_picture_until_little_is_left() {
    let label = BoxLabel { class: 2, edges: [0.25, 0.0, 0.75, 0.5] };
    let moved = |place: Placement, to| label.moved(&place, (40, 20), to).map(|b| b.numbers());
    assert_eq!(moved(Placement::IDENTITY, (40, 20)), Some([2.0, 0.5, 0.25, 0.5, 0.5]));
    let mirrored = crate::data::augment::Placement::IDENTITY;
    assert_eq!(moved(mirrored, (80, 40)), Some([2.0, 0.25, 0.125, 0.25, 0.25]));
    assert_eq!(moved(Placement::IDENTITY, (15, 20)), Some([2.0, 5.0 / 6.0, 0.25, 1.0 / 3.0, 0.5]), "a quarter is seen");
    assert_eq!(moved(Placement::IDENTITY, (14, 20)), None);
}

#[test]
fn shapes_lie_in_their_boxes() {
    let set = draw_shapes(20, 3, Part::Train);
    assert_eq!((set.len(), set.names().len(), set.shape()), (20, 3, Some([3, 96, 96])));
    let other = draw_shapes(20, 3, Part::Test);
    assert_ne!(set.labels(), other.labels());
    assert!(set.image(20).is_err());
    let mut seen = BTreeSet::new();
    for index in 0..20 {
        let image = set.image(index).unwrap();
        assert_eq!(image, draw_shapes(20, 3, Part::Train).image(index).unwrap());
        let boxes = set.labels().boxes(index).unwrap();
        assert!((1..=4).contains(&boxes.len()));
        seen.extend(boxes.iter().map(|b| b.class));
        let crate::data::Pixels::U8(pixels) = &image.pixels else { panic!("bytes") };
        let light = |x: f64, y: f64| {
            let at = (y as usize).min(95) * 96 + (x as usize).min(95);
            pixels[at * 3..at * 3 + 3].iter().map(|v| i32::from(*v)).sum::<i32>()
        };
        for label in boxes {
            let [left, top, right, bottom] = label.edges.map(|v| v * 96.0);
            // The middle is of the shape; a corner of the picture lies outside of every shape.
            let (inside, outside) = (light((left + right) / 2.0, (top + bottom) / 2.0), light(0.0, 0.0));
            assert!((inside - outside).abs() > 20, "{index}: {label:?}");
        }
    }
    assert_eq!(seen.len(), 3);
}
