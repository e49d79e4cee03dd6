//! The configuration as a map, which can be read into the author's own struct.

use std::{collections::BTreeMap, fmt};

use codeclimate_connector_abi::v1;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::error::Error;

/// The operator's configuration: a JSON object, as a map from key to value.
///
/// Most connectors name a struct as [`Client::Configuration`](crate::Client::Configuration) and never
/// look in here. Its `Debug` shows the keys only: values may be secrets.
#[derive(Clone, Default, PartialEq)]
pub struct ConfigurationMap(BTreeMap<String, Value>);

impl ConfigurationMap {
    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// All keys with their values, in the order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// Reads the whole map into a type.
    ///
    /// # Errors
    /// An [`Error`] of kind configuration that names the key where the type and the value part.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let object: Map<String, Value> = self.0.clone().into_iter().collect();
        serde_path_to_error::deserialize(Value::Object(object)).map_err(|error| {
            let place = match error.path().to_string() {
                path if path == "." => String::new(),
                path => format!("{path}: "),
            };
            Error::configuration(format!("{place}{}", error.inner()))
        })
    }

    pub(crate) fn from_abi(map: &v1::ConfigurationMap) -> Result<Self, Error> {
        let entry = |key: &str, json: &str| match serde_json::from_str(json) {
            Ok(value) => Ok((key.to_owned(), value)),
            Err(_) => {
                Err(Error::configuration(format!("{key}: the runner handed over a value that is not JSON")))
            }
        };
        map.iter().map(|pair| entry(pair.0, pair.1)).collect::<Result<_, _>>().map(Self)
    }
}

impl<K: Into<String>> FromIterator<(K, Value)> for ConfigurationMap {
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(entries: I) -> Self {
        Self(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }
}

impl fmt::Debug for ConfigurationMap {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Paging {
        #[expect(dead_code, reason = "only its type matters here")]
        page_size: u32,
    }

    #[derive(Debug, Deserialize)]
    struct Configuration {
        #[expect(dead_code, reason = "only its type matters here")]
        paging: Paging,
    }

    #[test]
    fn a_value_of_the_wrong_type_is_named_with_its_path() {
        let cases = [
            (json!({ "pageSize": "ten" }), "paging.pageSize: invalid type: string \"ten\", expected u32"),
            (json!({ "pagesize": 10 }), "paging.pagesize: unknown field `pagesize`, expected `pageSize`"),
            (json!({}), "paging: missing field `pageSize`"),
        ];
        for (paging, message) in cases {
            let map = ConfigurationMap::from_iter([("paging", paging)]);
            assert_eq!(map.read::<Configuration>().unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn debug_output_shows_no_value() {
        let map = ConfigurationMap::from_iter([("apiToken", json!("hunter2"))]);
        assert_eq!(format!("{map:?}"), r#"{"apiToken"}"#);
    }
}
