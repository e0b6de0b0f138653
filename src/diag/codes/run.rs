//! `BP08xx`: running, and writing results.

codes! {
    DIVERGED = "BP0801": "training diverged",
        "The loss or a gradient became infinite or NaN. The message names the node or parameter and the batch. A smaller learning rate, a warmup or `clip_norm` usually helps. The last checkpoint before it is kept.",
        elsewhere "tests/cli/train.rs";
    CANNOT_WRITE = "BP0802": "a result cannot be written",
        "Results are written to a temporary file, flushed and renamed, so nothing is left half-written. Check the folder's permissions and the free space.",
        elsewhere "tests/cli/train.rs";
    RUN_EXISTS = "BP0803": "the run directory exists already",
        "A run never overwrites another. Name a new folder with `--out`, or pass `--force` to replace the old results.",
        elsewhere "tests/cli/train.rs";
    RUN_LOCKED = "BP0804": "another process writes this run directory",
        "A run directory is locked while a run writes it. Wait for the other run to end, or name another folder with `--out`.",
        elsewhere "tests/cli/train.rs";
    NO_SECTION = "BP0805": "the spec lacks a section that this command needs",
        "`train` needs `loss`, `data` and `train`; `eval` needs `loss` or `metrics`, and `data`. `check` and `show` need none of them.",
        elsewhere "tests/cli/train.rs";
    TOO_MUCH_MEMORY = "BP0806": "the plan needs more memory than is allowed",
        "Memory is planned before anything is allocated. Use a smaller batch, or raise the limit with `--max-memory`.",
        elsewhere "tests/cli/train.rs";
    UNBOUND_SYMBOL = "BP0807": "a symbol of the inputs has no value",
        "The batch size binds the first axis, and the data the others. For raw tensors the file's shape gives all of them.",
        elsewhere "tests/cli/bench.rs";
    INPUT_UNFED = "BP0808": "an input of the network gets no data",
        "A data set gives one tensor and one label for each example, and `sampler: pairs()` or `triplets()` of `data` two or three tensors. They go to the network's inputs of floats in order, and the label to the one that is left. Networks with other inputs can be checked and shown, but not trained from such a data set.",
        elsewhere "tests/cli/train.rs";
    BAD_TENSOR = "BP0809": "a tensor does not fit the input",
        "`predict --input` takes an `.npy` array of 32-bit floats of the input's own shape, with no preprocessing.",
        elsewhere "tests/cli/predict.rs";
    UNKNOWN_NODE_ARGUMENT = "BP0810": "the command names a node that does not exist",
        "Nodes are named by their path, as `blockprint show` prints it.",
        elsewhere "tests/cli/predict.rs";
    CANNOT_PLAN = "BP0811": "the network cannot be planned as asked",
        "Training needs a loss that depends on something that is trained. Check that the losses name nodes behind the layers, and that not everything is frozen.",
        elsewhere "tests/cli/train.rs";
    BAD_IMAGE = "BP0812": "an image cannot be used",
        "The file is missing, is no image of a known format, or does not have the size that the network takes. A `resize` or `center_crop` among the augmentations of the spec applies to prediction too.",
        elsewhere "tests/cli/predict.rs";
    NO_SCORES = "BP0813": "the network has no scores to rank",
        "`predict` with images needs an output of the form `[N, classes]`. For other outputs use `--input` and `--output` with raw tensors.",
        elsewhere "tests/cli/predict.rs";
    NO_CHECKPOINT = "BP0814": "the run has no checkpoint to go on from",
        "`--resume` takes a run directory with the file `checkpoint.safetensors`, which every run writes from its first step on. Name the run's folder, or train anew.",
        elsewhere "tests/cli/resume.rs";
    OTHER_RUN = "BP0815": "the run was begun with another spec or other data",
        "A run goes on only with what it was begun with: the same network, the same settings of training and the same examples. Otherwise its results would belong to neither. The number of epochs, of threads, and how often checkpoints are written may differ. The run directory holds the spec as `spec.yaml`.",
        elsewhere "tests/cli/resume.rs";
    BAD_CHECKPOINT = "BP0816": "the checkpoint cannot be used",
        "The file is no checkpoint of this program, was made by a later version of it, or does not fit the rest of its run directory. Checkpoints are replaced whole, so a crash does not damage them.",
        elsewhere "tests/cli/resume.rs";
    NOT_REPEATED = "BP0817": "an interrupted run ends differently from one that was not",
        "`resume --verify` found files that differ. This is a defect of Blockprint: please report it with the spec.",
        elsewhere "src/run/verify.rs";
    NO_RUN = "BP0818": "there is no run whose numbers could be shown",
        "`--compare` takes the folder of a run, which holds `metrics.jsonl` with a line for each epoch.",
        elsewhere "tests/cli/report.rs";
    OVER_BUDGET = "BP0819": "the plan cannot be brought within the budget of memory",
        "With `--memory-budget`, training computes values again in the backward pass instead of keeping them, as many as it takes to stay within the budget. Parameters, their gradients, the values between segments and the largest segment remain. The message names the least that can be reached; a smaller batch takes less.",
        elsewhere "tests/cli/bench.rs";
    NO_HEADS = "BP0830": "the network has no detection head",
        "`detect` reads the nodes that a `yolo_v2` or `yolo_v3` loss of the spec reads: the loss says how many classes and which anchors a head has. Add the loss, which needs an input `boxes: f32[N, M, 5]`.",
        elsewhere "tests/cli/detect.rs";
    NO_BOXES = "BP0831": "the data have no boxes, or too few",
        "Anchors are found from the boxes of a data set of the kind `coco`, `voc`, `darknet` or `shapes`, and need at least as many boxes as anchors.",
        elsewhere "tests/cli/detect.rs";
    TOO_MANY_BOXES = "BP0832": "a picture has more boxes than the network takes",
        "An input `boxes: f32[N, M, 5]` takes up to M boxes of each picture; shorter lists are filled up. Declare it with a greater M.",
        elsewhere "tests/cli/detect.rs";
    NOT_A_STYLE = "BP0850": "the spec does not describe style transfer",
        "`stylize` paints the input `image` so that losses are small, which compare it with the inputs `content` and `style`; each is `f32[1, 3, height, width]`. `docs/style.md` shows such a spec, and `blockprint zoo style_squeezenet` prints one.",
        elsewhere "tests/cli/stylize.rs";
    NO_JUDGE = "BP0851": "the network that judges a picture has no weights",
        "Style transfer needs a network that was trained on photos. Name its weights with `--weights`, or in the spec: `weights: {from: file.safetensors}`. Where the spec holds a network in one tower, the file may be that network's own.",
        elsewhere "tests/cli/stylize.rs";
    BAD_SWEEP = "BP0852": "the settings of a sweep cannot be combined",
        "A sweep takes a list of values for each `--set`: `--set train.optim.lr=0.1,0.01`. With `--random` a value may also be drawn from a range: `log(1e-4, 1e-1)`, `uniform(0, 0.5)`, `int(8, 64)`.",
        elsewhere "src/run/sweep.rs";
    NOT_CACHED = "BP0853": "the outputs of frozen layers cannot be kept",
        "`--cache-features` computes what frozen layers make of each example once. That needs a phase in which one node and everything before it is frozen, batch norms among it, and examples that are the same in every epoch: no random augmentation and no `sampler`. The message says what is missing.",
        elsewhere "tests/cli/cached.rs";
}
