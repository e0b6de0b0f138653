//! Classification by angle: a layer of cosines, and ArcFace's loss on them.

use rand_chacha::ChaCha8Rng;

use crate::diag::{Sink, codes};
use crate::kernels::elementwise;
use crate::kernels::gemm::{self, Matrix};
use crate::kernels::math;
use crate::kernels::score::class_of;
use crate::kernels::softmax::{self, Lanes};
use crate::random;
use crate::shape::{Fact, Shape};
use crate::source::Span;

use super::attrs::{Args, Attr, AttrKind, Default};
use super::emit::{self, Dfdx, Unsupported};
use super::facts::parameterless;
use super::init::{Init, Penalty};
use super::loss::check_classes;
use super::lower::{Backward, Forward, Kernel, LowerCx, Lowered, Needs, Workspace};
use super::{Inputs, OpInfo, Operator, ParamSpec, Reach, Role, Sample, ShapeError};

/// The cosines of an embedding with one direction for each class.
#[derive(Clone, Debug, PartialEq)]
pub struct Cosine {
    /// Classes.
    pub out: usize,
    /// First values of `weight`.
    pub init: Init,
}

impl Operator for Cosine {
    const INFO: OpInfo = OpInfo {
        name: "cosine",
        also_known_as: &["cosine_layer", "normalized_linear", "arc_margin_product"],
        doc: "The cosines of `[N, features]` with `out` learned directions, the rows of `weight` `[out, features]`: a dense layer without bias whose input and weights have length one. The head of `arcface`; what comes before it is the embedding.",
        inputs: Inputs::Named(&["x"]),
        attrs: &[
            Attr { name: "out", kind: AttrKind::Int { min: 1 }, default: Default::Required, doc: "directions, one for each class" },
            Attr { name: "init", kind: AttrKind::Init, default: Default::Word("glorot_uniform"), doc: "first values of `weight`" },
        ],
        role: Role::Layer,
        example: "cosine(10) as logits",
    };

    fn build(args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        Some(Cosine { out: args.usize("out")?, init: args.init("init")? })
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        let x = &inputs[0];
        super::geometry::check_float("cosine", x)?;
        if x.rank() != 2 {
            let message = format!("`cosine` takes 2 axes (`[N, features]`), but this has {}: `{x}`", x.rank());
            let error = ShapeError::new(codes::WRONG_RANK, message).inputs(&[0]);
            return Err(if x.rank() > 2 { error.help("insert `gap` or `flatten` before `cosine`") } else { error });
        }
        if !x.shape[1].is_num() {
            let message =
                format!("the number of features must be known to make `cosine`'s weights, but it is `{}`", x.shape[1]);
            return Err(ShapeError::new(codes::SYMBOLIC_PARAMETER, message).inputs(&[0]));
        }
        Ok(Fact::f32(vec![x.shape[0].clone(), self.out.into()]))
    }

    fn params(&self, inputs: &[Fact]) -> Vec<ParamSpec> {
        let features = inputs[0].shape[1].as_usize().unwrap_or(0);
        vec![ParamSpec {
            name: "weight",
            shape: vec![self.out, features],
            trainable: true,
            init: self.init,
            fans: (features, self.out),
            penalty: Penalty::default(),
        }]
    }

    fn macs(&self, inputs: &[Fact], _output: &Fact) -> u128 {
        inputs[0].numel() as u128 * self.out as u128
    }

    fn reach(&self, _inputs: &[Fact]) -> Reach {
        Reach::All
    }

    fn lower(&self, inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
        let sizes = inputs[0].sizes();
        Lowered::Kernel(Box::new(CosineKernel { batch: sizes[0], features: sizes[1], out: self.out }))
    }

    fn emit_dfdx(&self, inputs: &[Fact], output: &Fact) -> Result<Dfdx, Unsupported> {
        let init = emit::initialiser(self.init);
        emit::custom(&format!("arcface::Cosine {{ out: {}, init: {init} }}", self.out), &inputs[0], output)
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let mut size = || 1 + random::below(rng, 5) as usize;
        let (n, features, out) = (size(), 1 + size(), size());
        Sample {
            op: Cosine { out, init: Init::Normal(0.5) }.into(),
            inputs: vec![Fact::f32(Shape::of(&[n, features]))],
            classes: 0,
            range: (0.5, 1.5),
            kinks: false,
        }
    }
}

/// The least length that is divided by.
const LEAST: f32 = 1e-12;

/// Rows of length one, and the lengths that they had.
fn normalize(rows: &[f32], width: usize, unit: &mut [f32], lengths: &mut [f32]) {
    let pairs = rows.chunks_exact(width).zip(unit.chunks_exact_mut(width)).zip(lengths);
    for ((row, unit), length) in pairs {
        let root = row.iter().map(|v| f64::from(*v) * f64::from(*v)).sum::<f64>().sqrt() as f32;
        // Not `max`, which would hide a NaN.
        *length = if root < LEAST { LEAST } else { root };
        unit.iter_mut().zip(row).for_each(|(u, v)| *u = v / *length);
    }
}

/// The gradient of rows from that of their unit vectors: `(g - u (u . g)) / length`.
fn pull_rows(unit: &[f32], lengths: &[f32], width: usize, grad: &mut [f32]) {
    for ((grad, unit), length) in grad.chunks_exact_mut(width).zip(unit.chunks_exact(width)).zip(lengths) {
        let along = grad.iter().zip(unit).map(|(g, u)| f64::from(*g) * f64::from(*u)).sum::<f64>() as f32;
        grad.iter_mut().zip(unit).for_each(|(g, u)| *g = (*g - u * along) / length);
    }
}

/// Saves the unit vectors and lengths of inputs and weights.
struct CosineKernel {
    batch: usize,
    features: usize,
    out: usize,
}

impl Kernel for CosineKernel {
    fn workspace(&self) -> Workspace {
        let (x, w) = (self.batch * self.features, self.out * self.features);
        Workspace { saved: vec![x, w, self.batch, self.out], forward: 0, backward: w }
    }

    fn needs(&self) -> Needs {
        Needs::default()
    }

    fn in_place(&self) -> bool {
        false
    }

    fn forward(&self, f: Forward<'_, '_>) {
        let [x, w, of_x, of_w] = f.saved else { return };
        normalize(f.inputs[0], self.features, x, of_x);
        normalize(f.params[0], self.features, w, of_w);
        let (x, w) = (Matrix::row_major(x, self.batch, self.features), Matrix::row_major(w, self.out, self.features));
        gemm::gemm_parallel(x, w.transposed(), 0.0, f.output);
    }

    fn backward(&self, b: Backward<'_, '_>) {
        let &[x, w, of_x, of_w] = b.saved else { return };
        let gradient = Matrix::row_major(b.grad_output, self.batch, self.out);
        if let Some(grad) = &mut b.grad_inputs[0] {
            gemm::gemm_parallel(gradient, Matrix::row_major(w, self.out, self.features), 0.0, grad);
            pull_rows(x, of_x, self.features, grad);
        }
        if let Some(grad) = &mut b.grad_params[0] {
            let own = &mut b.scratch[..w.len()];
            gemm::gemm_parallel(
                gradient.transposed(),
                Matrix::row_major(x, self.batch, self.features),
                0.0,
                own,
            );
            pull_rows(w, of_w, self.features, own);
            grad.iter_mut().zip(own).for_each(|(g, v)| *g += *v);
        }
    }
}

/// ArcFace's loss.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ArcFace {
    /// What the cosines are multiplied by before the softmax.
    pub scale: f32,
    /// What is added to the angle of the own class, in radians.
    pub margin: f32,
}

impl Operator for ArcFace {
    const INFO: OpInfo = OpInfo {
        name: "arcface",
        also_known_as: &["arcface_loss", "arc_margin_loss", "additive_angular_margin"],
        doc: "The cross entropy of `scale * cos`, where the cosine of the own class is replaced by `cos(angle + margin)` (Deng et al. 2019), for cosines `[N, classes]` (of `cosine`) and labels `i64[N]`. Where angle and margin are over pi together, it is `cos - margin sin(margin)` instead, as in the authors' code.",
        inputs: Inputs::Named(&["logits", "label"]),
        attrs: &[
            Attr {
                name: "scale",
                kind: AttrKind::Float { min: f32::MIN_POSITIVE as f64, max: f64::MAX },
                default: Default::Float(64.0),
                doc: "what the cosines are multiplied by",
            },
            Attr {
                name: "margin",
                kind: AttrKind::Float { min: 0.0, max: std::f64::consts::FRAC_PI_2 },
                default: Default::Float(0.5),
                doc: "what is added to the angle of the own class, in radians",
            },
        ],
        role: Role::Loss,
        example: "arcface(logits, label, scale=64, margin=0.5)",
    };

    fn build(args: &Args, _call: Span, _sink: &mut Sink) -> Option<Self> {
        Some(ArcFace { scale: args.float("scale")? as f32, margin: args.float("margin")? as f32 })
    }

    fn infer(&self, inputs: &[Fact]) -> Result<Fact, ShapeError> {
        check_classes("arcface", inputs)?;
        if inputs[0].rank() != 2 {
            let message = format!("`arcface` takes cosines `[N, classes]`, but this is `{}`", inputs[0]);
            return Err(ShapeError::new(codes::WRONG_RANK, message).inputs(&[0]));
        }
        Ok(Fact::f32(Vec::new()))
    }

    parameterless!(All);

    fn lower(&self, inputs: &[Fact], _output: &Fact, _cx: LowerCx) -> Lowered {
        let sizes = inputs[0].sizes();
        Lowered::Kernel(Box::new(ArcFaceKernel { n: sizes[0], classes: sizes[1], op: *self }))
    }

    fn emit_dfdx(&self, _inputs: &[Fact], _output: &Fact) -> Result<Dfdx, Unsupported> {
        emit::call("arcface", 2, &[format!("{:?}", self.scale), format!("{:?}", self.margin)])
    }

    fn sample(rng: &mut ChaCha8Rng) -> Sample {
        let (n, classes) = (1 + random::below(rng, 4) as usize, 1 + random::below(rng, 4) as usize);
        Sample {
            op: ArcFace { scale: 4.0, margin: 0.3 }.into(),
            inputs: vec![Fact::f32(Shape::of(&[n, classes])), Fact::i64(Shape::of(&[n]))],
            classes,
            range: (-0.8, 0.8),
            kinks: false,
        }
    }
}

impl ArcFace {
    /// The cosine of the angle and the margin, with its derivative by the cosine.
    fn push(self, cosine: f32) -> (f32, f32) {
        let (sin, cos) = f64::from(self.margin).sin_cos();
        let c = f64::from(cosine);
        if c <= -cos {
            return ((c - f64::from(self.margin) * sin) as f32, 1.0);
        }
        // Rounding may leave a cosine a little over 1.
        let sine = (1.0 - c * c).max(0.0).sqrt();
        ((c * cos - sine * sin) as f32, (cos + c * sin / sine.max(1e-4)) as f32)
    }
}

/// Saves the log-softmax.
struct ArcFaceKernel {
    n: usize,
    classes: usize,
    op: ArcFace,
}

impl Kernel for ArcFaceKernel {
    fn workspace(&self) -> Workspace {
        Workspace { saved: vec![self.n * self.classes], ..Workspace::default() }
    }

    fn needs(&self) -> Needs {
        Needs { inputs: true, output: false }
    }

    fn in_place(&self) -> bool {
        false
    }

    fn forward(&self, f: Forward<'_, '_>) {
        let log_p = &mut *f.saved[0];
        let scale = self.op.scale;
        elementwise::map(f.inputs[0], log_p, |c| scale * c);
        for (row, label) in log_p.chunks_exact_mut(self.classes).zip(f.inputs[1]) {
            if let Some(class) = class_of(*label, self.classes) {
                row[class] = scale * self.op.push(row[class] / scale).0;
            }
        }
        softmax::log_softmax(Lanes::new(&[self.n, self.classes], 1), log_p);
        let own = log_p.chunks_exact(self.classes).zip(f.inputs[1]);
        let losses = own.map(|(row, label)| class_of(*label, self.classes).map_or(f64::NAN, |c| -f64::from(row[c])));
        f.output[0] = (losses.sum::<f64>() / self.n as f64) as f32;
    }

    fn backward(&self, b: Backward<'_, '_>) {
        let Some(grad) = b.grad_inputs.first_mut().and_then(Option::as_deref_mut) else { return };
        elementwise::map(b.saved[0], grad, math::exp);
        let unit = self.op.scale * b.grad_output[0] / self.n as f32;
        let rows = grad.chunks_exact_mut(self.classes).zip(b.inputs[0].chunks_exact(self.classes)).zip(b.inputs[1]);
        for ((grad, cosines), label) in rows {
            // Without a class the loss is NaN, and so is this.
            let Some(class) = class_of(*label, self.classes) else {
                grad.fill(f32::NAN);
                continue;
            };
            grad.iter_mut().for_each(|g| *g *= unit);
            grad[class] = (grad[class] - unit) * self.op.push(cosines[class]).1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_margin_is_added_to_the_angle() {
        let op = ArcFace { scale: 64.0, margin: 0.5 };
        for angle in [0.3f64, 1.0, 2.0, 2.6] {
            let (pushed, slope) = op.push(angle.cos() as f32);
            assert!((f64::from(pushed) - (angle + 0.5).cos()).abs() < 1e-6, "{angle}");
            assert!((f64::from(slope) - (angle + 0.5).sin() / angle.sin()).abs() < 1e-5, "{angle}");
        }
        let (pushed, slope) = op.push(-0.95);
        assert!((f64::from(pushed) - (-0.95 - 0.5 * 0.5f64.sin())).abs() < 1e-6 && slope == 1.0);
        assert!(op.push(1.0).1.is_finite());
    }
}
