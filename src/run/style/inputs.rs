//! The inputs of a spec for style transfer, and the photos for them.

use std::path::{Path, PathBuf};

use crate::config::{DataConfig, StyleConfig};
use crate::data::{self, Mode, Target, Transform};
use crate::diag::{Diagnostic, codes};
use crate::graph::NodeId;
use crate::shape::{DType, Dim, Symbols};

use super::super::network::lone_symbol;
use super::{Failure, Network, Picture};

/// The three inputs.
pub(super) struct Inputs {
    pub image: NodeId,
    pub content: NodeId,
    pub style: NodeId,
}

/// The sizes of the inputs, height before width.
pub(super) struct Sizes {
    pub symbols: Symbols,
    pub image: [usize; 2],
    pub content: [usize; 2],
    pub style: [usize; 2],
}

impl Inputs {
    /// Finds the inputs by their names.
    pub(super) fn find(network: &Network<'_>) -> Result<Self, Failure> {
        let graph = network.checked().graph();
        let inputs = &graph.roles.inputs;
        let find = |name: &str| inputs.iter().copied().find(|id| graph.node(*id).path == name);
        let (Some(image), Some(content), Some(style)) = (find("image"), find("content"), find("style")) else {
            let missing = ["image", "content", "style"].into_iter().filter(|name| find(name).is_none());
            let missing: Vec<String> = missing.map(|name| format!("`{name}`")).collect();
            return Err(Diagnostic::error(
                codes::NOT_A_STYLE,
                format!("the spec does not describe style transfer: it has no input {}", missing.join(", ")),
            )
            .help("`blockprint zoo style_squeezenet` prints one that does")
            .into());
        };
        let all = [image, content, style];
        let odd = |id: &NodeId| {
            let fact = network.checked().fact(*id);
            let fits = fact.dtype == DType::F32 && fact.rank() == 4;
            let three = fact.shape.get(1).and_then(Dim::as_usize) == Some(3);
            let one = fact.shape.first().is_some_and(|n| n.as_usize().is_none_or(|n| n == 1));
            !(all.contains(id) && fits && three && one)
        };
        match inputs.iter().find(|id| odd(id)) {
            None => Ok(Self { image, content, style }),
            Some(id) => {
                let node = graph.node(*id);
                Err(Diagnostic::error(
                    codes::NOT_A_STYLE,
                    format!("style transfer cannot feed `{}`, which is {}", node.path, network.checked().fact(*id)),
                )
                .label(node.span, "this input")
                .help("the inputs are `image`, `content` and `style`, each `f32[1, 3, height, width]`")
                .into())
            }
        }
    }

    /// The sizes of all inputs: what the spec leaves open follows the photos.
    pub(super) fn sizes(
        &self,
        network: &Network<'_>,
        photos: &[Photo; 2],
        config: &StyleConfig,
    ) -> Result<Sizes, Failure> {
        let mut symbols = Symbols::new();
        let style_side = config.style_size.or(config.size).unwrap_or_else(|| photos[0].longer_side());
        let content_size = photos[0].size(config.size);
        let style_size = photos[1].size(Some(style_side));
        let mut fit = |id: NodeId, wanted: [usize; 2]| fit(network, id, wanted, &mut symbols);
        let content = fit(self.content, content_size)?;
        let image = fit(self.image, content_size)?;
        let style = fit(self.style, style_size)?;
        Ok(Sizes { image, content, style, symbols })
    }
}

/// The height and width of an input; symbols without a value get that of the wanted size.
fn fit(network: &Network<'_>, id: NodeId, wanted: [usize; 2], symbols: &mut Symbols) -> Result<[usize; 2], Failure> {
    let fact = network.checked().fact(id);
    for (axis, dim) in fact.shape.iter().enumerate() {
        if let Some(name) = lone_symbol(dim) {
            let size = if axis < 2 { 1 } else { wanted[(axis - 2).min(1)] };
            symbols.entry(name).or_insert(size as i64);
        }
    }
    let size = |axis: usize| {
        let size = fact.shape.get(axis).and_then(|d| d.eval(symbols));
        size.and_then(|s| usize::try_from(s).ok()).filter(|s| *s > 0)
    };
    match (size(2), size(3)) {
        (Some(height), Some(width)) => Ok([height, width]),
        _ => Err(Diagnostic::error(codes::UNBOUND_SYMBOL, format!("nothing says how large `{fact}` is"))
            .label(network.checked().graph().node(id).span, "this input")
            .into()),
    }
}

/// A photo.
pub(super) struct Photo {
    path: PathBuf,
    image: data::Image<'static>,
}

impl Photo {
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        Ok(Self { path: path.to_path_buf(), image: data::read_image(path)? })
    }

    fn longer_side(&self) -> usize {
        self.image.height.max(self.image.width)
    }

    /// Its size with a longer side of `side`, height before width.
    fn size(&self, side: Option<usize>) -> [usize; 2] {
        let side = side.unwrap_or_else(|| self.longer_side()) as f64;
        let scaled = |n: usize| ((n as f64 * side / self.longer_side() as f64).round() as usize).max(1);
        [scaled(self.image.height), scaled(self.image.width)]
    }

    /// The photo at a size, in colour.
    pub(super) fn at(&self, [height, width]: [usize; 2]) -> Result<Picture, Failure> {
        let config = DataConfig { size: Some((height, width)), ..DataConfig::auto() };
        let target = Target::Image { channels: 3, height, width };
        let transform = Transform::with_steps(&config, Vec::new(), 0, target, Mode::Eval)?;
        let mut picture = Picture::black(height, width);
        transform.prepare(&self.image, &self.path.display().to_string(), &mut picture.data)?;
        Ok(picture)
    }
}
