//! Fitting a weights file to a model.

use std::collections::HashMap;
use std::path::Path;

use super::archive::Archive;
use super::darknet::Section;
use super::error::{Problem, WeightsError};
use super::rename::{Layout, RuleError, Rules, matcher};
use super::report::{Mismatch, Named, Report, propose};
use super::tensor::{Tensor, Tensors, Values};

/// A parameter or buffer of the model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Its name.
    pub name: String,
    /// Its shape.
    pub shape: Vec<usize>,
}

/// How strict a load is.
#[derive(Clone, Debug, Default)]
pub struct LoadOptions {
    /// Take what fits; something must.
    pub partial: bool,
    /// Patterns of parameters that keep their initial values, such as `logits.*` of another
    /// number of classes. The file may hold them or not.
    pub except: Vec<String>,
    /// Pass over what the file has and the model does not want.
    pub surplus: bool,
    /// The layer list of a Darknet file.
    pub darknet: Option<Vec<Section>>,
}

/// What was loaded.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// Float tensors by the model's names, in the order of `wanted`.
    pub tensors: Tensors,
    /// What fitted and what did not.
    pub report: Report,
}

/// Loads a file into a model: renames, compares names and shapes, and reads the numbers only
/// when everything fits, or what fits where the load is partial.
///
/// # Errors
/// [`Problem::Mismatch`] with the report; all others that [`Problem`] lists.
pub fn load(path: &Path, wanted: &[Wanted], rules: &Rules, options: &LoadOptions) -> Result<Loaded, WeightsError> {
    let mut archive = Archive::open_with(path, options.darknet.as_deref())?;
    load_archive(&mut archive, wanted, rules, options)
}

/// Loads from a file that is open already.
///
/// # Errors
/// See [`load`].
pub fn load_archive(
    archive: &mut Archive,
    wanted: &[Wanted],
    rules: &Rules,
    options: &LoadOptions,
) -> Result<Loaded, WeightsError> {
    let path = archive.path().to_path_buf();
    let (plan, report) = compare(archive, wanted, rules, options).map_err(|p| p.at(&path))?;
    let enough = options.partial && !report.matched.is_empty();
    if !report.is_full_match() && !enough {
        return Err(Problem::Mismatch(Box::new(report)).at(&path));
    }
    let mut tensors = Tensors::new();
    for (name, source) in plan {
        let mut tensor = archive.read(source.index)?;
        if let Some(layout) = &source.layout {
            tensor = layout.apply(tensor).map_err(|e| Problem::Unsupported(e.0).at(&path))?;
        }
        let shape = tensor.shape.clone();
        let tensor = Tensor { shape, values: Values::F32(tensor.into_f32()) };
        tensors.insert(name, tensor).map_err(|p| p.at(&path))?;
    }
    Ok(Loaded { tensors, report })
}

/// A tensor of the file under its new name.
struct Candidate {
    index: usize,
    layout: Option<Layout>,
    shape: Result<Vec<usize>, RuleError>,
    used: bool,
}

/// What to read, by the model's names, and the report.
fn compare(
    archive: &Archive,
    wanted: &[Wanted],
    rules: &Rules,
    options: &LoadOptions,
) -> Result<(Vec<(String, Candidate)>, Report), Problem> {
    let excepted = matcher(&options.except).map_err(|e| Problem::Unsupported(e.0))?;
    let mut report = Report::new(archive);
    let mut candidates = renamed(archive, rules, &mut report)?;
    let mut plan = Vec::new();
    for Wanted { name, shape } in wanted {
        if excepted(name) {
            report.excepted.push(name.clone());
            continue;
        }
        let Some(candidate) = candidates.get_mut(name).filter(|c| !c.used) else {
            report.missing.push(Named { name: name.clone(), shape: shape.clone(), nearest: None });
            continue;
        };
        candidate.used = true;
        let entry = &archive.entries()[candidate.index];
        match &candidate.shape {
            Ok(found) if found == shape => {
                report.matched.push(name.clone());
                let (index, layout, shape) = (candidate.index, candidate.layout.clone(), candidate.shape.clone());
                plan.push((name.clone(), Candidate { index, layout, shape, used: true }));
            }
            other => report.wrong_shape.push(Mismatch {
                name: name.clone(),
                file_name: entry.name.clone(),
                wanted: shape.clone(),
                found: other.as_ref().unwrap_or(&entry.shape).clone(),
                layout: other.as_ref().err().map(|e| e.0.clone()),
            }),
        }
    }
    let is_left = |(name, c): &(&String, &Candidate)| !options.surplus && !c.used && !excepted(name);
    let mut left: Vec<_> = candidates.iter().filter(is_left).collect();
    left.sort_by_key(|(_, c)| c.index);
    report.unexpected = left
        .into_iter()
        .map(|(_, c)| &archive.entries()[c.index])
        .map(|e| Named { name: e.name.clone(), shape: e.shape.clone(), nearest: None })
        .collect();
    if !report.is_full_match() {
        propose(&mut report);
    }
    Ok((plan, report))
}

fn renamed(archive: &Archive, rules: &Rules, report: &mut Report) -> Result<HashMap<String, Candidate>, Problem> {
    let mut candidates = HashMap::new();
    for (index, entry) in archive.entries().iter().enumerate() {
        if rules.ignores(&entry.name) {
            report.ignored += 1;
            continue;
        }
        let (name, layout) = rules.apply(&entry.name);
        let shape = layout.map_or_else(|| Ok(entry.shape.clone()), |l| l.shape(&entry.shape));
        let candidate = Candidate { index, layout: layout.cloned(), shape, used: false };
        if candidates.insert(name.clone(), candidate).is_some() {
            return Err(Problem::Duplicate { name, renamed: true });
        }
    }
    Ok(candidates)
}
