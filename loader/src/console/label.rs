//! Whose lines they are, where several runs go on at once.

use super::{cut_to, printable};

/// The longest id of a stream that is shown before a line, in bytes.
const SHOWN_NAME: usize = 200;

/// A stream of a connection; none while streams are discovered.
#[derive(Debug, Clone)]
pub(super) struct StreamLabel {
    pub(super) connection: String,
    pub(super) stream: Option<String>,
}

impl StreamLabel {
    pub(super) fn text(&self) -> String {
        match &self.stream {
            Some(stream) => format!("{}/{}", self.connection, printable(cut_to(stream, SHOWN_NAME))),
            None => self.connection.clone(),
        }
    }
}
