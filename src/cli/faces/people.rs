//! `faces list` and `faces remove`.

use crate::cli::stream::{eprintln, println};
use serde_json::json;

use crate::diag::Diagnostic;
use crate::run::faces::Store;

use super::super::table::plain;
use super::{Format, StoreArgs, count};

#[derive(Debug, clap::Args)]
pub(super) struct List {
    #[command(flatten)]
    store: StoreArgs,
    /// How to print the list
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Debug, clap::Args)]
pub(super) struct Remove {
    /// The person
    name: String,
    #[command(flatten)]
    store: StoreArgs,
}

impl List {
    pub(super) fn run(&self) -> Result<(), Diagnostic> {
        let store = Store::open(&self.store.store, false)?;
        let (people, model, threshold) = (store.people()?, store.model()?, store.threshold()?);
        if self.format == Format::Json {
            println!("{}", json!({ "model": model, "threshold": threshold, "people": people }));
            return Ok(());
        }
        let mut table = plain(&["person", "photos"], &[1]);
        people.iter().for_each(|p| {
            table.add_row(vec![p.name.clone(), p.photos.to_string()]);
        });
        if !people.is_empty() {
            println!("{table}\n");
        }
        let photos: u64 = people.iter().map(|p| p.photos).sum();
        let photos = usize::try_from(photos).unwrap_or(usize::MAX);
        println!("{}, {}", count(people.len(), "person", "people"), count(photos, "photo", "photos"));
        if let Some(model) = model {
            let weights = model.weights.get(..12).unwrap_or(&model.weights);
            println!("made by {}, weights {weights}, {} numbers each", model.name, model.width);
        }
        match threshold {
            Some(t) => println!(
                "threshold {:.4}: accepts {:.3} % of pairs of two people, refuses {:.2} % of one person",
                t.similarity,
                100.0 * t.false_accept,
                100.0 * t.false_reject
            ),
            None => println!("no threshold yet: `blockprint faces calibrate` chooses one"),
        }
        Ok(())
    }
}

impl Remove {
    pub(super) fn run(&self) -> Result<(), Diagnostic> {
        let photos = Store::open(&self.store.store, false)?.remove(&self.name)?;
        let photos = usize::try_from(photos).unwrap_or(usize::MAX);
        eprintln!("removed {} with {}", self.name, count(photos, "photo", "photos"));
        Ok(())
    }
}
