//! `BP06xx`: weight files.

codes! {
    WEIGHTS_UNREADABLE = "BP0601": "the weights file cannot be read",
        "The file is missing, or what it says of itself contradicts itself. Nothing of it was used.",
        elsewhere "tests/weights.rs";
    WEIGHTS_FORMAT = "BP0602": "the format of the weights file is not known",
        "The format is recognised by the content, not by the name: safetensors, npz, npy, PyTorch (zip and legacy), Keras HDF5, and Darknet together with its layer list. `blockprint weights convert` turns one into another.",
        elsewhere "tests/weights.rs";
    WEIGHTS_TRUNCATED = "BP0603": "the weights file ends too early",
        "The header announces more bytes than the file has: a download or a copy was probably cut off. Fetch the file again and compare its checksum.",
        elsewhere "tests/weights.rs";
    WEIGHTS_TOO_LARGE = "BP0604": "the weights file is over a limit",
        "The header of a safetensors file may have 1 MiB, a pickle 16 MiB, and a file may not unpack to many times its own size. Such limits keep a hostile file from using up memory.",
        elsewhere "tests/weights.rs";
    WEIGHTS_CLAIM = "BP0605": "a tensor claims more elements than the file holds",
        "The shape in the header asks for far more than the file could contain, so the header is damaged or hostile. Nothing was allocated for it.",
        elsewhere "tests/weights.rs";
    WEIGHTS_UNSAFE_PICKLE = "BP0606": "the pickle in the weights file wants to call a function",
        "A PyTorch checkpoint is a Python pickle, which can call any function when Python loads it. This reader executes nothing and accepts only what builds tensors, numbers and dictionaries. Save the `state_dict` alone, or convert the file to safetensors where it can be trusted.",
        elsewhere "tests/weights.rs";
    WEIGHTS_DUPLICATE = "BP0607": "two tensors of the weights file have one name",
        "Names must be unique, in the file itself and after the rename rules: otherwise it is chance which of the two is loaded.",
        elsewhere "tests/weights.rs";
    WEIGHTS_MISMATCH = "BP0608": "the weights file does not fit the model",
        "Every parameter of the model must be in the file, with its shape, and nothing else. The report lists what is missing, unexpected or of another shape. Where names differ, write rename rules into the spec's `weights` section; `--partial` loads what fits.",
        elsewhere "tests/weights.rs";
    WEIGHTS_RULE = "BP0609": "an entry of the `weights` section is not right",
        "A rule is `{from: 'layer{a}.conv{b}.weight', to: 'l{a}.{b-1}.weight'}` with, if needed, `permute`, `reshape`, `flatten_from` or `map`. Every placeholder of `to` must occur in `from`.",
        elsewhere "tests/weights.rs";
    WEIGHTS_UNWRITABLE = "BP0610": "the weights cannot be written",
        "The folder is missing or cannot be written to, or the name ends in neither `.safetensors` nor `.npz`.",
        elsewhere "tests/weights.rs";
    CANNOT_IMPORT = "BP0611": "the model description cannot be imported",
        "`import` reads Darknet's cfg and Caffe's prototxt, told apart by their content. The message names the line that does not parse or contradicts what stands before it. What parses and a spec cannot express is listed and left out, and is no error.",
        elsewhere "tests/cli/import.rs";
}
