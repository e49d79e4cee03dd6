//! Where a connector's records go.

use std::{cell::RefCell, fmt};

use codeclimate_connector_abi::v1::failure_kind;
use serde::Serialize;

use crate::{failure::Failure, field_error::FieldError, host::SharedHost, timestamp::Timestamp};

/// Takes records, checks each against the schema of its `_type`, and sends the good ones on.
///
/// A clone is the same producer. Several threads may produce at once; the records of one thread keep
/// their order. The verdict comes back at once; the record has reached the sink only when the next
/// checkpoint is durable.
///
/// ```
/// # use connector_interface::{RecordProducer, Error};
/// # use connector_testing::FakeRunner;
/// # let runner = FakeRunner::new();
/// # let records: RecordProducer = runner.context().records;
/// records.produce(&serde_json::json!({
///     "_type": "Incident",
///     "id": "Q1",
///     "self": "https://api.pagerduty.com/incidents/Q1",
///     "title": "Disk full",
///     "status": "resolved",
///     "createdAt": "2020-02-21T12:00:00Z",
/// }))?;
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone)]
pub struct RecordProducer {
    host: SharedHost,
}

/// Why a record was not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProduceError {
    /// It does not match its schema. The run may go on without it: log it, count it, produce the next.
    #[error("the record is invalid: {}", list(errors))]
    Invalid {
        /// Every error of the record.
        errors: Vec<FieldError>,
    },
    /// It cannot be written as JSON.
    #[error("the record cannot be written as JSON")]
    Serialize(#[source] serde_json::Error),
    /// The run is over, or this verb may not produce records.
    #[error("{reason}")]
    Closed {
        /// The runner's reason.
        reason: String,
    },
}

fn list(errors: &[FieldError]) -> String {
    let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
    lines.join("; ")
}

thread_local! {
    /// Reused from record to record: most of the cost of a small record would be its allocation.
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// A buffer that once held a giant record is not kept for the rest of the run.
const KEPT_CAPACITY: usize = 1024 * 1024;

impl RecordProducer {
    pub(crate) fn new(host: SharedHost) -> Self {
        Self { host }
    }

    /// Produces one record, extracted now.
    ///
    /// # Errors
    /// [`ProduceError`]; with `?` it ends the verb, as 'invalid records'.
    pub fn produce(&self, record: &(impl Serialize + ?Sized)) -> Result<(), ProduceError> {
        self.serialize(record, "")
    }

    /// Produces one record that was read from its source at the given time.
    ///
    /// # Errors
    /// As [`produce`](Self::produce).
    pub fn produce_extracted_at(
        &self,
        record: &(impl Serialize + ?Sized),
        extracted_at: Timestamp,
    ) -> Result<(), ProduceError> {
        self.serialize(record, &extracted_at.to_string())
    }

    /// Produces one record that is JSON already: one object in UTF-8. Its bytes go out as they are,
    /// but for line breaks between tokens.
    ///
    /// # Errors
    /// As [`produce`](Self::produce); bytes that are not JSON are an invalid record.
    pub fn produce_json(&self, record: impl AsRef<[u8]>) -> Result<(), ProduceError> {
        self.send(record.as_ref(), "")
    }

    fn serialize(&self, record: &(impl Serialize + ?Sized), extracted_at: &str) -> Result<(), ProduceError> {
        // Taken out, not borrowed: a `Serialize` of the author's may itself produce.
        let mut buffer = BUFFER.take();
        buffer.clear();
        let outcome = serde_json::to_writer(&mut buffer, record)
            .map_err(ProduceError::Serialize)
            .and_then(|()| self.send(&buffer, extracted_at));
        if buffer.capacity() <= KEPT_CAPACITY {
            BUFFER.set(buffer);
        }
        outcome
    }

    fn send(&self, record: &[u8], extracted_at: &str) -> Result<(), ProduceError> {
        self.host.produce(record, extracted_at).map_err(ProduceError::from)
    }
}

impl From<Failure> for ProduceError {
    fn from(failure: Failure) -> Self {
        if failure.kind != failure_kind::INVALID_RECORD {
            return Self::Closed { reason: failure.message };
        }
        let errors = if failure.errors.is_empty() {
            vec![FieldError {
                pointer: String::new(),
                message: failure.message,
                expected: String::new(),
                found: String::new(),
                suggestion: None,
            }]
        } else {
            failure.errors
        };
        Self::Invalid { errors }
    }
}

impl fmt::Debug for RecordProducer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("RecordProducer")
    }
}
