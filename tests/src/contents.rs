//! What sinks hold, and how that differs from what it should be.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use rusqlite::Connection;
use serde_json::Value;

/// The records of a sink in their order, and what of them cannot be read.
#[derive(Debug, Default)]
pub struct Contents {
    /// The records, out of their envelopes.
    pub records: Vec<Value>,
    /// The ids of the runs that produced them.
    pub runs: Vec<String>,
    /// What is no record, such as the half of a line that a killed runner leaves.
    pub torn: Vec<String>,
}

impl Contents {
    /// Of a file with one envelope a line. One that is not there holds nothing.
    #[must_use]
    pub fn of_file(path: &Path) -> Self {
        let mut contents = Self::default();
        contents.read_file(path);
        contents
    }

    /// Of all such files in a folder and the folders in it, also compressed ones, in the order of their names.
    #[must_use]
    pub fn of_folder(path: &Path) -> Self {
        let mut contents = Self::default();
        files(path).iter().for_each(|file| contents.read_file(file));
        contents
    }

    /// Of the table `records` of a database. It is a copy that is looked at: to open one changes it.
    #[must_use]
    pub fn of_database(path: &Path) -> Self {
        let copied =
            tempfile::tempdir().and_then(|folder| copy_database(path, folder.path()).map(|()| folder));
        match copied.map(|folder| read_database(&folder.path().join(COPY))) {
            Ok(Ok(records)) => Self { records, ..Self::default() },
            Ok(Err(error)) => Self { torn: vec![format!("{}: {error}", path.display())], ..Self::default() },
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::default(),
            Err(error) => Self { torn: vec![format!("{}: {error}", path.display())], ..Self::default() },
        }
    }

    fn read_file(&mut self, path: &Path) {
        let Ok(bytes) = fs::read(path) else { return };
        let bytes = if is_compressed(path) { self.decompress(path, &bytes) } else { bytes };
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            match serde_json::from_slice::<Value>(line) {
                Ok(mut envelope) if line.ends_with(b"\n") => {
                    self.runs.push(envelope["run"].as_str().unwrap_or_default().to_owned());
                    self.records.push(envelope["record"].take());
                }
                _ => self.torn.push(format!("{}: {}", path.display(), String::from_utf8_lossy(line))),
            }
        }
    }

    fn decompress(&mut self, path: &Path, bytes: &[u8]) -> Vec<u8> {
        let mut readable = Vec::new();
        let decoded = zstd::Decoder::new(bytes).and_then(|mut decoder| io::copy(&mut decoder, &mut readable));
        if let Err(error) = decoded {
            self.torn.push(format!("{}: {error}", path.display()));
        }
        readable
    }

    /// In what it differs from records that it is to hold, each of them once and nothing else; none where it does not.
    #[must_use]
    pub fn difference(&self, reference: &[Value]) -> Option<String> {
        let (held, wanted) = (counted(&self.records), counted(reference));
        let more = held.iter().filter(|(record, count)| wanted.get(*record).is_none_or(|most| most < count));
        let more = more.map(|(record, count)| {
            let most = wanted.get(record).unwrap_or(&0);
            format!("{count} times instead of {most}: {}", named(record))
        });
        let torn = self.torn.iter().map(|text| format!("not readable: {text}"));
        said(missing(&held, &wanted).chain(more).chain(torn))
    }

    /// What of these records it does not hold; none where it holds all. It may hold others, and some of them twice.
    #[must_use]
    pub fn lack(&self, records: &[Value]) -> Option<String> {
        said(missing(&counted(&self.records), &counted(records)))
    }
}

fn missing<'a>(
    held: &'a BTreeMap<String, usize>,
    wanted: &'a BTreeMap<String, usize>,
) -> impl Iterator<Item = String> + 'a {
    wanted
        .keys()
        .filter(|record| !held.contains_key(*record))
        .map(|record| format!("missing: {}", named(record)))
}

/// What a record is known by.
fn named(record: &str) -> String {
    let uri =
        serde_json::from_str(record).ok().and_then(|record: Value| Some(record["self"].as_str()?.to_owned()));
    uri.unwrap_or_else(|| record.to_owned())
}

fn counted(records: &[Value]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for record in records {
        *counts.entry(record.to_string()).or_default() += 1;
    }
    counts
}

/// How many findings are shown of all.
const SHOWN: usize = 5;

fn said(findings: impl Iterator<Item = String>) -> Option<String> {
    let findings: Vec<String> = findings.collect();
    let shown = findings.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("\n");
    (!findings.is_empty()).then(|| format!("{} findings:\n{shown}", findings.len()))
}

fn is_compressed(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "zst")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            found.extend(files(&path));
        } else if name.ends_with(".ndjson") || name.ends_with(".ndjson.zst") {
            found.push(path);
        }
    }
    found.sort();
    found
}

const COPY: &str = "copy";

/// With the files in which SQLite keeps what is not in the database yet.
fn copy_database(path: &Path, folder: &Path) -> io::Result<()> {
    fs::copy(path, folder.join(COPY))?;
    for suffix in ["-wal", "-journal"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        if Path::new(&name).exists() {
            fs::copy(&name, folder.join(format!("{COPY}{suffix}")))?;
        }
    }
    Ok(())
}

fn read_database(path: &Path) -> Result<Vec<Value>, rusqlite::Error> {
    let connection = Connection::open(path)?;
    let tables = "SELECT count(*) FROM sqlite_schema WHERE name = 'records'";
    if connection.query_row(tables, [], |row| row.get::<_, i64>(0))? == 0 {
        return Ok(Vec::new());
    }
    let mut query = connection.prepare("SELECT record FROM records ORDER BY rowid")?;
    let rows = query.query_map([], |row| row.get::<_, String>(0))?;
    // What is not JSON stays the text that it is, and so differs from every record.
    rows.map(|text| text.map(|text| serde_json::from_str(&text).unwrap_or(Value::String(text)))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn contents(records: &[u64], torn: &[&str]) -> Contents {
        let records = records.iter().map(|number| json!(number)).collect();
        Contents { records, runs: Vec::new(), torn: torn.iter().map(|text| (*text).to_owned()).collect() }
    }

    #[test]
    fn what_is_missing_too_much_foreign_or_torn_is_a_difference() {
        let reference: Vec<Value> = vec![json!(1), json!(2)];
        for (found, complaint) in [
            (contents(&[2, 1], &[]), None),
            (contents(&[2], &[]), Some("missing: 1")),
            (contents(&[1, 2, 1], &[]), Some("2 times instead of 1: 1")),
            (contents(&[1, 2, 3], &[]), Some("1 times instead of 0: 3")),
            (contents(&[1, 2], &["{"]), Some("not readable: {")),
        ] {
            let difference = found.difference(&reference);
            match complaint {
                Some(complaint) => assert!(difference.clone().unwrap().contains(complaint), "{difference:?}"),
                None => assert_eq!(difference, None),
            }
        }
        assert_eq!(contents(&[1, 2, 1, 3], &["{"]).lack(&reference), None);
        assert!(contents(&[1], &[]).lack(&reference).unwrap().contains("missing: 2"));
    }

    #[test]
    fn files_are_read_as_far_as_they_go() {
        let folder = tempfile::tempdir().unwrap();
        let line = |number: u64| format!("{{\"run\":\"r\",\"record\":{number}}}\n");
        fs::create_dir(folder.path().join("inner")).unwrap();
        fs::write(folder.path().join("inner/A.00001.ndjson"), line(1) + &line(2)).unwrap();
        let whole = zstd::encode_all(line(3).as_bytes(), 0).unwrap();
        let half = zstd::encode_all(line(4).as_bytes(), 0).unwrap();
        let frames = [&whole[..], &half[..half.len() / 2]].concat();
        fs::write(folder.path().join("inner/B.00001.ndjson.zst"), frames).unwrap();
        fs::write(folder.path().join("inner/C.00001.ndjson"), line(5) + "{\"run\":\"r\",").unwrap();
        fs::write(folder.path().join("inner/other"), "no records").unwrap();
        let contents = Contents::of_folder(folder.path());
        assert_eq!(contents.records, [1, 2, 3, 5]);
        let torn = ["incomplete frame", "B.00001.ndjson.zst: {", "C.00001.ndjson: {"];
        let is_told = |part: &str| contents.torn.iter().any(|text| text.contains(part));
        assert!(torn.iter().all(|part| is_told(part)), "{:?}", contents.torn);
    }

    #[test]
    fn a_database_is_read_with_what_only_its_journal_holds() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("records.sqlite3");
        assert_eq!(Contents::of_database(&path).records.len(), 0);
        let connection = Connection::open(&path).unwrap();
        connection.pragma_update(None, "journal_mode", "WAL").unwrap();
        connection.execute("CREATE TABLE records (record TEXT)", []).unwrap();
        connection.execute("INSERT INTO records VALUES ('7')", []).unwrap();
        assert_eq!(Contents::of_database(&path).records, [7]);
    }
}
