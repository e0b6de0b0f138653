//! `faces enroll`, `faces verify` and `faces identify`.

use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::cli::stream::{eprintln, println};
use owo_colors::OwoColorize;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::data::hex;
use crate::diag::{Diagnostic, codes};
use crate::run::Failure;
use crate::run::faces::{Embedder, Enrolment, Match, Store, similarity};

use super::{Format, NetworkArgs, StoreArgs, count, file_name, threshold};

#[derive(Debug, clap::Args)]
pub(super) struct Enroll {
    #[command(flatten)]
    pub(super) network: NetworkArgs,
    #[command(flatten)]
    store: StoreArgs,
    /// The person on the photos
    #[arg(long, required_unless_present = "from", conflicts_with = "from")]
    name: Option<String>,
    /// A folder with a folder of photos for each person, which bears the name
    #[arg(long, value_name = "FOLDER")]
    from: Option<PathBuf>,
    /// Of each folder, only so many photos
    #[arg(long, value_name = "N", requires = "from", value_parser = clap::value_parser!(u32).range(1..))]
    first: Option<u32>,
    /// The photos
    #[arg(required_unless_present = "from", conflicts_with = "from")]
    photos: Vec<PathBuf>,
}

impl Enroll {
    pub(super) fn run(&self, embedder: &mut Embedder<'_, '_>) -> Result<(), Failure> {
        // Before the work: a store of other weights is refused at once.
        let mut store = Store::open(&self.store.store, true)?;
        if store.model()?.is_some() {
            store.check(embedder.model())?;
        }
        let photos: Vec<(String, PathBuf)> = match (&self.name, &self.from) {
            (_, Some(folder)) => list(folder, self.first)?,
            (name, None) => self.photos.iter().map(|p| (name.clone().unwrap_or_default(), p.clone())).collect(),
        };
        let mut enrolments = Vec::with_capacity(photos.len());
        let mut problems = Vec::new();
        for (name, photo) in photos {
            match enrolment(embedder, name, &photo) {
                Ok(enrolment) => enrolments.push(enrolment),
                Err(problem) => problems.push(problem),
            }
        }
        if !problems.is_empty() {
            return Err(problems.into());
        }
        let added = store.enroll(embedder.model(), &enrolments)?;
        let names: std::collections::BTreeSet<&str> = enrolments.iter().map(|e| e.name.as_str()).collect();
        let who = match names.iter().next() {
            Some(only) if names.len() == 1 => only.to_string(),
            _ => count(names.len(), "person", "people"),
        };
        eprintln!("enrolled {who} with {} in {}", count(added, "photo", "photos"), self.store.store.display());
        if added < enrolments.len() {
            eprintln!("{} there already", count(enrolments.len() - added, "photo was", "photos were"));
        }
        Ok(())
    }
}

fn enrolment(embedder: &mut Embedder<'_, '_>, name: String, photo: &Path) -> Result<Enrolment, Diagnostic> {
    let embedding = embedder.embed_file(photo)?;
    let bytes = std::fs::read(photo)
        .map_err(|e| Diagnostic::error(codes::BAD_IMAGE, format!("`{}` cannot be read: {e}", photo.display())))?;
    let digest = hex(Sha256::digest(&bytes));
    Ok(Enrolment { name, source: file_name(photo), digest, embedding })
}

/// The photos in a folder's folders, with the names of the folders.
fn list(folder: &Path, first: Option<u32>) -> Result<Vec<(String, PathBuf)>, Diagnostic> {
    let entries = |path: &Path| -> Result<Vec<PathBuf>, Diagnostic> {
        let read = std::fs::read_dir(path).and_then(|d| d.map(|e| e.map(|e| e.path())).collect::<Result<Vec<_>, _>>());
        let mut paths = read
            .map_err(|e| Diagnostic::error(codes::DATA_MISSING, format!("`{}` cannot be read: {e}", path.display())))?;
        paths.retain(|p| !file_name(p).starts_with('.'));
        paths.sort();
        Ok(paths)
    };
    let mut photos = Vec::new();
    for person in entries(folder)?.into_iter().filter(|p| p.is_dir()) {
        let own = entries(&person)?.into_iter().filter(|p| p.is_file());
        photos.extend(own.take(first.map_or(usize::MAX, |n| n as usize)).map(|p| (file_name(&person), p)));
    }
    match photos.is_empty() {
        true => {
            Err(Diagnostic::error(codes::NO_EXAMPLES, format!("`{}` holds no folders of photos", folder.display()))
                .help("it should hold one folder of photos for each person"))
        }
        false => Ok(photos),
    }
}

#[derive(Debug, clap::Args)]
pub(super) struct Verify {
    #[command(flatten)]
    pub(super) network: NetworkArgs,
    #[command(flatten)]
    store: StoreArgs,
    /// The person that the photo is said to be of
    #[arg(long)]
    name: Option<String>,
    /// The least similarity, from -1 to 1 [default: the store's]
    #[arg(long, allow_negative_numbers = true)]
    threshold: Option<f64>,
    /// How to print the answer
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// The photo; without `--name`, two photos
    #[arg(required = true, num_args = 1..=2)]
    photos: Vec<PathBuf>,
}

impl Verify {
    pub(super) fn run(&self, embedder: &mut Embedder<'_, '_>) -> Result<(), Failure> {
        let (claim, score, threshold) = match (&self.name, self.photos.as_slice()) {
            (Some(name), [photo]) => {
                let store = Store::open(&self.store.store, false)?;
                store.check(embedder.model())?;
                let own = store.gallery(embedder.model().width, Some(name))?;
                let embedding = embedder.embed_file(photo)?;
                let score = own.nearest(&embedding, 1).first().map_or(-1.0, |m| m.similarity);
                (name.clone(), score, threshold(self.threshold, Some(&store))?)
            }
            (None, [a, b]) => {
                let score = similarity(&embedder.embed_file(a)?, &embedder.embed_file(b)?);
                let store = self.store.store.is_file().then(|| Store::open(&self.store.store, false)).transpose()?;
                // The threshold of another network says nothing.
                let store = store.filter(|s| s.check(embedder.model()).is_ok());
                (format!("the person on {}", b.display()), score, threshold(self.threshold, store.as_ref())?)
            }
            _ => {
                let problem = Diagnostic::error(codes::NOT_ENROLLED, "nothing says whom the photo is compared with");
                return Err(problem.help("give `--name` and one photo, or two photos without it").into());
            }
        };
        let same = threshold.map(|t| score >= t);
        if self.format == Format::Json {
            println!("{}", json!({ "similarity": score, "threshold": threshold, "same": same }));
            return Ok(());
        }
        let photo = self.photos.first().map(|p| p.display().to_string()).unwrap_or_default();
        match same {
            Some(true) => println!("{} {photo} is {claim}", "yes".green().bold()),
            Some(false) => println!("{}  {photo} is not {claim}", "no".red().bold()),
            None => println!("?   {photo} and {claim}: no threshold yet"),
        }
        println!("    similarity {score:.4}{}", of(threshold));
        if threshold.is_none() {
            eprintln!("`blockprint faces calibrate` chooses a threshold, and `--threshold` gives one");
        }
        Ok(())
    }
}

fn of(threshold: Option<f64>) -> String {
    threshold.map_or(String::new(), |t| format!(", threshold {t:.4}"))
}

#[derive(Debug, clap::Args)]
pub(super) struct Identify {
    #[command(flatten)]
    pub(super) network: NetworkArgs,
    #[command(flatten)]
    store: StoreArgs,
    /// How many people to print for each photo
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    top: u32,
    /// The least similarity, from -1 to 1 [default: the store's]
    #[arg(long, allow_negative_numbers = true)]
    threshold: Option<f64>,
    /// How to print the answers
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// The photos
    #[arg(required = true)]
    photos: Vec<PathBuf>,
}

impl Identify {
    pub(super) fn run(&self, embedder: &mut Embedder<'_, '_>) -> Result<(), Failure> {
        let store = Store::open(&self.store.store, false)?;
        store.check(embedder.model())?;
        let threshold = threshold(self.threshold, Some(&store))?;
        let begin = Instant::now();
        let gallery = store.gallery(embedder.model().width, None)?;
        let (loading, mut network, mut search) = (begin.elapsed(), 0.0, 0.0);
        let mut problems = Vec::new();
        for photo in &self.photos {
            let begin = Instant::now();
            let embedding = match embedder.embed_file(photo) {
                Ok(embedding) => embedding,
                Err(problem) => {
                    problems.push(problem);
                    continue;
                }
            };
            network += begin.elapsed().as_secs_f64();
            let begin = Instant::now();
            let matches = gallery.nearest(&embedding, self.top as usize);
            search += begin.elapsed().as_secs_f64();
            self.print(photo, &matches, threshold);
        }
        let each = |seconds: f64| 1e3 * seconds / self.photos.len() as f64;
        eprintln!(
            "{} of {}: {:.0} ms to load, then {:.1} ms for the network and {:.2} ms to search for each",
            count(gallery.len(), "photo", "photos"),
            count(gallery.names.len(), "person", "people"),
            1e3 * loading.as_secs_f64(),
            each(network),
            each(search)
        );
        if problems.is_empty() { Ok(()) } else { Err(problems.into()) }
    }

    fn print(&self, photo: &Path, matches: &[Match], threshold: Option<f64>) {
        let known = matches.first().filter(|m| threshold.is_none_or(|t| m.similarity >= t));
        if self.format == Format::Json {
            let name = known.map(|m| &m.name);
            println!("{}", json!({ "photo": photo, "name": name, "threshold": threshold, "nearest": matches }));
            return;
        }
        match known {
            Some(found) => println!("{}: {}", photo.display(), found.name.green().bold()),
            None => println!("{}: {}", photo.display(), "nobody enrolled".red().bold()),
        }
        let width = matches.iter().map(|m| m.name.chars().count()).max().unwrap_or(0);
        for (i, found) in matches.iter().enumerate() {
            let below = threshold.is_some_and(|t| found.similarity < t);
            let note = if i == 0 || below { of(threshold.filter(|_| i == 0)) } else { String::new() };
            let line = format!("  {:<width$}  {:.4}{note}", found.name, found.similarity);
            if below { println!("{}", line.dimmed()) } else { println!("{line}") }
        }
    }
}
