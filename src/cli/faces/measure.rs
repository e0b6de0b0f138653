//! `faces calibrate` and `faces eval`.

use std::path::PathBuf;
use std::sync::Arc;

use crate::cli::stream::{eprintln, println};
use serde_json::json;

use crate::config::{DataConfig, Split, SplitBy};
use crate::data::{self, Dataset, Part};
use crate::driver::Compiled;
use crate::run::Failure;
use crate::run::faces::{Embedder, Measured, Store, Threshold, measure_embeddings, measure_pairs};
use crate::run::metrics::Operating;

use super::super::Exit;
use super::super::common::{base_of, data_section};
use super::super::table::thousands;
use super::{Format, NetworkArgs, StoreArgs, data_of};

#[derive(Debug, clap::Args)]
pub(super) struct Calibrate {
    #[command(flatten)]
    pub(super) network: NetworkArgs,
    #[command(flatten)]
    store: StoreArgs,
    /// A folder with a folder of photos for each person
    #[arg(long, value_name = "FOLDER")]
    data: PathBuf,
    /// The share of pairs of two people that may be taken for one
    #[arg(long, default_value_t = 0.001, value_parser = rate)]
    far: f64,
}

/// `--far`: a share.
fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse::<f64>().ok().filter(|r| (0.0..1.0).contains(r));
    rate.ok_or_else(|| "write a share from 0 to less than 1, such as 0.001".to_string())
}

impl Calibrate {
    pub(super) fn run(&self, embedder: &mut Embedder<'_, '_>) -> Result<(), Failure> {
        let mut store = Store::open(&self.store.store, true)?;
        if store.model()?.is_some() {
            store.check(embedder.model())?;
        }
        let dataset = whole(&DataConfig::auto(), &self.data)?;
        let embeddings = embedder.embed_all(dataset.as_ref())?;
        let measured = measure_embeddings(&embeddings, dataset.as_ref(), &[self.far])?;
        let Some(chosen) = measured.operating.first().copied() else { return Ok(()) };
        let Operating { threshold, false_accept, false_reject } = chosen;
        store.set_threshold(embedder.model(), Threshold { similarity: threshold, false_accept, false_reject })?;
        print(&measured, true);
        eprintln!("threshold {threshold:.4} kept in {}", self.store.store.display());
        Ok(())
    }
}

/// All of a folder, as one part.
fn whole(config: &DataConfig, folder: &std::path::Path) -> Result<Arc<dyn Dataset>, Failure> {
    let split = Some(Split { val: 0.0, test: 0.0, seed: 0, by: SplitBy::Example });
    Ok(data::open(&DataConfig { split, ..config.clone() }, folder, Some(folder), Part::Train)?)
}

/// Which photos are measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Which {
    /// Those that are trained on.
    Train,
    /// The validation part.
    Val,
    /// The test part, or the validation part where there is none.
    Test,
    /// All of the folder.
    All,
}

#[derive(Debug, clap::Args)]
pub(super) struct Eval {
    #[command(flatten)]
    network: NetworkArgs,
    /// The folder of people, instead of the spec's
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Which of them
    #[arg(long, value_enum, default_value_t = Which::Test)]
    split: Which,
    /// How to print the result
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// The shares of false accepts that are told.
const RATES: &[f64] = &[0.1, 0.01, 0.001];

impl Eval {
    pub(super) fn run(&self) -> Exit {
        self.network.with_network(|network, compiled| {
            let dataset = self.dataset(compiled)?;
            let (data, train) = (data_of(compiled), compiled.config.train.as_ref());
            // A network of several photos scores pairs itself, unless one tower is asked for.
            let measured = match self.network.node.is_none() && data.sampler.slots() == 2 {
                true => measure_pairs(network, &data, train, dataset.as_ref(), RATES)?,
                false => {
                    let mut embedder = self.network.embedder(network, compiled)?;
                    measure_embeddings(&embedder.embed_all(dataset.as_ref())?, dataset.as_ref(), RATES)?
                }
            };
            match self.format {
                Format::Json => println!("{}", json!(measured)),
                Format::Human => print(&measured, false),
            }
            Ok(())
        })
    }

    fn dataset(&self, compiled: &Compiled) -> Result<Arc<dyn Dataset>, Failure> {
        let base = base_of(&self.network.spec);
        let config = data_section(compiled, self.data.is_some())?;
        let part = match self.split {
            Which::Train => Part::Train,
            Which::Val => Part::Val,
            Which::Test => Part::Test,
            Which::All => {
                let split = Some(Split { val: 0.0, test: 0.0, seed: 0, by: SplitBy::Example });
                let config = DataConfig { split, ..config };
                return Ok(data::open(&config, &base, self.data.as_deref(), Part::Train)?);
            }
        };
        Ok(data::open(&config, &base, self.data.as_deref(), part)?)
    }
}

fn print(measured: &Measured, chosen: bool) {
    let number = |n: usize| thousands(n as u128);
    println!(
        "{} photos of {} people: {} pairs of one person, {} of two",
        number(measured.photos),
        number(measured.people),
        number(measured.genuine),
        number(measured.impostor)
    );
    println!("  AUC               {:.4}", measured.auc);
    let (error, threshold) = (100.0 * measured.equal_error, measured.equal_error_threshold);
    println!("  equal error rate  {error:.2} %  (threshold {threshold:.4})");
    println!("  rank 1            {:.2} %", 100.0 * measured.rank1);
    for o in &measured.operating {
        let mark = if chosen { "  chosen" } else { "" };
        println!(
            "  false accepts     {:.3} %  true accepts {:.2} %  (threshold {:.4}){mark}",
            100.0 * o.false_accept,
            100.0 * (1.0 - o.false_reject),
            o.threshold
        );
    }
}
