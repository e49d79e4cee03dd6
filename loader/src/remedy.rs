//! What mends a problem: for who runs a connector and for who builds it, apart.

use serde::Serialize;

/// What each of two people can do about a problem, an imperative each; nothing where that one can do nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Remedy {
    /// For who runs the connector.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// For who builds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
}

impl Remedy {
    /// Something for both.
    pub fn new(operator: impl Into<String>, author: impl Into<String>) -> Remedy {
        Remedy { operator: Some(operator.into()), author: Some(author.into()) }
    }

    /// Something that only who runs it can do.
    pub fn of_operator(operator: impl Into<String>) -> Remedy {
        Remedy { operator: Some(operator.into()), author: None }
    }
}
