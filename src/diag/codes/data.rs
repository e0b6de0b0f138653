//! `BP07xx`: data sets.

codes! {
    DATA_MISSING = "BP0701": "the data set is not where the spec says",
        "The path of a data set is resolved beneath the folder of the spec; `--data PATH` names another place.",
        elsewhere "tests/data.rs";
    DATA_OUTSIDE = "BP0702": "a data path leads out of the spec's folder",
        "A spec may only name data beneath its own folder, since it may come from a stranger. Name other places on the command line: `--data PATH`.",
        elsewhere "tests/data.rs";
    DATA_UNKNOWN_LAYOUT = "BP0703": "nothing that is known as a data set lies there",
        "The folder holds none of: MNIST's IDX files, CIFAR's binary files, npy or npz arrays, `train`/`val`/`test` folders of images, one folder of images for each class. `docs/data.md` describes each layout.",
        elsewhere "tests/data.rs";
    NO_EXAMPLES = "BP0704": "a part of the data set holds no examples",
        "The folder or file is there, and nothing usable is in it. Image folders take png, jpeg, bmp, webp and pnm files.",
        elsewhere "tests/data.rs";
    NO_SUCH_PART = "BP0705": "the data set has no such part",
        "Training needs a training part. Validation and test parts are taken from one another, or from the training part by `split: {val: 0.1}`, where they are missing.",
        elsewhere "tests/data.rs";
    DATA_DAMAGED = "BP0706": "an example or a file of the data set is damaged",
        "The file could not be decoded: it is truncated, of another format than its name says, or over the size limits. Replace or remove it, or let a run leave damaged images out with `on_bad: skip`.",
        elsewhere "tests/data.rs";
    BAD_MAGIC = "BP0707": "a data file is not of the expected format",
        "The first bytes of the file, or its length, are not those of the format that its name or the spec's `kind` promises.",
        elsewhere "tests/data_damage.rs";
    COUNTS_DIFFER = "BP0708": "images and labels differ in number",
        "Each image needs its label. The two files or arrays do not belong together, or one of them is truncated.",
        elsewhere "tests/data_damage.rs";
    NO_LABEL = "BP0709": "the label of an image cannot be told",
        "With `label: folder` every image lies in its class's folder; with a pattern, the first group must match in every file's name.",
        elsewhere "tests/data.rs";
    LABEL_OUT_OF_RANGE = "BP0710": "a label is not one of the network's classes",
        "Labels count from 0. The network must have at least as many outputs as there are classes in the data.",
        elsewhere "tests/data.rs";
    SIZE_MISMATCH = "BP0711": "images are not of the size that the network takes",
        "Images are never resized silently. Add `resize`, `center_crop` or `random_crop` to `augment`, or `size` to `data`.",
        elsewhere "tests/data.rs";
    CHANNELS_MISMATCH = "BP0712": "channels do not fit the network's input",
        "Grey and colour images are converted into each other; other numbers of channels, and means or deviations for another number of channels, must fit as they are.",
        elsewhere "tests/data.rs";
    DATA_TOO_LARGE = "BP0713": "a data file is over the size limit",
        "Files that are read whole may hold 8 GiB, images 100 million pixels. The header is checked before any memory is taken.",
        elsewhere "tests/data_damage.rs";
    UNKNOWN_CLASS = "BP0714": "an image belongs to a class that is not among the known ones",
        "The classes are those of `classes`, else those of the training part. A folder of the validation or test part has another name.",
        elsewhere "tests/data.rs";
    UNKNOWN_DATA_SET = "BP0715": "no data set of this name can be fetched",
        "`data get` knows a few data sets with their checksums: `blockprint data get --help` lists them. Others are fetched by other means and named with `--data PATH`.",
        elsewhere "src/data/get/tests.rs";
    CANNOT_FETCH = "BP0716": "a file of a data set cannot be fetched",
        "No mirror answered with the whole file. Check the network, or name a folder that holds the files with `--mirror URL`. Nothing half-fetched is left behind.",
        elsewhere "src/data/get/tests.rs";
    WRONG_CHECKSUM = "BP0717": "a fetched file is not what it should be",
        "The content of the file does not have the published checksum: it was damaged on the way, or the mirror holds something else. It was thrown away.",
        elsewhere "src/data/get/tests.rs";
}
