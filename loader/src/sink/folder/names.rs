//! The names of folders and files.

use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{digest::Digest, sink::Scope, state::Lane};

/// What may stand in a name as it is. No dot: a folder cannot be hidden, nor look like a file of records.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');
/// The longest name as it is, in bytes.
const MAX_NAME: usize = 150;
/// What of a digest tells two long names apart.
const DIGEST: usize = 32;

/// A name that no other text has, fit for a file.
pub(crate) fn file_name(text: &str) -> String {
    let name = utf8_percent_encode(text, PLAIN).to_string();
    if name.len() <= MAX_NAME && !name.is_empty() {
        return name;
    }
    let digest = Digest::of_bytes(text.as_bytes()).to_string();
    format!("{}~{}", &name[..name.len().min(MAX_NAME)], &digest[..digest.len().min(DIGEST)])
}

/// The folder of a stream.
pub(super) fn folder_of(root: &Path, scope: &Scope) -> PathBuf {
    let stream = root.join(file_name(&scope.connection)).join(file_name(&scope.stream));
    match &scope.lane {
        Lane::Sync => stream,
        lane => stream.join(file_name(&lane.to_string())),
    }
}

/// The name of a file of records.
pub(super) fn record_file(record_type: &str, number: u32, compressed: bool) -> String {
    let ending = if compressed { "ndjson.zst" } else { "ndjson" };
    format!("{record_type}.{number:05}.{ending}")
}

/// What such a name says: type, number, and whether it is compressed.
pub(super) fn read_record_file(name: &str) -> Option<(&'static str, u32, bool)> {
    let (record_type, rest) = name.split_once('.')?;
    let (number, ending) = rest.split_once('.')?;
    let record_type = connector_schemas::record_type(record_type)?.name();
    let number: u32 = number.parse().ok()?;
    let compressed = match ending {
        "ndjson" => false,
        "ndjson.zst" => true,
        _ => return None,
    };
    // Only what we would write ourselves.
    (record_file(record_type, number, compressed) == name).then_some((record_type, number, compressed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_texts_have_one_name_and_none_is_hidden_or_leads_elsewhere() {
        let long = ["x".repeat(400), format!("{}y", "x".repeat(399)), "é".repeat(60)];
        let mut texts = vec!["", ".", "..", "a", "%61", "A", "a/b", "../a", "Commit.00001.ndjson"];
        texts.extend(long.iter().map(String::as_str));
        let names: Vec<String> = texts.iter().map(|text| file_name(text)).collect();
        let mut different = names.clone();
        different.sort();
        different.dedup();
        assert_eq!(different.len(), names.len(), "{names:?}");
        assert!(
            names.iter().all(|name| !name.contains(['.', '/']) && (1..200).contains(&name.len())),
            "{names:?}"
        );
    }

    #[test]
    fn only_our_own_files_are_known_by_name() {
        assert_eq!(read_record_file("Commit.00012.ndjson"), Some(("Commit", 12, false)));
        assert_eq!(read_record_file("Commit.123456.ndjson.zst"), Some(("Commit", 123_456, true)));
        for name in
            ["Commit.12.ndjson", "Commit.00012.json", "Photo.00001.ndjson", ".lock", "Commit.00001.ndjson.gz"]
        {
            assert_eq!(read_record_file(name), None, "{name}");
        }
    }
}
