//! `BP05xx`: limits that keep a stranger's spec harmless, and paths.

codes! {
    FILE_TOO_LARGE = "BP0501": "the file is over the size limit",
        "A spec is a short text. The limit (1 MiB) keeps a hostile or mistaken file from using up memory; `--max-file-size` raises it.",
        elsewhere "tests/limits.rs";
}
