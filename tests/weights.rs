//! Weight files: round trips, real checkpoints, and files that mean harm.

#[path = "weights/files.rs"]
mod files;

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use blockprint::diag::{Diagnostic, codes};
use blockprint::weights::{
    Archive, Format, Layout, LoadOptions, Problem, Rule, Rules, Tensor, Tensors, Wanted, WeightsError, convert,
    darknet, inspect, load, load_archive, write,
};
use files::*;
use proptest::prelude::*;

// Round trips.

#[test]
fn what_is_written_is_read_back() {
    let _alone = alone();
    let tensors = sample();
    for bytes in [as_safetensors(&tensors), as_npz(&tensors)] {
        let back = read(bytes).unwrap();
        assert_eq!(back.sorted(), tensors.sorted());
    }
}

#[test]
fn writing_is_deterministic_whatever_the_order() {
    let _alone = alone();
    let mut reversed = Tensors::new();
    for (name, tensor) in sample().sorted().into_iter().rev() {
        reversed.insert(name, tensor.clone()).unwrap();
    }
    assert_eq!(as_safetensors(&sample()), as_safetensors(&reversed));
    assert_eq!(as_npz(&sample()), as_npz(&reversed));
}

#[test]
fn other_readers_accept_what_is_written() {
    let _alone = alone();
    let tensors = sample();
    let bytes = as_safetensors(&tensors);
    let other = ::safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let weight = other.tensor("conv.weight").unwrap();
    assert_eq!(weight.shape(), [2, 3, 2, 2]);
    assert_eq!(weight.data(), le(tensors.get("conv.weight").unwrap().as_f32().unwrap()));

    let mut archive = zip::ZipArchive::new(Cursor::new(as_npz(&tensors))).unwrap();
    let array = npyz::NpyFile::new(archive.by_name("conv.weight.npy").unwrap()).unwrap();
    assert_eq!(array.shape(), [2, 3, 2, 2]);
    assert_eq!(array.into_vec::<f32>().unwrap(), tensors.get("conv.weight").unwrap().as_f32().unwrap());
}

#[test]
fn files_convert_between_formats() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    write(&path("a.safetensors"), &sample()).unwrap();
    assert_eq!(convert(&path("a.safetensors"), &path("b.npz"), None).unwrap(), 5);
    convert(&path("b.npz"), &path("c.safetensors"), None).unwrap();
    assert_eq!(std::fs::read(path("a.safetensors")).unwrap(), std::fs::read(path("c.safetensors")).unwrap());

    let error = convert(&path("b.npz"), &path("c.pt"), None).unwrap_err();
    assert_eq!(Diagnostic::from(error).code, codes::WEIGHTS_UNWRITABLE);
}

#[test]
fn the_content_tells_the_format() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("weights.pt");
    std::fs::write(&path, as_npz(&sample())).unwrap();
    let listing = inspect(&path, None).unwrap();
    assert_eq!((listing.format, listing.values), (Format::Npz, 30));
    let row = listing.tensors.iter().find(|r| r.name == "conv.bias").unwrap();
    assert_eq!((row.min, row.max, row.mean), (Some(-1.0), Some(-0.5), Some(-0.75)));
    assert!(listing.to_string().ends_with("npz: 5 tensors, 30 values"), "{listing}");
}

#[test]
fn arrays_in_fortran_order_and_packed_are_read() {
    let _alone = alone();
    let header = "{'descr': '>f4', 'fortran_order': True, 'shape': (2, 3), }";
    let data: Vec<u8> = [0f32, 3., 1., 4., 2., 5.].iter().flat_map(|v| v.to_be_bytes()).collect();
    for bytes in [npy(header, &data), zipped(&[("memory.npy", &npy(header, &data))], true)] {
        let tensors = read(bytes).unwrap();
        assert_eq!(tensors.get("memory").unwrap(), &Tensor::f32(vec![2, 3], vec![0., 1., 2., 3., 4., 5.]).unwrap());
    }
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

#[test]
fn keras_files_of_both_generations_are_read() {
    let _alone = alone();
    let kernel = Tensor::f32(vec![3, 3, 2, 3], (0..54).map(|i| i as f32).collect()).unwrap();
    let dense = Tensor::f32(vec![3, 4], (0..12).map(|i| i as f32).collect()).unwrap();
    // A whole model: its optimizer is left out; the dense kernel is packed, in doubles.
    let model = Archive::open(&fixture("keras_model.h5")).unwrap().read_all().unwrap();
    let mut names: Vec<_> = model.iter().map(|(n, _)| n).collect();
    names.sort_unstable();
    assert_eq!(names, ["conv1/conv1/bias:0", "conv1/conv1/kernel:0", "dense/dense/bias:0", "dense/dense/kernel:0"]);
    assert_eq!(model.get("conv1/conv1/kernel:0").unwrap(), &kernel);
    assert_eq!(model.get("dense/dense/kernel:0").unwrap(), &dense);

    let weights = Archive::open(&fixture("keras.weights.h5")).unwrap().read_all().unwrap();
    assert_eq!(weights.get("layers/conv2d/vars/0").unwrap(), &kernel);
    assert_eq!(weights.get("layers/dense/vars/0").unwrap(), &dense);
}

#[test]
fn darknet_files_are_cut_by_the_layer_list() {
    let _alone = alone();
    let mut sections = darknet::Layer::Conv { out: 2, inputs: 3, kernel: 1 }.sections("c", Some("n"));
    sections.extend(darknet::Layer::Connected { out: 1, inputs: 2 }.sections("d", None));
    let names: Vec<_> = sections.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["n.bias", "n.weight", "n.running_mean", "n.running_var", "c.weight", "d.bias", "d.weight"]);
    let floats: Vec<f32> = (0..17).map(|i| i as f32).collect();
    let file = |header: &[u8], n: usize| [header, &le(&floats[..n])].concat();
    let wide = [&[0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0][..], &[0; 8]].concat();
    let narrow = [&[0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0][..], &[0; 4]].concat();
    let open = |bytes| Archive::from_bytes("memory", bytes, Some(&sections));
    for header in [&wide, &narrow] {
        let tensors = open(file(header, 17)).unwrap().read_all().unwrap();
        assert_eq!(tensors.get("c.weight").unwrap().as_f32().unwrap(), [8., 9., 10., 11., 12., 13.]);
        assert_eq!(tensors.get("d.weight").unwrap().as_f32().unwrap(), [15., 16.]);
    }
    assert!(matches!(open(file(&wide, 16)).err().unwrap().problem, Problem::Truncated { .. }));
    let longer = [file(&wide, 17), vec![0; 8]].concat();
    assert!(open(longer).err().unwrap().to_string().contains("2 values are left over"));
    let error = Archive::from_bytes("memory", file(&wide, 17), None).err().unwrap();
    assert!(error.to_string().contains("layer list"), "{error}");
}

// PyTorch files.

#[test]
fn checkpoints_of_both_kinds_are_read() {
    let _alone = alone();
    let pickle = checkpoint(&[
        ("dense", tensor("0", "FloatStorage", 0, &[2, 3], &[3, 1])),
        ("transposed", tensor("0", "FloatStorage", 0, &[3, 2], &[1, 3])),
        ("offset", tensor("0", "FloatStorage", 4, &[2], &[1])),
    ]);
    let storage = le(&[0., 1., 2., 3., 4., 5.]);
    for bytes in [torch_zip(&pickle, &storage), torch_legacy(&pickle, &storage)] {
        let tensors = read(bytes).unwrap();
        assert_eq!(tensors.get("dense").unwrap().as_f32().unwrap(), [0., 1., 2., 3., 4., 5.]);
        assert_eq!(tensors.get("transposed").unwrap().as_f32().unwrap(), [0., 3., 1., 4., 2., 5.]);
        assert_eq!(tensors.get("offset").unwrap().as_f32().unwrap(), [4., 5.]);
    }
}

#[test]
fn a_nested_state_dict_is_found() {
    let _alone = alone();
    let inner = checkpoint(&[("w", tensor("0", "FloatStorage", 0, &[2], &[1]))]);
    let inner = &inner[2..inner.len() - 1];
    let pickle = [b"\x80\x02}(", &text("epoch")[..], b"K\x03", &text("state_dict"), inner, b"u."].concat();
    let tensors = read(torch_zip(&pickle, &le(&[1., 2.]))).unwrap();
    assert_eq!(tensors.iter().map(|(n, _)| n).collect::<Vec<_>>(), ["w"]);
}

#[test]
fn a_pickle_that_calls_a_function_is_refused_by_its_name() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let witness = folder.path().join("executed");
    let command = format!("touch {}", witness.display());
    let by_global = [b"\x80\x02cposix\nsystem\n", &text(&command)[..], b"\x85R."].concat();
    let by_stack = [b"\x80\x04", &text("os")[..], &text("system"), b"\x93", &text(&command), b"\x85R."].concat();
    let protocol_0 = format!("cos\nsystem\n(S'{command}'\ntR.").into_bytes();
    let inst = format!("(S'{command}'\nios\nsystem\n.").into_bytes();
    let in_dict = [b"\x80\x02}(", &text("w")[..], b"c__builtin__\neval\n", &text("1"), b"\x85Ru."].concat();
    for (pickle, name) in [
        (&by_global, "posix.system"),
        (&by_stack, "os.system"),
        (&protocol_0, "os.system"),
        (&inst, "os.system"),
        (&in_dict, "__builtin__.eval"),
    ] {
        for bytes in [torch_zip(pickle, &[]), torch_legacy(pickle, &[]), pickle.clone()] {
            if pickle == &inst && bytes == inst {
                continue; // Begins like no format at all, and is refused as such.
            }
            match refusal(bytes) {
                Problem::UnsafePickle { call } => assert_eq!(call, name),
                other => panic!("{name}: {other}"),
            }
        }
    }
    assert!(!witness.exists());
}

#[test]
fn views_outside_their_storage_are_refused() {
    let _alone = alone();
    let storage = le(&[0.; 6]);
    for (offset, shape, strides) in
        [(0, &[7u8][..], &[1u8][..]), (5, &[2], &[1]), (7, &[1], &[1]), (0, &[2, 2], &[4, 3]), (0, &[255], &[0])]
    {
        let pickle = checkpoint(&[("w", tensor("0", "FloatStorage", offset, shape, strides))]);
        for bytes in [torch_zip(&pickle, &storage), torch_legacy(&pickle, &storage)] {
            refusal(bytes);
        }
    }
    let pickle = checkpoint(&[("w", tensor("1", "FloatStorage", 0, &[1], &[1]))]);
    assert!(refusal(torch_zip(&pickle, &storage)).to_string().contains("is missing"));
}

// Files that mean harm.

#[test]
fn a_header_that_claims_too_much_is_refused() {
    let _alone = alone();
    let exa = 10u64.pow(18);
    let claim = format!(r#"{{"w":{{"dtype":"F32","shape":[{exa}],"data_offsets":[0,{}]}}}}"#, exa * 4);
    match refusal(with_header(&claim, &[0; 16])) {
        Problem::Claim { name, claimed, holds } => {
            assert_eq!((name.as_str(), claimed, holds), ("w", exa.to_string(), 4))
        }
        other => panic!("{other}"),
    }
    let product = r#"{"w":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,16]}}"#;
    assert!(matches!(refusal(with_header(product, &[0; 16])), Problem::Claim { .. }));

    let array = npy(&format!("{{'descr': '<f4', 'fortran_order': False, 'shape': ({exa},), }}"), &[0; 16]);
    assert!(matches!(refusal(array.clone()), Problem::Claim { .. }));
    assert!(matches!(refusal(zipped(&[("w.npy", &array)], true)), Problem::Claim { .. }));
}

#[test]
fn truncated_files_are_refused_at_every_length() {
    let _alone = alone();
    let whole = as_safetensors(&sample());
    for length in 0..whole.len() {
        let problem = refusal(whole[..length].to_vec());
        if length >= 9 {
            assert!(matches!(problem, Problem::Truncated { .. }), "{length}: {problem}");
        }
    }
    for whole in [as_npz(&sample()), torch_legacy(&checkpoint(&[]), &le(&[1., 2.]))] {
        for length in 0..whole.len() {
            refusal(whole[..length].to_vec());
        }
    }
}

#[test]
fn bad_safetensors_headers_are_refused() {
    let _alone = alone();
    let one = r#""a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#;
    let twice = format!("{{{one},{one}}}");
    assert!(matches!(refusal(with_header(&twice, &[0; 4])), Problem::Duplicate { .. }));
    let overlap = format!(r#"{{{one},"b":{{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}}}"#);
    assert!(refusal(with_header(&overlap, &[0; 4])).to_string().contains("overlaps"));
    let hole = format!(r#"{{{one},"b":{{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}}}"#);
    assert!(refusal(with_header(&hole, &[0; 12])).to_string().contains("hole"));
    assert!(refusal(with_header(&format!("{{{one}}}"), &[0; 9])).to_string().contains("belong to no tensor"));
    let size = r#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}"#;
    assert!(refusal(with_header(size, &[0; 8])).to_string().contains("needs 4 bytes"));
    let backwards = r#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#;
    assert!(matches!(refusal(with_header(backwards, &[0; 4])), Problem::Malformed(_)));
    let mut long = (1u64 << 21).to_le_bytes().to_vec();
    long.extend(b"{");
    long.resize(3 << 20, b' ');
    assert!(matches!(refusal(long), Problem::HeaderTooLarge { .. }));
    let deep = format!("{{\"a\":{}", "[".repeat(100_000));
    assert!(matches!(refusal(with_header(&deep, &[])), Problem::Malformed(_)));
}

#[test]
fn zip_bombs_are_refused() {
    let _alone = alone();
    // A gigabyte of zeros, consistent in itself: the whole is refused for its size.
    let header = npy("{'descr': '<f4', 'fortran_order': False, 'shape': (16777216,), }", &vec![0; 64 << 20]);
    let bytes = zipped(&[("a.npy", &header), ("b.npy", &header)], true);
    drop(header);
    assert!(bytes.len() < 1 << 20);
    assert!(matches!(refusal(bytes), Problem::Unpacks { .. }));
    // More bytes than the array's shape accounts for.
    let longer = npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", &[0; 4096]);
    assert!(refusal(zipped(&[("a.npy", &longer)], true)).to_string().contains("needs 4 bytes"));
}

#[test]
fn nothing_known_is_refused_as_such() {
    let _alone = alone();
    for bytes in [&b""[..], b"hello", b"\x89PNG\r\n\x1a\n0123456789"] {
        assert!(matches!(refusal(bytes.to_vec()), Problem::UnknownFormat), "{bytes:?}");
    }
    let folder = tempfile::tempdir().unwrap();
    let missing = inspect(&folder.path().join("none"), None).unwrap_err();
    assert_eq!(Diagnostic::from(missing).code, codes::WEIGHTS_UNREADABLE);
    assert!(matches!(inspect(folder.path(), None).unwrap_err().problem, Problem::NotAFile));
}

fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let tensors = sample();
    let pickle = checkpoint(&[
        ("a", tensor("0", "FloatStorage", 0, &[2, 3], &[3, 1])),
        ("b", tensor("0", "FloatStorage", 1, &[2, 2], &[1, 2])),
    ]);
    let storage = le(&[0., 1., 2., 3., 4., 5.]);
    let array = npy("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }", &storage);
    let files = vec![
        as_safetensors(&tensors),
        as_npz(&tensors),
        zipped(&[("a.npy", &array), ("b.npy", &array)], true),
        array,
        torch_zip(&pickle, &storage),
        torch_legacy(&pickle, &storage),
        std::fs::read(fixture("keras_model.h5")).unwrap(),
        std::fs::read(fixture("keras.weights.h5")).unwrap(),
    ];
    let edits = prop::collection::vec((any::<prop::sample::Index>(), 0u8..5, any::<u8>()), 1..6);
    (prop::sample::select(files), edits).prop_map(|(mut file, edits)| {
        for (place, kind, byte) in edits {
            let at = place.index(file.len().max(1));
            match kind {
                0 if at < file.len() => file[at] = byte,
                1 if at < file.len() => file[at] ^= 1 << (byte % 8),
                2 => file.truncate(at),
                3 => file.insert(at.min(file.len()), byte),
                _ => {
                    let end = (at + 8).min(file.len());
                    file[at.min(end)..end].fill(0xff);
                }
            }
        }
        file
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_neither_panic_nor_use_up_memory(bytes in mutated()) {
        let _alone = alone();
        let size = bytes.len();
        let (result, memory) = peak(|| read(bytes));
        prop_assert!(memory < size + (64 << 20), "{memory} bytes for a file of {size}");
        if let Err(error) = result {
            prop_assert!(!Diagnostic::from(error).message.is_empty());
        }
    }
}

// Fitting a model.

fn load_bytes(bytes: Vec<u8>, model: &[Wanted], rules: &Rules, options: &LoadOptions) -> Result<Tensors, WeightsError> {
    let mut archive = Archive::from_bytes("memory", bytes, options.darknet.as_deref())?;
    load_archive(&mut archive, model, rules, options).map(|l| l.tensors)
}

#[test]
fn a_full_match_loads_and_anything_else_does_not() {
    let _alone = alone();
    let mut file = Tensors::new();
    file.insert("module.conv/kernel", Tensor::f32(vec![1, 1, 2, 3], (0..6).map(|i| i as f32).collect()).unwrap())
        .unwrap();
    file.insert("module.bn.num_batches_tracked", Tensor::i64(vec![], vec![9]).unwrap()).unwrap();
    let bytes = as_safetensors(&file);
    let model = wanted(&[("conv.weight", &[3, 2, 1, 1])]);
    let hwio = Layout { permute: Some(vec![3, 2, 0, 1]), ..Layout::default() };
    let rules = Rules::new(vec![Rule::new("module.{l}/kernel", "{l}.weight").unwrap().with_layout(hwio)]);
    let tensors = load_bytes(bytes.clone(), &model, &rules, &LoadOptions::default()).unwrap();
    assert_eq!(tensors.get("conv.weight").unwrap().as_f32().unwrap(), [0., 3., 1., 4., 2., 5.]);

    let error = load_bytes(bytes.clone(), &model, &Rules::default(), &LoadOptions::default()).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("0 matched, 1 missing, 1 unexpected, 0 of another shape"), "{text}");
    assert!(
        text.contains("- {from: 'module.conv/kernel', to: 'conv.weight', permute: [3, 2, 0, 1]}  fits 1"),
        "{text}"
    );
    let diagnostic = Diagnostic::from(error);
    assert_eq!(diagnostic.code, codes::WEIGHTS_MISMATCH);
    assert!(diagnostic.help.unwrap().contains("`rename`"));
    let partial = LoadOptions { partial: true, ..LoadOptions::default() };
    load_bytes(bytes, &model, &Rules::default(), &partial).expect_err("nothing fits");
}

#[test]
fn partial_and_except_leave_parameters_alone() {
    let _alone = alone();
    let bytes = as_safetensors(&sample());
    let model = wanted(&[("conv.weight", &[2, 3, 2, 2]), ("conv.bias", &[9]), ("logits.bias", &[4])]);
    let partial = LoadOptions { partial: true, ..LoadOptions::default() };
    let tensors = load_bytes(bytes.clone(), &model, &Rules::default(), &partial).unwrap();
    assert_eq!(tensors.iter().map(|(n, _)| n).collect::<Vec<_>>(), ["conv.weight"]);

    let mut rules = Rules::default();
    for pattern in ["a.*", "steps", "empty"] {
        rules.ignore(pattern).unwrap();
    }
    let except = LoadOptions { except: vec!["conv.bias".into(), "logits.*".into()], ..LoadOptions::default() };
    assert_eq!(load_bytes(bytes, &model, &rules, &except).unwrap().len(), 1);
}

#[test]
fn two_names_that_become_one_are_refused() {
    let _alone = alone();
    let rules = Rules::new(vec![Rule::new("conv.*", "one").unwrap()]);
    let error = load_bytes(as_safetensors(&sample()), &[], &rules, &LoadOptions::default()).unwrap_err();
    assert!(error.to_string().contains("two tensors named `one` after the rename rules"), "{error}");
}

#[test]
fn reports_are_json_too() {
    let _alone = alone();
    let model = wanted(&[("conv.weight", &[1])]);
    let error = load_bytes(as_safetensors(&sample()), &model, &Rules::default(), &LoadOptions::default()).unwrap_err();
    let Problem::Mismatch(report) = error.problem else { panic!("{error}") };
    let json = serde_json::to_value(&*report).unwrap();
    assert_eq!(json["wrong_shape"][0]["found"], serde_json::json!([2, 3, 2, 2]));
    assert_eq!(json["unexpected"].as_array().unwrap().len(), 4);
    assert_eq!(json["format"], "safetensors");
}

// Real checkpoints.

/// A file of the data folder; `None`, said aloud, where there is none.
fn data(path: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("BLOCKPRINT_DATA") else {
        eprintln!("skipped: BLOCKPRINT_DATA is not set");
        return None;
    };
    Some(PathBuf::from(folder).join("pretrained").join(path))
}

#[test]
fn real_checkpoints_have_exactly_their_parameters() {
    let _alone = alone();
    let Some(path) = data("squeezenet_v1_0.npz") else { return };
    let listing = inspect(&path, None).unwrap();
    assert_eq!((listing.format, listing.values), (Format::Npz, 1_248_424));

    let listing = inspect(&data("resnet20-12fca82f.th").unwrap(), None).unwrap();
    assert_eq!(listing.format, Format::Torch);
    let parameters = listing.tensors.iter().filter(|r| r.name.ends_with(".weight") || r.name.ends_with(".bias"));
    assert_eq!(parameters.map(|r| r.shape.iter().product::<usize>()).sum::<usize>(), 269_722);
    assert!(listing.tensors.iter().all(|r| r.name.starts_with("module.") && r.not_finite == 0));

    let listing = inspect(&data("mobilefacenet/weights.safetensors").unwrap(), None).unwrap();
    let size = std::fs::metadata(data("mobilefacenet/weights.safetensors").unwrap()).unwrap().len();
    assert_eq!(listing.format, Format::Safetensors);
    assert!(listing.values * 4 < size && size - listing.values * 4 < 1 << 16, "all but the header is numbers");
    assert!(listing.tensors.iter().all(|r| r.not_finite == 0));
}

/// The sections of a cfg whose layers are convolutions, pools, shortcuts and routes.
fn darknet_sections(cfg: &str) -> Vec<darknet::Section> {
    let mut channels: Vec<usize> = Vec::new();
    let mut sections = Vec::new();
    for (i, part) in cfg.split("\n[").skip(1).enumerate() {
        let (kind, body) = part.split_once(']').unwrap();
        let key = |k: &str| {
            let line = body.lines().find(|l| l.split('=').next().unwrap().trim() == k)?;
            Some(line.split_once('=').unwrap().1.trim().to_owned())
        };
        let number = |k: &str, default: usize| key(k).map_or(default, |v| v.parse().unwrap());
        let before = channels.last().copied().unwrap_or(3);
        channels.push(match kind {
            "convolutional" => {
                let (out, groups) = (number("filters", 1), number("groups", 1));
                let layer = darknet::Layer::Conv { out, inputs: before / groups, kernel: number("size", 1) };
                let bn = format!("bn{i}");
                let bn = (number("batch_normalize", 0) == 1).then_some(bn.as_str());
                sections.extend(layer.sections(&format!("conv{i}"), bn));
                out
            }
            "route" => key("layers")
                .unwrap()
                .split(',')
                .map(|l| {
                    let l: isize = l.trim().parse().unwrap();
                    channels[if l < 0 { i.checked_add_signed(l).unwrap() } else { l as usize }]
                })
                .sum(),
            _ => before,
        });
    }
    sections
}

#[test]
fn a_darknet_file_is_read_to_its_last_value() {
    let _alone = alone();
    let Some(path) = data("yolo_fastest_1_1/yolo-fastest-1.1.weights") else { return };
    let cfg = std::fs::read_to_string(data("yolo_fastest_1_1/yolo-fastest-1.1.cfg").unwrap()).unwrap();
    let sections = darknet_sections(&cfg.replace("\r\n", "\n"));
    let listing = inspect(&path, Some(&sections)).unwrap();
    assert_eq!((listing.format, listing.values), (Format::Darknet, 346_062));
    let variances = listing.tensors.iter().filter(|r| r.name.ends_with("running_var"));
    assert!(variances.clone().count() > 10);
    // A slip of one value would put weights of either sign where the variances belong.
    assert!(variances.flat_map(|r| r.min).all(|min| min >= 0.0));
}

#[test]
fn another_models_weights_are_refused() {
    let _alone = alone();
    let Some(path) = data("squeezenet_v1_0.npz") else { return };
    let resnet = inspect(&data("resnet20-12fca82f.th").unwrap(), None).unwrap();
    let model: Vec<Wanted> = resnet.tensors.into_iter().map(|r| Wanted { name: r.name, shape: r.shape }).collect();
    let start = Instant::now();
    let error = load(&path, &model, &Rules::default(), &LoadOptions::default()).unwrap_err();
    let text = error.to_string();
    assert!(start.elapsed() < Duration::from_secs(1));
    assert!(text.contains("0 matched") && text.contains("module.conv1.weight"), "{text}");
    assert!(text.lines().count() < 80, "{text}");

    let bare: Vec<Wanted> = model
        .iter()
        .map(|w| Wanted { name: w.name.trim_start_matches("module.").into(), shape: w.shape.clone() })
        .collect();
    let path = data("resnet20-12fca82f.th").unwrap();
    let error = load(&path, &bare, &Rules::default(), &LoadOptions::default()).unwrap_err();
    assert!(error.to_string().contains("{from: 'module.*', to: '*'}"), "{error}");
    let rules = Rules::new(vec![Rule::new("module.*", "*").unwrap()]);
    let loaded = load(&path, &bare, &rules, &LoadOptions::default()).unwrap();
    assert!(loaded.report.is_full_match());
    assert_eq!(loaded.tensors.len(), bare.len());
}
