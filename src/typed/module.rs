//! What one does with all layers of a network: values, gradients, files.

use std::path::Path;

use dfdx::tensor::CpuError;

use crate::ops::ParamSpec;
use crate::random::{self, Purpose};

use crate::weights::{self, LoadOptions, Rules, Tensors, Wanted, WeightsError};

use super::layer::Layer;
use super::tape::Grads;

/// Something made of layers. [`module!`](crate::module) implements it for structs.
pub trait Module {
    /// Calls `each` with every layer and its name beneath `path`.
    fn layers<'a>(&'a self, path: &str, each: &mut dyn FnMut(&str, &'a Layer));
    /// As [`Module::layers`], to change them.
    fn layers_mut(&mut self, path: &str, each: &mut dyn FnMut(&str, &mut Layer));
}

/// A name beneath a path; either may be empty.
pub fn join(path: &str, name: &str) -> String {
    match (path.is_empty(), name.is_empty()) {
        (true, _) => name.to_string(),
        (_, true) => path.to_string(),
        _ => format!("{path}.{name}"),
    }
}

/// Calls `f` with the full name and the values of every parameter, running statistics among
/// them, in the order of the network's fields.
pub fn visit(net: &impl Module, mut f: impl FnMut(&str, &ParamSpec, &[f32])) {
    net.layers("", &mut |path, layer| layer.visit(|spec, values| f(&join(path, spec.name), spec, values)));
}

/// As [`visit`], with values to be changed.
pub fn visit_mut(net: &mut impl Module, mut f: impl FnMut(&str, &ParamSpec, &mut [f32])) {
    net.layers_mut("", &mut |path, layer| layer.visit_mut(|spec, values| f(&join(path, spec.name), spec, values)));
}

/// Calls `f` with the full name, the values and the gradient of every parameter that is trained:
/// neither frozen nor a running statistic. This is how an optimizer steps.
///
/// # Errors
/// Where there is no memory for a gradient of zeros.
pub fn visit_gradients(
    net: &mut impl Module,
    grads: &mut Grads,
    mut f: impl FnMut(&str, &ParamSpec, &mut [f32], &mut [f32]),
) -> Result<(), CpuError> {
    let mut result = Ok(());
    net.layers_mut("", &mut |path, layer| {
        if result.is_ok() {
            result = layer.visit_gradients(grads, |spec, values, grad| f(&join(path, spec.name), spec, values, grad));
        }
    });
    result
}

/// How many numbers the parameters hold, running statistics left out.
pub fn parameter_count(net: &impl Module) -> usize {
    let mut count = 0;
    visit(net, |_, spec, values| count += if spec.trainable { values.len() } else { 0 });
    count
}

/// Draws the first values of all parameters, as the engine does from this seed: the stream of a
/// parameter is that of its place in the order of [`visit`].
pub fn initialize(net: &mut impl Module, seed: u64) {
    let mut place = 0;
    visit_mut(net, |_, spec, values| {
        let mut rng = random::stream(seed, Purpose::Init, place, 0);
        spec.init.fill(values, spec.fans, &mut rng);
        place += 1;
    });
}

/// Freezes a part of a network, or thaws it: its parameters have no gradients, and batch norms
/// keep to their running statistics.
pub fn freeze(part: &mut impl Module, frozen: bool) {
    part.layers_mut("", &mut |_, layer| layer.set_frozen(frozen));
}

/// Says that a step calls a part of the network several times, as a tower: the streams that dropout
/// draws from in each further call are those of layers so much behind its own.
#[must_use]
pub fn again<M: Module>(mut part: M, offsets: &[u64]) -> M {
    part.layers_mut("", &mut |_, layer| layer.set_again(offsets));
    part
}

/// Sets the random streams of dropout for the next step of training.
pub fn set_noise(net: &impl Module, seed: u64, step: u64) {
    net.layers("", &mut |_, layer| layer.set_noise(seed, step));
}

fn unreadable(path: &Path, problem: weights::Problem) -> WeightsError {
    WeightsError { path: path.to_path_buf(), problem }
}

/// Writes all parameters under their names: a safetensors file, whole or not at all.
///
/// # Errors
/// Two parameters of one name, and any of the file system.
pub fn save(net: &impl Module, path: impl AsRef<Path>) -> Result<(), WeightsError> {
    let path = path.as_ref();
    let (mut tensors, mut result) = (Tensors::new(), Ok(()));
    visit(net, |name, spec, values| {
        if let (Ok(()), Some(tensor)) = (&result, weights::Tensor::f32(spec.shape.clone(), values.to_vec())) {
            result = tensors.insert(name, tensor).map_err(|problem| unreadable(path, problem));
        }
    });
    result?;
    weights::write(path, &tensors)
}

/// Reads all parameters from a file that holds just them, of the right shapes, under their names.
///
/// # Errors
/// Those of [`weights::load`]; the network is as before then.
pub fn load(net: &mut impl Module, path: impl AsRef<Path>) -> Result<(), WeightsError> {
    let mut wanted = Vec::new();
    visit(net, |name, spec, _| wanted.push(Wanted { name: name.to_string(), shape: spec.shape.clone() }));
    let loaded = weights::load(path.as_ref(), &wanted, &Rules::default(), &LoadOptions::default())?;
    visit_mut(net, |name, _, values| {
        if let Some(found) = loaded.tensors.get(name).and_then(weights::Tensor::as_f32) {
            values.copy_from_slice(found);
        }
    });
    Ok(())
}
