//! What the source holds, and what is done wrong.

use connector_interface::{ConfigurationMap, Error};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};

/// A connector for tests: it does everything right, save for the one thing that `fault` names.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(example = json!({ "apiToken": "not-a-real-token" }))]
pub struct Configuration {
    /// What the source would be asked with.
    #[schemars(extend("secret" = true))]
    pub api_token: String,
    /// How many items the source holds; the newest has this number, the oldest number 1.
    #[serde(default = "thirty")]
    pub items: u64,
    /// What is done wrong: the test of `check` that must fail.
    #[serde(default)]
    pub fault: Option<Fault>,
}

const fn thirty() -> u64 {
    30
}

/// A test that is failed on purpose, by its name. Those of the file alone are not among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// The client panics while it is made.
    Loads,
    /// A token that is not there is made up.
    MissingConfiguration,
    /// Whatever stands for the token is taken as a text.
    WrongType,
    /// An empty token is taken.
    EmptyConfiguration,
    /// Keys that are not known are left alone.
    UnknownKey,
    /// A record is produced while the configuration is verified.
    Verify,
    /// Two streams have the same id.
    Streams,
    /// A stream breaks its schema.
    StreamsRefused,
    /// A stream has another id each time.
    StreamsStable,
    /// A record breaks its schema.
    RecordsValid,
    /// A record is of a type that is not declared.
    TypesDeclared,
    /// Two records have the same `self`.
    UniqueSelf,
    /// Two streams say different things of the same `self`.
    UniqueSelfAcross,
    /// The cutoff is not looked at.
    Cutoff,
    /// What is just as new as the cutoff is left out.
    CutoffExclusive,
    /// A state goes on a page too far.
    Resume,
    /// A state of a run that has gone on goes on a page too far.
    ResumeTwice,
    /// A state counts the pages of its own run only.
    ResumeRelative,
    /// Every state but the last begins anew.
    ResumeAnew,
    /// Nobody looks whether to stop.
    Cancel,
    /// The walk goes on to its end, whoever asks it to stop.
    Deaf,
    /// Who is stopped before its first checkpoint says that all was read.
    FinishedWhenCancelled,
    /// All that was read is kept.
    MemoryFlat,
    /// The token is logged.
    Secrets,
    /// A line is printed.
    Stdout,
    /// A thread goes on when the verb has returned.
    AfterReturn,
    /// The token stands in the `self` of two records.
    SecretInSelf,
    /// A line is printed by a sync that goes on from a state.
    StdoutWhenResumed,
}

/// The configuration as it was handed over. Some faults are in how it is read.
#[derive(Debug)]
pub struct Written(Map<String, Value>);

impl<'de> Deserialize<'de> for Written {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Map::deserialize(deserializer).map(Self)
    }
}

impl Written {
    pub(crate) fn read(mut self) -> Result<Configuration, Error> {
        let fault = self.0.get("fault").and_then(|fault| Fault::deserialize(fault).ok());
        match fault {
            Some(Fault::MissingConfiguration) if !self.0.contains_key("apiToken") => {
                self.set_token("made up".to_owned());
            }
            Some(Fault::WrongType) => {
                let token = self.0.get("apiToken").filter(|token| !token.is_string()).map(Value::to_string);
                token.into_iter().for_each(|token| self.set_token(token));
            }
            Some(Fault::UnknownKey) => {
                self.0.retain(|key, _| ["apiToken", "items", "fault"].contains(&key.as_str()));
            }
            _ => {}
        }
        ConfigurationMap::from_iter(self.0).read()
    }

    fn set_token(&mut self, token: String) {
        self.0.insert("apiToken".to_owned(), token.into());
    }
}
