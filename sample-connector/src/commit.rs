//! One commit, read from its bytes.

use std::borrow::Cow;

use connector_interface::Error;
use encoding_rs::{Encoding, UTF_8};
use gix::{ObjectId, bstr::ByteSlice};

use crate::repository::Repository;

/// A commit: headers of one line each, an empty line, the message.
///
/// The bytes are read here and not by gix, which refuses the whole commit for a date or author that is not one.
/// Old histories have some, and git reads on.
pub(crate) struct Commit<'r> {
    repository: &'r Repository,
    object: gix::Commit<'r>,
}

/// The author or committer line of a commit.
pub(crate) struct Signature<'c> {
    pub(crate) name: Cow<'c, str>,
    pub(crate) email: Cow<'c, str>,
}

impl<'r> Commit<'r> {
    pub(crate) fn read(repository: &'r Repository, id: ObjectId) -> Result<Self, Error> {
        let object = repository.git.find_object(id).and_then(gix::Object::peel_to_commit);
        let object =
            object.map_err(|error| repository.error(&format!("commit {id} cannot be read"), error))?;
        Ok(Self { repository, object })
    }

    pub(crate) fn id(&self) -> ObjectId {
        self.object.id
    }

    pub(crate) fn tree(&self) -> Result<ObjectId, Error> {
        let tree = self.header("tree").next().and_then(|hex| ObjectId::from_hex(hex).ok());
        tree.ok_or_else(|| {
            Error::new(format!("git repository `{}`: commit {} has no tree", self.repository.id, self.id()))
        })
    }

    pub(crate) fn parents(&self) -> Vec<ObjectId> {
        self.header("parent").filter_map(|hex| ObjectId::from_hex(hex).ok()).collect()
    }

    /// Whether its parents were left behind when the repository was cloned.
    pub(crate) fn is_boundary(&self) -> bool {
        self.repository.boundary.contains(&self.id())
    }

    /// When it was committed, in seconds since 1970. As in git, there is no time before; a date that is none is 0.
    pub(crate) fn seconds(&self) -> i64 {
        let line = self.header("committer").next().unwrap_or_default();
        let date = line.rsplit_once_str(">").map_or(&b""[..], |(_, date)| date.trim_start());
        let digits = date.iter().take_while(|byte| byte.is_ascii_digit());
        digits
            .fold(0, |seconds: i64, digit| seconds.saturating_mul(10).saturating_add(i64::from(digit - b'0')))
    }

    pub(crate) fn author(&self) -> Option<Signature<'_>> {
        self.signature("author")
    }

    pub(crate) fn committer(&self) -> Option<Signature<'_>> {
        self.signature("committer")
    }

    pub(crate) fn message(&self) -> Cow<'_, str> {
        self.text(self.object.data.split_once_str("\n\n").map_or(b"", |(_, message)| message))
    }

    fn signature(&self, header: &str) -> Option<Signature<'_>> {
        let line = self.header(header).next()?;
        let person = line.rsplit_once_str(">").map_or(line, |(person, _date)| person);
        let (name, email) = person.split_once_str("<").unwrap_or((person, b""));
        Some(Signature { name: self.text(name.trim()), email: self.text(email.trim()) })
    }

    /// The values of a header. Lines that go on with a space, as of signatures, have no name and so match none.
    fn header(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        let headers =
            self.object.data.split_once_str("\n\n").map_or(&self.object.data[..], |(headers, _)| headers);
        headers.lines().filter_map(move |line| line.strip_prefix(name.as_bytes())?.strip_prefix(b" "))
    }

    /// Text in the encoding that the commit names, else UTF-8. What does not fit becomes U+FFFD.
    fn text<'c>(&self, bytes: &'c [u8]) -> Cow<'c, str> {
        let named = self.header("encoding").next().and_then(Encoding::for_label);
        named.unwrap_or(UTF_8).decode_without_bom_handling(bytes).0
    }
}
