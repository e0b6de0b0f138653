//! The zoo: specs of well-known networks, embedded in the library.

/// Every file of `specs/`, by its name.
const FILES: &[(&str, &str)] = &[
    ("lenet5.bp", include_str!("../specs/lenet5.bp")),
    ("lenet5.yaml", include_str!("../specs/lenet5.yaml")),
    ("lenet5_1998.yaml", include_str!("../specs/lenet5_1998.yaml")),
    ("resnet50.bp", include_str!("../specs/resnet50.bp")),
    ("resnet50.yaml", include_str!("../specs/resnet50.yaml")),
    ("resnet50_signs.yaml", include_str!("../specs/resnet50_signs.yaml")),
    ("vgg16.yaml", include_str!("../specs/vgg16.yaml")),
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
