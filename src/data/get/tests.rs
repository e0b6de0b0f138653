//! Against a server on loopback.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;

/// Serves files until the process ends; the addresses that were asked for.
struct Server {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn new(files: &[(&str, Vec<u8>)]) -> Self {
        let files: BTreeMap<String, Vec<u8>> = files.iter().map(|(n, b)| (format!("/{n}"), b.clone())).collect();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("it is bound"));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = asked.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let mut reader = BufReader::new(&stream);
                let mut request = String::new();
                let _ = reader.read_line(&mut request);
                let path = request.split(' ').nth(1).unwrap_or_default().to_string();
                let mut line = String::new();
                while reader.read_line(&mut line).is_ok_and(|n| n > 2) {
                    line.clear();
                }
                // Before the answer: whoever has that may look at once.
                log.lock().expect("no test panics while it holds it").push(path.clone());
                let (status, body) = match files.get(&path) {
                    Some(body) => ("200 OK", body.as_slice()),
                    None => ("404 Not Found", &b"no"[..]),
                };
                // A name that begins so promises more than it gives.
                let length = body.len() + if path.starts_with("/short") { 10 } else { 0 };
                let head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
                let _ = (&stream).write_all(head.as_bytes()).and_then(|()| (&stream).write_all(body));
            }
        });
        Self { address, asked }
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().expect("no test panics while it holds it"))
    }
}

// The MD5 of `abc` is one of RFC 1321's examples.
const ABC: Checksum = Checksum::Md5("900150983cd24fb0d6963f7d28e17f72");

fn set(files: &'static [Remote]) -> Known {
    Known { name: "test", about: "", mirrors: &[], files }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> =
        entries.map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn files_are_fetched_once_and_mended() {
    let server = Server::new(&[("a.gz", b"abc".to_vec())]);
    let known = set(&[Remote { name: "a.gz", checksum: ABC, unpacks: None }]);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut seen = Vec::new();
    let mut go = || get(&known, folder.path(), Some(&server.address), &mut |f| seen.push(f.clone()));
    go().expect("the server has it");
    go().expect("it is there");
    assert_eq!(server.asked(), ["/a.gz"]);
    std::fs::write(folder.path().join("a.gz"), "abd").expect("the folder can be written");
    go().expect("the server has it");
    assert_eq!(server.asked(), ["/a.gz"]);
    assert_eq!(std::fs::read(folder.path().join("a.gz")).expect("it is there"), b"abc");
    assert!(matches!(seen.as_slice(), [Fetched::New(..), Fetched::Present(_), Fetched::New(..)]), "{seen:?}");
    assert_eq!(names(folder.path()), ["a.gz"]);
}

#[test]
fn nothing_is_left_of_a_wrong_or_a_missing_file() {
    let server = Server::new(&[("other.gz", b"abd".to_vec()), ("short.gz", b"abc".to_vec())]);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let fails = |name: &'static str, code| {
        let files = Box::leak(Box::new([Remote { name, checksum: ABC, unpacks: None }]));
        let error = get(&set(files), folder.path(), Some(&server.address), &mut |_| ()).expect_err("it is not right");
        assert_eq!(error.code, code, "{error:?}");
        assert_eq!(names(folder.path()), [""; 0]);
    };
    fails("other.gz", codes::WRONG_CHECKSUM);
    fails("short.gz", codes::CANNOT_FETCH);
    fails("missing.gz", codes::CANNOT_FETCH);
}

fn packed(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (name, content) in entries {
        let mut header = tar::Header::new_gnu();
        // The library refuses to write such paths itself.
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        builder.append(&header, *content).expect("memory can be written");
    }
    builder.into_inner().and_then(GzEncoder::finish).expect("memory can be written")
}

#[test]
fn archives_stay_in_their_folder() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("a.tar.gz");
    let unpack = |entries: &[(&str, &[u8])]| {
        std::fs::write(&path, packed(entries)).expect("the folder can be written");
        super::unpack::unpack(&path, folder.path(), "inner")
    };
    unpack(&[("inner/a.bin", b"a"), ("./inner/b.bin", b"b")]).expect("both lie in the folder");
    assert_eq!(names(&folder.path().join("inner")), ["a.bin", "b.bin"]);
    for outside in ["../evil", "/tmp/evil", "inner/../evil", "inner/deep/evil", "evil", "inner"] {
        let error = unpack(&[(outside, b"x")]).expect_err(outside);
        assert_eq!(error.code, codes::DATA_DAMAGED);
    }
    assert_eq!(names(folder.path()), ["a.tar.gz", "inner"]);
}

#[test]
fn names_are_suggested() {
    assert_eq!(named("mnist").map(|k| k.files.len()).ok(), Some(4));
    let error = named("fashionmnist").expect_err("it has an underscore");
    assert!(error.help.iter().any(|h| h.contains("fashion_mnist")), "{error:?}");
    for known in KNOWN {
        assert!(known.files.iter().all(|f| f.checksum.expected().len() == 32 && !f.name.contains('/')));
        assert!(known.mirrors.iter().all(|m| m.ends_with('/')));
    }
}
