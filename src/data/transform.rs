//! From an image to the numbers that the network takes.

use rayon::prelude::*;

use crate::config::{Augment, Color, DataConfig, ResizeTo, TrainConfig};
use crate::diag::{Diagnostic, codes};
use crate::random::{self, Purpose};
use crate::shape::Fact;

use super::Dataset;
use super::augment::{self, Colors, Lighting, Placement, Planes};
use super::boxes::{self, BoxLabel};
use super::image::{Image, Pixels, unusable};
use super::mix::{self, Mix};

/// What an input of a network takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Images of this size.
    Image {
        /// Channels.
        channels: usize,
        /// Rows.
        height: usize,
        /// Columns.
        width: usize,
    },
    /// This many numbers, in the order of channels, rows and columns.
    Flat(usize),
}

impl Target {
    /// What an input of this type takes: images for `[N, C, H, W]`, else numbers; `None` where a
    /// size besides the batch is not known.
    pub fn of(fact: &Fact) -> Option<Target> {
        let size = |axis: usize| fact.shape.get(axis).and_then(|d| d.as_usize());
        match fact.rank() {
            4 => Some(Target::Image { channels: size(1)?, height: size(2)?, width: size(3)? }),
            0 | 1 => None,
            rank => (1..rank).try_fold(1usize, |product, axis| product.checked_mul(size(axis)?)).map(Target::Flat),
        }
    }

    /// How many numbers one example has.
    pub fn len(self) -> usize {
        match self {
            Target::Image { channels, height, width } => channels * height * width,
            Target::Flat(n) => n,
        }
    }

    /// Whether it takes nothing.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

/// What examples are prepared for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Training: `augment` as it is written.
    Train,
    /// Anything else: `eval`, or the deterministic counterpart of `augment`.
    Eval,
}

/// How an image is brought to the size of the network's input where a spec does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// Each side on its own.
    Stretch,
    /// The aspect ratio kept, with grey around it.
    Letterbox,
}

/// Whether a spec says what size an example gets in evaluation, whatever size it has: by `size` of
/// `data`, or by a step that sets both sides.
fn sets_size(data: &DataConfig, train: Option<&TrainConfig>) -> bool {
    let sets = |step: &Augment| {
        use Augment::{CenterCrop, Letterbox, Resize};
        matches!(step, Resize { to: ResizeTo::Exact(..) } | Letterbox { .. } | CenterCrop { .. })
    };
    data.size.is_some() || augment::deterministic(chain(train, Mode::Eval)).iter().any(sets)
}

/// The steps that prepare examples, as the spec has them.
fn chain(train: Option<&TrainConfig>, mode: Mode) -> &[Augment] {
    match (mode, train) {
        (Mode::Eval, Some(TrainConfig { eval: Some(steps), .. })) => steps,
        (Mode::Train | Mode::Eval, Some(train)) => &train.augment,
        (_, None) => &[],
    }
}

/// Prepares images.
///
/// The order: scale, channels as the network takes them, `size`, the steps of the chain, `bgr`,
/// `mean` and `std`.
#[derive(Clone, Debug, PartialEq)]
pub struct Transform {
    target: Target,
    steps: Vec<Augment>,
    size: Option<(usize, usize)>,
    scale: Option<f64>,
    color: Option<Color>,
    mean: Vec<f64>,
    std: Vec<f64>,
    seed: u64,
    lighting: Lighting,
    /// How many boxes of a picture the network takes; `None`: as many as there are.
    room: Option<usize>,
}

/// Where a prepared image came from: its map, and the width and height that it had.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placed {
    /// From the image to what was made of it.
    pub place: Placement,
    /// Width and height before.
    pub from: (usize, usize),
}

impl Transform {
    /// The preparation that a spec's sections describe.
    ///
    /// # Errors
    /// Where means, deviations or colours do not fit the network's channels.
    pub fn new(
        data: &DataConfig,
        train: Option<&TrainConfig>,
        target: Target,
        mode: Mode,
    ) -> Result<Transform, Vec<Diagnostic>> {
        Self::with_steps(data, chain(train, mode).to_vec(), train.map_or(0, |t| t.seed), target, mode)
    }

    /// The preparation for evaluation of images of any size. With a `fit`, that takes the place of the
    /// spec's `size` and steps that move pixels, and the rest is as the spec has it. Without one, the
    /// spec's preparation holds where it brings images to a size, else they are letterboxed.
    ///
    /// # Errors
    /// As [`Transform::new`].
    pub fn for_any_size(
        data: &DataConfig,
        train: Option<&TrainConfig>,
        target: Target,
        fit: Option<Fit>,
    ) -> Result<Transform, Vec<Diagnostic>> {
        let (height, width) = match target {
            Target::Image { height, width, .. } if fit.is_some() || !sets_size(data, train) => (height, width),
            _ => return Self::new(data, train, target, Mode::Eval),
        };
        let fitted = match fit.unwrap_or(Fit::Letterbox) {
            Fit::Stretch => Augment::Resize { to: ResizeTo::Exact(height, width) },
            Fit::Letterbox => Augment::Letterbox { height, width },
        };
        let rest = chain(train, Mode::Eval).iter().filter(|step| matches!(step, Augment::Normalize { .. })).cloned();
        let data = DataConfig { size: None, ..data.clone() };
        Self::with_steps(&data, std::iter::once(fitted).chain(rest).collect(), 0, target, Mode::Eval)
    }

    /// The preparation by a chain of steps, whose random ones are replaced for evaluation.
    ///
    /// # Errors
    /// As [`Transform::new`].
    pub fn with_steps(
        data: &DataConfig,
        steps: Vec<Augment>,
        seed: u64,
        target: Target,
        mode: Mode,
    ) -> Result<Transform, Vec<Diagnostic>> {
        let steps = match mode {
            Mode::Train => steps,
            Mode::Eval => augment::deterministic(&steps),
        };
        let transform = Transform {
            target,
            steps,
            size: data.size,
            scale: data.scale,
            color: data.color,
            mean: data.mean.clone(),
            std: data.std.clone(),
            seed,
            lighting: Lighting::default(),
            room: None,
        };
        let problems = transform.misfits(data);
        if problems.is_empty() { Ok(transform) } else { Err(problems) }
    }

    fn misfits(&self, data: &DataConfig) -> Vec<Diagnostic> {
        let Target::Image { channels, .. } = self.target else { return Vec::new() };
        let misfit = |message: String| Diagnostic::error(codes::CHANNELS_MISMATCH, message).label(data.span, "");
        let mut problems = Vec::new();
        let lists = [("`mean` of `data`", &self.mean), ("`std` of `data`", &self.std)];
        let chain = self.steps.iter().filter_map(|s| match s {
            Augment::Normalize { mean, .. } => Some(("`normalize`", mean)),
            _ => None,
        });
        for (what, list) in lists.into_iter().chain(chain) {
            if list.len() > 1 && list.len() != channels {
                problems.push(
                    misfit(format!("{what} has {} numbers, but the network takes {channels} channels", list.len()))
                        .help("give one number for each channel, or one for all"),
                );
            }
        }
        let wanted = match self.color {
            Some(Color::Gray) => 1,
            Some(Color::Rgb | Color::Bgr) => 3,
            None => channels,
        };
        if wanted != channels {
            problems.push(misfit(format!("`color` gives {wanted} channels, but the network takes {channels}")));
        }
        problems
    }

    /// The same preparation for a network that takes this many boxes of each picture.
    #[must_use]
    pub fn with_room(self, boxes: usize) -> Transform {
        Transform { room: Some(boxes), ..self }
    }

    /// Appends the boxes of a picture that was prepared, as they lie in what was made of it; those
    /// of which little is left fall away.
    pub fn append_boxes(&self, list: &[BoxLabel], placed: Placed, out: &mut Vec<f32>) {
        let to = match self.target {
            Target::Image { height, width, .. } => (width, height),
            Target::Flat(_) => placed.from,
        };
        let moved = list.iter().filter_map(|b| b.moved(&placed.place, placed.from, to));
        boxes::append(moved, self.room.unwrap_or(list.len()), out);
    }

    /// The first step that gives another result each time; none where an image always becomes the
    /// same numbers.
    pub fn random_step(&self) -> Option<&Augment> {
        self.steps
            .iter()
            .find(|step| augment::deterministic(std::slice::from_ref(*step)) != std::slice::from_ref(*step))
    }

    /// What each prepared image has to fit.
    pub fn target(&self) -> Target {
        self.target
    }

    /// Tries the first image of a data set, so that a wrong size is reported before a run begins.
    ///
    /// # Errors
    /// Where the image does not fit the network; a damaged image is left to the run.
    pub fn check(&self, dataset: &dyn Dataset) -> Result<(), Diagnostic> {
        let Ok(image) = dataset.image(0) else { return Ok(()) };
        let mut out = vec![0.0; self.target.len()];
        self.apply(&image, 0, 0, &mut out).map(|_| ()).map_err(|misfit| {
            Diagnostic::error(misfit.code, format!("example 0 (`{}`): {}", dataset.place(0), misfit.reason))
                .maybe_help(misfit.help)
        })
    }

    /// Prepares an image into `out`, which holds `target().len()` numbers. `epoch` and `index`
    /// choose the draws. Gives where the image came from.
    ///
    /// # Errors
    /// Where the image does not have the network's size in the end.
    pub fn apply(&self, image: &Image<'_>, epoch: u64, index: u64, out: &mut [f32]) -> Result<Placed, Misfit> {
        let mut planes = self.planes(image)?;
        let misfit = |reason: String| Misfit { code: codes::SIZE_MISMATCH, reason, help: None };
        if let Some((height, width)) = self.size {
            augment::resize(&mut planes, height, width).map_err(misfit)?;
        }
        let mut rng = random::stream(self.seed, Purpose::Augment, epoch, index);
        for step in &self.steps {
            augment::apply(step, &mut planes, &self.lighting, &mut rng).map_err(misfit)?;
        }
        self.check_size(&planes, out.len())?;
        self.write(&planes, out);
        Ok(Placed { place: planes.place, from: (image.width, image.height) })
    }

    /// As [`Transform::apply`], of an image that stands by itself; `place` names it in messages.
    ///
    /// # Errors
    /// Those of [`Transform::apply`].
    pub fn prepare(&self, image: &Image<'_>, place: &str, out: &mut [f32]) -> Result<Placed, Diagnostic> {
        self.apply(image, 0, 0, out).map_err(|misfit| unusable(place, &misfit.reason).maybe_help(misfit.help))
    }

    /// Whether a step needs the principal components of the data set's colours.
    pub fn needs_lighting(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Augment::Lighting { .. }))
    }

    /// The principal components of the colours of a data set, as they are before all steps; of many
    /// images, 4096 evenly spaced ones count. Damaged ones are left to the run.
    ///
    /// # Errors
    /// Images that have not three channels.
    pub fn measure_lighting(&self, dataset: &dyn Dataset) -> Result<Lighting, Diagnostic> {
        let colors_of = |index: usize| {
            let mut colors = Colors::default();
            if let Some(planes) = dataset.image(index).ok().and_then(|image| self.planes(&image).ok()) {
                colors.add(&planes);
            }
            colors
        };
        let stride = dataset.len().div_ceil(4096).max(1);
        let found: Vec<Colors> =
            (0..dataset.len().div_ceil(stride)).into_par_iter().map(|k| colors_of(k * stride)).collect();
        // In the order of the examples, so that the sums are the same for any number of threads.
        let mut colors = Colors::default();
        found.into_iter().for_each(|one| colors.merge(one));
        colors.lighting().ok_or_else(|| {
            Diagnostic::error(codes::CHANNELS_MISMATCH, "`lighting` needs images of three channels")
                .help("leave it out, or give the network's input three channels")
        })
    }

    /// The principal components that `lighting` adds.
    pub fn lighting(&self) -> &Lighting {
        &self.lighting
    }

    /// Sets what `lighting` adds.
    pub fn set_lighting(&mut self, lighting: Lighting) {
        self.lighting = lighting;
    }

    /// The first step that mixes whole batches.
    pub fn mixing_step(&self) -> Option<&Augment> {
        self.steps.iter().find(|step| Mix::of(step).is_some())
    }

    /// Mixes the examples of a batch and their distributions over classes.
    pub(super) fn mix(&self, images: &mut [f32], labels: &mut [f32], len: usize, epoch: u64, batch: u64) {
        let steps: Vec<Mix> = self.steps.iter().filter_map(Mix::of).collect();
        if !steps.is_empty() {
            mix::mix(&steps, images, labels, self.target, len, [self.seed, epoch, batch]);
        }
    }

    /// The image as floats, scaled, with the channels that the network takes.
    fn planes(&self, image: &Image<'_>) -> Result<Planes, Misfit> {
        let wanted = match self.target {
            Target::Image { channels, .. } => channels,
            Target::Flat(_) => image.channels,
        };
        let size = image.height * image.width;
        let (data, white) = match &image.pixels {
            Pixels::U8(p) => {
                let scale = self.scale.unwrap_or(1.0 / 255.0) as f32;
                let read = |c: usize, at: usize| f32::from(p[at * image.channels + c]) * scale;
                (gather(image.channels, wanted, size, read), 255.0 * scale)
            }
            Pixels::F32(p) => {
                let scale = self.scale.unwrap_or(1.0) as f32;
                (gather(image.channels, wanted, size, |c, at| p[c * size + at] * scale), scale)
            }
        };
        match data {
            Some(data) => Ok(Planes {
                channels: wanted,
                height: image.height,
                width: image.width,
                data,
                white,
                place: Placement::IDENTITY,
            }),
            None => Err(Misfit {
                code: codes::CHANNELS_MISMATCH,
                reason: format!("the image has {} channels, but the network takes {wanted}", image.channels),
                help: Some(format!("give the network's input {} channels", image.channels)),
            }),
        }
    }

    fn check_size(&self, planes: &Planes, room: usize) -> Result<(), Misfit> {
        let found = (planes.height, planes.width);
        let misfit = |wanted: String, help: Option<String>| Misfit {
            code: codes::SIZE_MISMATCH,
            reason: format!("the image is {}x{}, but the network takes {wanted}", found.0, found.1),
            help,
        };
        match self.target {
            Target::Image { height, width, .. } if found != (height, width) => {
                let help = format!(
                    "write `resize([{height}, {width}])` into `augment`, or `size: [{height}, {width}]` into `data`"
                );
                Err(misfit(format!("{height}x{width}"), Some(help)))
            }
            _ if planes.data.len() != room => Err(misfit(format!("{room} numbers"), None)),
            _ => Ok(()),
        }
    }

    fn write(&self, planes: &Planes, out: &mut [f32]) {
        let size = (planes.height * planes.width).max(1);
        for (c, to) in out.chunks_exact_mut(size).enumerate() {
            let source = match (self.color, planes.channels) {
                (Some(Color::Bgr), 3) => 2 - c,
                _ => c,
            };
            let from = &planes.data[source * size..(source + 1) * size];
            let pick = |list: &[f64], default: f64| list.get(c).or(list.first()).copied().unwrap_or(default) as f32;
            let (mean, std) = (pick(&self.mean, 0.0), pick(&self.std, 1.0));
            for (o, v) in to.iter_mut().zip(from) {
                *o = (v - mean) / std;
            }
        }
    }
}

/// Planes of `to` channels from an image of `from`: the same, grey repeated, or colour to luma;
/// `None` for anything else.
fn gather(from: usize, to: usize, size: usize, read: impl Fn(usize, usize) -> f32) -> Option<Vec<f32>> {
    let mut data = Vec::with_capacity(to * size);
    match (from, to) {
        (from, to) if from == to => (0..to).for_each(|c| data.extend((0..size).map(|at| read(c, at)))),
        (1, to) => (0..to).for_each(|_| data.extend((0..size).map(|at| read(0, at)))),
        (3, 1) => data.extend((0..size).map(|at| (0..3).map(|c| augment::LUMA[c] * read(c, at)).sum::<f32>())),
        _ => return None,
    }
    Some(data)
}

/// Why an image does not fit the network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// The diagnostic code.
    pub code: crate::diag::Code,
    /// What does not fit.
    pub reason: String,
    /// What would mend it.
    pub help: Option<String>,
}
