//! Reads the cases: `meta.json`, and for each an `.npz` with `in_N`, `init_NAME` and `out_N`.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use serde_json::Value as Json;

/// Numbers of any kind, as doubles.
#[derive(Clone, Debug)]
pub struct Tensor {
    pub shape: Vec<usize>,
    pub data: Vec<f64>,
    /// Whether they were floats.
    pub float: bool,
}

impl Tensor {
    /// The numbers as integers.
    pub fn ints(&self) -> Vec<i64> {
        self.data.iter().map(|v| *v as i64).collect()
    }
}

/// One node of a case's graph.
#[derive(Debug)]
pub struct Node {
    pub op: String,
    pub inputs: Vec<String>,
    pub outputs: Vec<String>,
    pub attrs: serde_json::Map<String, Json>,
}

/// One case.
#[derive(Debug)]
pub struct Case {
    pub opset: i64,
    pub nodes: Vec<Node>,
    /// Inputs and constants by name.
    pub inputs: BTreeMap<String, Tensor>,
    /// The first output.
    pub output: (String, Tensor),
}

/// All cases by name; `Err` where one holds what no op reads.
pub fn read_all(folder: &Path) -> Vec<(String, Result<Case, String>)> {
    let text = std::fs::read_to_string(folder.join("meta.json")).expect("meta.json is there");
    let meta: serde_json::Map<String, Json> = serde_json::from_str(&text).expect("meta.json is an object");
    meta.iter().map(|(name, info)| (name.clone(), read(&folder.join(format!("{name}.npz")), info))).collect()
}

fn strings(json: &Json) -> Vec<String> {
    json.as_array().into_iter().flatten().filter_map(|v| v.as_str().map(String::from)).collect()
}

fn read(path: &Path, info: &Json) -> Result<Case, String> {
    let kinds = strings(&info["dtypes"]);
    if let Some(kind) = kinds.iter().find(|k| !matches!(k.as_str(), "float32" | "int64" | "bool" | "int32")) {
        return Err(format!("arithmetic on `{kind}`: tensors are `f32`"));
    }
    let arrays = read_npz(path);
    let mut inputs = BTreeMap::new();
    for (i, name) in strings(&info["inputs"]).into_iter().enumerate() {
        if let Some(tensor) = arrays.get(&format!("in_{i}")) {
            inputs.insert(name, tensor.clone());
        }
    }
    for (name, tensor) in &arrays {
        if let Some(name) = name.strip_prefix("init_") {
            inputs.insert(name.to_string(), tensor.clone());
        }
    }
    let output = strings(&info["outputs"]).into_iter().next().unwrap_or_default();
    let nodes = info["nodes"].as_array().into_iter().flatten().map(|node| Node {
        op: node["op"].as_str().unwrap_or_default().to_string(),
        inputs: strings(&node["inputs"]),
        outputs: strings(&node["outputs"]),
        attrs: node["attrs"].as_object().cloned().unwrap_or_default(),
    });
    Ok(Case {
        opset: info["opset"]["ai.onnx"].as_i64().unwrap_or(0),
        nodes: nodes.collect(),
        inputs,
        output: (output, arrays.get("out_0").cloned().ok_or("it has no output")?),
    })
}

fn read_npz(path: &Path) -> BTreeMap<String, Tensor> {
    let file = std::fs::File::open(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut archive = zip::ZipArchive::new(file).expect("it is an archive");
    let mut arrays = BTreeMap::new();
    for i in 0..archive.len() {
        let mut member = archive.by_index(i).expect("the member is there");
        let name = member.name().expect("the name is text").trim_end_matches(".npy").to_string();
        let mut bytes = Vec::new();
        member.read_to_end(&mut bytes).expect("the member is whole");
        arrays.insert(name, read_npy(&bytes));
    }
    arrays
}

fn read_npy(bytes: &[u8]) -> Tensor {
    let header = npyz::NpyHeader::from_reader(bytes).expect("it is an array");
    let shape = header.shape().iter().map(|s| *s as usize).collect();
    let kind = header.dtype().descr();
    let kind = kind.trim_matches(['\'', '"']).trim_start_matches(['<', '|', '=']).to_string();
    macro_rules! read {
        ($type:ty, $convert:expr) => {
            npyz::NpyFile::new(bytes)
                .expect("it is an array")
                .into_vec::<$type>()
                .expect("its elements are whole")
                .into_iter()
                .map($convert)
                .collect()
        };
    }
    let data = match kind.as_str() {
        "f4" => read!(f32, f64::from),
        "f8" => read!(f64, |v| v),
        "i8" => read!(i64, |v| v as f64),
        "i4" => read!(i32, f64::from),
        "i2" => read!(i16, f64::from),
        "i1" => read!(i8, f64::from),
        "u8" => read!(u64, |v| v as f64),
        "u1" => read!(u8, f64::from),
        "b1" => read!(bool, |v| f64::from(u8::from(v))),
        other => panic!("arrays of `{other}` are not expected"),
    };
    Tensor { shape, data, float: kind.starts_with('f') }
}
