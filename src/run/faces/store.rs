//! The store of enrolled people: embeddings in an SQLite file, never photos.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use serde::Serialize;

use crate::diag::{Code, Diagnostic, codes};

/// `BPfc`: says that an SQLite file is a store of faces.
const APPLICATION: i32 = 0x4250_6663;
/// The version of the tables.
const VERSION: i32 = 1;

const TABLES: &str = "
    CREATE TABLE model (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
    CREATE TABLE photos (
        id INTEGER PRIMARY KEY,
        person INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE,
        source TEXT NOT NULL,
        digest TEXT NOT NULL,
        embedding BLOB NOT NULL,
        UNIQUE (person, digest)
    );
";

/// What makes the embeddings of a store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Model {
    /// The model's name.
    pub name: String,
    /// The node that gives the embedding.
    pub node: String,
    /// The SHA-256 of its weights, in hexadecimal.
    pub weights: String,
    /// Numbers of an embedding.
    pub width: usize,
}

/// How similar two faces of one person are, as calibrated.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Threshold {
    /// Cosines of this or more are taken for one person.
    pub similarity: f64,
    /// The share of pairs of two people that this accepted in calibration.
    pub false_accept: f64,
    /// The share of pairs of one person that this refused in calibration.
    pub false_reject: f64,
}

/// One photo of a person, as it is enrolled.
#[derive(Clone, Debug, PartialEq)]
pub struct Enrolment {
    /// The person.
    pub name: String,
    /// The photo's file name.
    pub source: String,
    /// The SHA-256 of the file, in hexadecimal.
    pub digest: String,
    /// The embedding, of length one.
    pub embedding: Vec<f32>,
}

/// Everybody, in memory, for the search.
#[derive(Clone, Debug, PartialEq)]
pub struct Gallery {
    /// The people; a photo names one by its index.
    pub names: Vec<String>,
    /// The person of each photo.
    pub people: Vec<u32>,
    /// `[photo][width]`.
    pub embeddings: Vec<f32>,
}

/// A person and how many photos of them are enrolled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Person {
    /// The name.
    pub name: String,
    /// Photos.
    pub photos: u64,
}

/// An open store.
pub struct Store {
    path: PathBuf,
    db: Connection,
}

fn problem(code: Code, path: &Path, reason: impl std::fmt::Display) -> Diagnostic {
    Diagnostic::error(code, format!("`{}`: {reason}", path.display()))
}

impl Store {
    /// Opens a store, or makes an empty one where `create` says so and there is none.
    ///
    /// # Errors
    /// A file that is missing, is no store, or cannot be read.
    pub fn open(path: &Path, create: bool) -> Result<Store, Diagnostic> {
        if !create && !path.is_file() {
            return Err(problem(codes::STORE_UNUSABLE, path, "there is no such store")
                .help("`blockprint faces enroll` makes one"));
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let flags = if create { flags | OpenFlags::SQLITE_OPEN_CREATE } else { flags };
        let mut store = Connection::open_with_flags(path, flags)
            .map(|db| Store { path: path.to_path_buf(), db })
            .map_err(|e| problem(codes::STORE_UNUSABLE, path, format!("cannot be opened: {e}")))?;
        store.prepare().map_err(|e| store.failed(&e))??;
        Ok(store)
    }

    /// Makes the tables of a new file, and refuses a file that is something else.
    fn prepare(&mut self) -> rusqlite::Result<Result<(), Diagnostic>> {
        self.db.pragma_update(None, "foreign_keys", true)?;
        let deal = self.db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let pragma = |name: &str| deal.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
        let tables: i64 = deal.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        let (application, version) = (pragma("application_id")?, pragma("user_version")?);
        if tables == 0 && application == 0 {
            deal.execute_batch(TABLES)?;
            deal.pragma_update(None, "application_id", APPLICATION)?;
            deal.pragma_update(None, "user_version", VERSION)?;
            return deal.commit().map(Ok);
        }
        Ok(match (application, version) {
            (APPLICATION, VERSION) => Ok(()),
            (APPLICATION, other) => {
                let reason = format!("the store is of version {other}, and this program knows version {VERSION}");
                Err(problem(codes::STORE_UNUSABLE, &self.path, reason))
            }
            _ => Err(problem(codes::STORE_UNUSABLE, &self.path, "this is a database, but no store of faces")),
        })
    }

    fn failed(&self, error: &rusqlite::Error) -> Diagnostic {
        use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked, NotADatabase};
        let reason = match error.sqlite_error_code() {
            Some(NotADatabase) => "this is no store of faces".to_string(),
            Some(DatabaseBusy | DatabaseLocked) => "another process writes the store".to_string(),
            _ => format!("the store cannot be used: {error}"),
        };
        problem(codes::STORE_UNUSABLE, &self.path, reason)
    }

    fn damaged(&self, what: &str) -> Diagnostic {
        problem(codes::STORE_UNUSABLE, &self.path, format!("the store is damaged: {what}"))
    }

    fn setting(&self, key: &str) -> Result<Option<String>, Diagnostic> {
        let query = "SELECT value FROM model WHERE key = ?1";
        self.db.query_row(query, [key], |row| row.get(0)).optional().map_err(|e| self.failed(&e))
    }

    /// What made the embeddings; none in an empty store.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn model(&self) -> Result<Option<Model>, Diagnostic> {
        let Some(name) = self.setting("name")? else { return Ok(None) };
        let width = self.setting("width")?.and_then(|w| w.parse().ok()).filter(|w| (1..1 << 20).contains(w));
        match (self.setting("node")?, self.setting("weights")?, width) {
            (Some(node), Some(weights), Some(width)) => Ok(Some(Model { name, node, weights, width })),
            _ => Err(self.damaged("it does not say which weights made it")),
        }
    }

    /// Refuses a network other than the one that made the store. Numbers of two networks have
    /// nothing to do with each other.
    ///
    /// # Errors
    /// Another network; an empty store.
    pub fn check(&self, model: &Model) -> Result<(), Diagnostic> {
        let Some(own) = self.model()? else {
            return Err(problem(codes::NOT_ENROLLED, &self.path, "nobody is enrolled yet")
                .help("`blockprint faces enroll` enrols people"));
        };
        if own == *model {
            return Ok(());
        }
        let short = |m: &Model| format!("`{}` of {} ({})", m.node, m.name, m.weights.get(..12).unwrap_or(&m.weights));
        let message = format!("the store was made by {}, and these are {}", short(&own), short(model));
        Err(problem(codes::STORE_OTHER_WEIGHTS, &self.path, message)
            .help("use the weights of the store, or enrol everybody into a new one"))
    }

    /// Adds photos, all of them or none; how many were not there yet.
    ///
    /// # Errors
    /// A store of another network, or that cannot be written.
    pub fn enroll(&mut self, model: &Model, photos: &[Enrolment]) -> Result<usize, Diagnostic> {
        if self.model()?.is_some() {
            self.check(model)?;
        }
        self.add(model, photos).map_err(|e| self.failed(&e))
    }

    fn add(&mut self, model: &Model, photos: &[Enrolment]) -> rusqlite::Result<usize> {
        let deal = self.db.transaction()?;
        let settings = [
            ("name", model.name.clone()),
            ("node", model.node.clone()),
            ("weights", model.weights.clone()),
            ("width", model.width.to_string()),
        ];
        for (key, value) in settings {
            deal.execute("INSERT OR IGNORE INTO model (key, value) VALUES (?1, ?2)", params![key, value])?;
        }
        let mut added = 0;
        {
            let mut person = deal.prepare("INSERT OR IGNORE INTO people (name) VALUES (?1)")?;
            let mut photo = deal.prepare(
                "INSERT OR IGNORE INTO photos (person, source, digest, embedding)
                 VALUES ((SELECT id FROM people WHERE name = ?1), ?2, ?3, ?4)",
            )?;
            for Enrolment { name, source, digest, embedding } in photos {
                person.execute([name])?;
                let bytes: Vec<u8> = embedding.iter().flat_map(|v| v.to_le_bytes()).collect();
                added += photo.execute(params![name, source, digest, bytes])?;
            }
        }
        deal.commit()?;
        Ok(added)
    }

    /// Removes a person with all photos; how many those were.
    ///
    /// # Errors
    /// A name that is not enrolled; a store that cannot be written.
    pub fn remove(&mut self, name: &str) -> Result<u64, Diagnostic> {
        let people = self.people()?;
        let Some(person) = people.iter().find(|p| p.name == name) else { return Err(self.unknown(name, &people)) };
        self.db.execute("DELETE FROM people WHERE name = ?1", [name]).map_err(|e| self.failed(&e))?;
        Ok(person.photos)
    }

    /// The problem that a name is not enrolled.
    fn unknown(&self, name: &str, people: &[Person]) -> Diagnostic {
        let close = crate::diag::did_you_mean(name, people.iter().map(|p| p.name.as_str()));
        problem(codes::NOT_ENROLLED, &self.path, format!("nobody is enrolled as `{name}`")).help(match close {
            Some(close) => format!("did you mean `{close}`?"),
            None => "`blockprint faces list` shows who is".to_string(),
        })
    }

    /// Everybody by name.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn people(&self) -> Result<Vec<Person>, Diagnostic> {
        let read = || -> rusqlite::Result<Vec<Person>> {
            let mut query = self.db.prepare(
                "SELECT name, count(photos.id) FROM people LEFT JOIN photos ON person = people.id
                 GROUP BY people.id ORDER BY name",
            )?;
            let rows = query
                .query_map([], |row| Ok(Person { name: row.get(0)?, photos: row.get::<_, i64>(1)?.unsigned_abs() }))?;
            rows.collect()
        };
        read().map_err(|e| self.failed(&e))
    }

    /// The embeddings of all photos, or of one person's.
    ///
    /// # Errors
    /// A store that cannot be read or is damaged; a name that is not enrolled.
    pub fn gallery(&self, width: usize, name: Option<&str>) -> Result<Gallery, Diagnostic> {
        let mut gallery = Gallery { names: Vec::new(), people: Vec::new(), embeddings: Vec::new() };
        let whole = self.load(width, name, &mut gallery).map_err(|e| self.failed(&e))?;
        match (name, whole) {
            (_, false) => Err(self.damaged(&format!("an embedding does not have {width} numbers"))),
            (Some(name), _) if gallery.people.is_empty() => Err(self.unknown(name, &self.people()?)),
            _ => Ok(gallery),
        }
    }

    /// Whether all embeddings had the width.
    fn load(&self, width: usize, name: Option<&str>, gallery: &mut Gallery) -> rusqlite::Result<bool> {
        let only = if name.is_some() { "WHERE name = ?1" } else { "WHERE ?1 IS NULL" };
        let mut people = self.db.prepare(&format!("SELECT id, name FROM people {only} ORDER BY name"))?;
        let mut photos = self.db.prepare(&format!(
            "SELECT person, embedding FROM photos {} ORDER BY id",
            if name.is_some() { "WHERE person = (SELECT id FROM people WHERE name = ?1)" } else { "WHERE ?1 IS NULL" }
        ))?;
        let mut index = std::collections::HashMap::new();
        let mut rows = people.query([name])?;
        while let Some(row) = rows.next()? {
            index.insert(row.get::<_, i64>(0)?, gallery.names.len() as u32);
            gallery.names.push(row.get(1)?);
        }
        let count: i64 = self.db.query_row("SELECT count(*) FROM photos", [], |row| row.get(0))?;
        let expected = if name.is_some() { 0 } else { usize::try_from(count).unwrap_or(0) };
        gallery.people.reserve(expected);
        gallery.embeddings.reserve(expected.saturating_mul(width));
        let mut rows = photos.query([name])?;
        while let Some(row) = rows.next()? {
            let blob = row.get_ref(1)?.as_blob().unwrap_or_default();
            let (numbers, rest) = blob.as_chunks::<4>();
            let Some(person) = index.get(&row.get::<_, i64>(0)?).filter(|_| numbers.len() == width && rest.is_empty())
            else {
                return Ok(false);
            };
            gallery.people.push(*person);
            gallery.embeddings.extend(numbers.iter().map(|b| f32::from_le_bytes(*b)));
        }
        Ok(true)
    }

    /// The calibrated threshold, where there is one.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub fn threshold(&self) -> Result<Option<Threshold>, Diagnostic> {
        let number = |key: &str| Ok::<_, Diagnostic>(self.setting(key)?.and_then(|v| v.parse::<f64>().ok()));
        let Some(similarity) = number("threshold")? else { return Ok(None) };
        let rate = |value: Option<f64>| value.unwrap_or(f64::NAN);
        let (accept, reject) = (number("false_accept")?, number("false_reject")?);
        Ok(Some(Threshold { similarity, false_accept: rate(accept), false_reject: rate(reject) }))
    }

    /// Keeps a threshold for the network that made the store.
    ///
    /// # Errors
    /// A store of another network, or that cannot be written.
    pub fn set_threshold(&mut self, model: &Model, threshold: Threshold) -> Result<(), Diagnostic> {
        if self.model()?.is_some() {
            self.check(model)?;
        }
        let values = [
            ("name", model.name.clone()),
            ("node", model.node.clone()),
            ("weights", model.weights.clone()),
            ("width", model.width.to_string()),
            ("threshold", threshold.similarity.to_string()),
            ("false_accept", threshold.false_accept.to_string()),
            ("false_reject", threshold.false_reject.to_string()),
        ];
        let write = |db: &mut Connection| -> rusqlite::Result<()> {
            let deal = db.transaction()?;
            for (key, value) in values {
                deal.execute("INSERT OR REPLACE INTO model (key, value) VALUES (?1, ?2)", params![key, value])?;
            }
            deal.commit()
        };
        write(&mut self.db).map_err(|e| self.failed(&e))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(weights: &str) -> Model {
        Model { name: "m".into(), node: "embedding".into(), weights: weights.into(), width: 2 }
    }

    fn photo(name: &str, source: &str, embedding: [f32; 2]) -> Enrolment {
        Enrolment { name: name.into(), source: source.into(), digest: source.into(), embedding: embedding.to_vec() }
    }

    #[test]
    fn people_are_kept_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("faces.db");
        let mut store = Store::open(&path, true).unwrap();
        assert_eq!((store.model().unwrap(), store.check(&model("a")).unwrap_err().code), (None, codes::NOT_ENROLLED));
        let photos = [photo("ada", "1.png", [1.0, 0.0]), photo("bob", "2.png", [0.0, 1.0])];
        assert_eq!(store.enroll(&model("a"), &photos).unwrap(), 2);
        let more = [photo("ada", "1.png", [1.0, 0.0]), photo("ada", "3.png", [0.6, 0.8])];
        assert_eq!(store.enroll(&model("a"), &more).unwrap(), 1, "the same photo counts once");
        drop(store);
        let mut store = Store::open(&path, false).unwrap();
        let gallery = store.gallery(2, None).unwrap();
        assert_eq!(
            (gallery.names.as_slice(), gallery.people.as_slice()),
            (&["ada".to_string(), "bob".into()][..], &[0, 1, 0][..])
        );
        assert_eq!(gallery.embeddings, [1.0, 0.0, 0.0, 1.0, 0.6, 0.8]);
        assert_eq!(store.gallery(2, Some("ada")).unwrap().embeddings, [1.0, 0.0, 0.6, 0.8]);
        assert_eq!(store.gallery(3, None).unwrap_err().code, codes::STORE_UNUSABLE);
        assert_eq!(store.remove("adda").unwrap_err().help.as_deref(), Some("did you mean `ada`?"));
        assert_eq!(store.remove("ada").unwrap(), 2);
        assert_eq!(store.people().unwrap(), [Person { name: "bob".into(), photos: 1 }]);
        assert_eq!(store.gallery(2, None).unwrap().embeddings, [0.0, 1.0]);
    }

    #[test]
    fn other_weights_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(&folder.path().join("faces.db"), true).unwrap();
        store.enroll(&model("a"), &[photo("ada", "1.png", [1.0, 0.0])]).unwrap();
        let refused = store.enroll(&model("b"), &[photo("bob", "2.png", [1.0, 0.0])]).unwrap_err();
        assert_eq!(refused.code, codes::STORE_OTHER_WEIGHTS);
        assert_eq!(store.people().unwrap().len(), 1);
        let threshold = Threshold { similarity: 0.4, false_accept: 0.001, false_reject: 0.02 };
        assert_eq!(store.set_threshold(&model("b"), threshold).unwrap_err().code, codes::STORE_OTHER_WEIGHTS);
        store.set_threshold(&model("a"), threshold).unwrap();
        assert_eq!(store.threshold().unwrap(), Some(threshold));
    }

    #[test]
    fn other_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.db");
        let code = |path: &Path, create| Store::open(path, create).err().map(|d| d.code);
        assert_eq!(code(&path, false), Some(codes::STORE_UNUSABLE));
        std::fs::write(&path, "this is a text, and long enough to be taken for one").unwrap();
        assert_eq!(code(&path, true), Some(codes::STORE_UNUSABLE));
        let other = folder.path().join("y.db");
        Connection::open(&other).unwrap().execute_batch("CREATE TABLE t (x)").unwrap();
        assert_eq!(code(&other, true), Some(codes::STORE_UNUSABLE));
    }
}
