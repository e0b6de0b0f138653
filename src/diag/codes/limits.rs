//! `BP05xx`: limits that keep a stranger's spec harmless, and paths.

codes! {
    FILE_TOO_LARGE = "BP0501": "the file is over the size limit",
        "A spec is a short text. The limit (1 MiB) keeps a hostile or mistaken file from using up memory; `--max-file-size` raises it.",
        elsewhere "tests/limits.rs";
    TOO_MANY_NODES = "BP0502": "the network has too many nodes",
        "Loops and blocks multiply. The limit (50,000 nodes after expansion) keeps a slip of the hand from using up memory; `--max-nodes` raises it.";
    EXPANSION_DEPTH = "BP0503": "blocks, branches or expressions are nested too deep",
        "The limit is 64 levels; real networks need fewer than ten. `--max-depth` raises it.";
    INCLUDE_DEPTH = "BP0504": "files include each other too deep",
        "A chain of `extends` and `use` may be 16 files long; `--max-includes` raises it.",
        elsewhere "src/expand/include.rs";
    INCLUDE_CYCLE = "BP0505": "files include each other in a circle",
        "A file cannot extend or use itself, even by way of others.",
        elsewhere "src/expand/include.rs";
    PATH_OUTSIDE = "BP0506": "a path leads out of the spec's folder",
        "A spec may come from a stranger, so it can only name files beneath its own folder, symbolic links resolved. `--allow-outside` lifts this.";
    FILE_UNREADABLE = "BP0507": "a file cannot be read",
        "The file is missing, is no regular file, is no UTF-8 text, or may not be read. Paths are relative to the file that names them.";
    NAME_TOO_LONG = "BP0508": "a node's path is too long",
        "Paths of nodes, which are also the names of weights, have at most 256 bytes.";
    TOO_MUCH_WORK = "BP0509": "the spec takes too much work to expand",
        "Loops whose bodies make no node, or arithmetic on long lists in loops, could keep the expansion busy for hours. `--max-nodes` raises the limit in proportion.";
}
