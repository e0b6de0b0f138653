//! The edits, which the tests of typed layers take too.

/// A model without blocks, and one of residual blocks.
const PLAIN: &str = include_str!("../../src/lenet5/model.rs");
const RESIDUAL: &str = include_str!("../../src/resnet18/model.rs");

/// An edit of a model.
pub struct Edit {
    /// The name of its case.
    pub name: &'static str,
    model: &'static str,
    /// A text of the model; its first occurrence is replaced.
    old: &'static str,
    new: &'static str,
}

const fn edit(name: &'static str, model: &'static str, old: &'static str, new: &'static str) -> Edit {
    Edit { name, model, old, new }
}

/// All edits.
pub const EDITS: [Edit; 10] = [
    edit("wrong_channels", PLAIN, "conv!(6 x 14 x 14 => 16 x 10 x 10,", "conv!(8 x 14 x 14 => 16 x 10 x 10,"),
    edit("wrong_size", PLAIN, "conv!(6 x 14 x 14 => 16 x 10 x 10,", "conv!(6 x 14 x 14 => 16 x 12 x 12,"),
    edit(
        "skipped_pool",
        PLAIN,
        "        let x = max_pool!(x; 16 x 10 x 10 => 16 x 5 x 5, kernel 2 x 2, stride 2 x 2);\n",
        "",
    ),
    edit(
        "wrong_stride",
        PLAIN,
        "6 x 28 x 28 => 6 x 14 x 14, kernel 2 x 2, stride 2 x 2",
        "6 x 28 x 28 => 6 x 14 x 14, kernel 2 x 2, stride 1 x 1",
    ),
    edit("wrong_width", PLAIN, "pub f6: Dense<120, 84>", "pub f6: Dense<120, 64>"),
    edit(
        "wrong_order",
        PLAIN,
        "let x = self.f5.relu().forward(x);\n        let x = self.f6.relu().forward(x);",
        "let x = self.f6.relu().forward(x);\n        let x = self.f5.relu().forward(x);",
    ),
    // The norm of a chain, what it adds, that it adds twice, and what it says of itself.
    edit("wrong_norm", RESIDUAL, "bn: BatchNorm<512>", "bn: BatchNorm<256>"),
    edit("wrong_shortcut", RESIDUAL, ".add(main).relu()", ".add(fork(&x)).relu()"),
    edit("added_twice", RESIDUAL, ".add(main).relu()", ".relu().add(main).add(main)"),
    edit("wrong_chain", RESIDUAL, "-> chain!(256 x 14 x 14 => 512 x 7 x 7)", "-> chain!(256 x 14 x 14 => 512 x 8 x 8)"),
];

impl Edit {
    /// The model with the edit, as a program.
    pub fn text(&self) -> String {
        let Edit { name, model, old, new } = self;
        assert!(model.contains(old), "{name}: the model has `{old}`");
        format!("{}\nfn main() {{}}\n", model.replacen(old, new, 1))
    }
}
