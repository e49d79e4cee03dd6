//! C03: the configuration's schema describes every key and refuses others.

use serde_json::{Map, Value, json};

use super::count;
use crate::{
    configuration::{CheckError, Configuration, ConfigurationSource},
    conformance::verdict::{Finding, Verdict},
    reference::Applied,
};

/// How deep objects inside each other are followed.
const MAX_DEPTH: usize = 8;

/// Last words of keys that hold secrets.
const SECRET_WORDS: [&str; 10] = [
    "token",
    "tokens",
    "password",
    "passwords",
    "passwd",
    "passphrase",
    "secret",
    "secrets",
    "credential",
    "credentials",
];
/// What comes before `key` where a key is a secret; one of a project is none.
const KEY_WORDS: [&str; 9] =
    ["", "api", "access", "auth", "private", "secret", "signing", "encryption", "client"];

/// The key of a schema under which the values of a map are described.
const REST: &str = "additionalProperties";

/// Judges the schema of a file's note.
pub(crate) fn configuration_schema(schema: &Value) -> Verdict {
    if let Err(CheckError::BadSchema { cause }) = check(schema, &Map::new()) {
        let finding = Finding::new("it is not a valid JSON Schema").found(cause.to_string());
        return finding.remedy("write configuration.schema.json anew from the configuration's struct").into();
    }
    let mut keys = Vec::new();
    add_keys(schema, &Applied::of(schema, schema), "", false, MAX_DEPTH, &mut keys);
    let findings: Vec<Finding> = object(schema)
        .into_iter()
        .chain(unknown_keys(schema))
        .chain(keys.iter().filter_map(Key::without_description))
        .chain(keys.iter().filter_map(Key::without_secret))
        .chain(examples(schema))
        .collect();
    Verdict::of(findings, || {
        let secrets = keys.iter().filter(|key| key.is_secret).count();
        format!("{}, {} of them secret", count(keys.len(), "key"), secrets)
    })
}

fn check(schema: &Value, map: &Map<String, Value>) -> Result<(), CheckError> {
    Configuration::from_map(ConfigurationSource::Stdin, map.clone()).check(schema)
}

fn object(schema: &Value) -> Option<Finding> {
    let found = Applied::of(schema, schema).first("type").cloned().unwrap_or_default();
    (found != json!("object")).then(|| {
        let finding = Finding::new("it is not the schema of an object").expected("\"type\": \"object\"");
        finding.found(if found.is_null() { "no type".to_owned() } else { found.to_string() }).remedy("add it")
    })
}

fn unknown_keys(schema: &Value) -> Option<Finding> {
    let name = "unexpectedKey";
    let map = [(name.to_owned(), json!(true))].into_iter().collect();
    let refused = match check(schema, &map) {
        Err(CheckError::Refused { problems, .. }) => {
            problems.iter().any(|problem| problem.pointer == format!("/{name}"))
        }
        _ => false,
    };
    (!refused).then(|| {
        let finding = Finding::new("it lets keys pass that it does not know");
        let finding =
            finding.expected("\"additionalProperties\": false").found(format!("the key {name:?} passes"));
        finding.remedy("put `#[serde(deny_unknown_fields)]` on the configuration's struct, and write it anew")
    })
}

fn examples(schema: &Value) -> Vec<Finding> {
    let examples = Applied::of(schema, schema).examples();
    if examples.is_empty() {
        let finding =
            Finding::new("it has no example").expected("a whole configuration in `examples`").found("none");
        return vec![
            finding.remedy("add one with `#[schemars(example = ..)]` on the configuration's struct"),
        ];
    }
    let faults = (1..).zip(&examples).filter_map(|(number, example)| Some((number, fault(schema, example)?)));
    let told = faults.map(|(number, fault)| {
        let finding =
            Finding::new(format!("example {number} does not fit it")).expected("a valid configuration");
        finding.found(fault).remedy("mend the example, or the schema")
    });
    told.collect()
}

/// What is wrong with an example; texts of the operator's are never in it.
fn fault(schema: &Value, example: &Value) -> Option<String> {
    let Some(map) = example.as_object() else { return Some("no object".to_owned()) };
    match check(schema, map) {
        Err(CheckError::Refused { problems, .. }) => {
            Some(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
        }
        _ => None,
    }
}

/// A key of the schema, as far as it is judged.
struct Key {
    path: String,
    is_described: bool,
    is_secret: bool,
    /// It says that it is no secret, whatever it is called.
    is_public: bool,
    takes_text: bool,
}

fn add_keys(
    root: &Value,
    object: &Applied<'_>,
    prefix: &str,
    secret: bool,
    depth: usize,
    keys: &mut Vec<Key>,
) {
    if depth == 0 {
        return;
    }
    for (name, schema) in object.properties() {
        let applied = Applied::of(root, schema);
        let path = format!("{prefix}{name}");
        let is_secret = secret || applied.is_secret();
        let held = held(root, &applied);
        let is_text = takes_text(root, schema);
        let mut texts = held.iter().map(|(_, schema)| *schema).filter(|schema| takes_text(root, schema));
        let holds_texts = texts.clone().next().is_some();
        let are_secret = !is_text && holds_texts && texts.all(|schema| Applied::of(root, schema).is_secret());
        keys.push(Key {
            path: path.clone(),
            is_described: applied.text("description").is_some(),
            is_secret: is_secret || are_secret,
            is_public: applied.first("secret") == Some(&json!(false)),
            takes_text: is_text || holds_texts,
        });
        add_keys(root, &applied, &format!("{path}."), is_secret, depth - 1, keys);
        for (sign, schema) in held {
            let inner = Applied::of(root, schema);
            let is_secret = is_secret || inner.is_secret();
            add_keys(root, &inner, &format!("{path}{sign}."), is_secret, depth - 1, keys);
        }
    }
}

/// The schemas of what an array or a map holds, each with the sign that stands for it in a path.
fn held<'s>(root: &'s Value, applied: &Applied<'s>) -> Vec<(&'static str, &'s Value)> {
    let choices = applied.choices().into_iter().filter_map(|schema| Applied::of(root, schema).first(REST));
    let values = applied.first(REST).into_iter().chain(choices).filter(|schema| schema.is_object());
    let items = applied.items().into_iter().map(|schema| ("[]", schema));
    items.chain(values.map(|schema| (".*", schema))).collect()
}

/// Whether a text may stand there, as far as the schema names types.
fn takes_text(root: &Value, schema: &Value) -> bool {
    let applied = Applied::of(root, schema);
    let is_text = |schema: &Value| match Applied::of(root, schema).first("type") {
        Some(Value::Array(names)) => names.contains(&json!("string")),
        Some(name) => name == "string",
        None => false,
    };
    is_text(schema) || applied.choices().into_iter().any(is_text)
}

impl Key {
    fn without_description(&self) -> Option<Finding> {
        (!self.is_described).then(|| {
            let finding =
                Finding::new("a key has no description").key(&self.path).expected("a line for operators");
            finding.found("none").remedy("write a doc comment on the field, and write the schema anew")
        })
    }

    fn without_secret(&self) -> Option<Finding> {
        let fails = self.takes_text && !self.is_secret && !self.is_public && sounds_secret(&self.path);
        fails.then(|| {
            let finding =
                Finding::new("a key sounds like a secret, and is not marked as one").key(&self.path);
            let remedy =
                "add `#[schemars(extend(\"secret\" = true))]`, or `= false` where everybody may see it";
            finding.expected("\"secret\": true").found("nothing that says so").remedy(remedy)
        })
    }
}

fn sounds_secret(path: &str) -> bool {
    let name = path.rsplit('.').next().unwrap_or(path).trim_end_matches("[]");
    let words = words(name);
    let (last, before) = match words.split_last() {
        Some((last, before)) => (last.as_str(), before.last().map_or("", String::as_str)),
        None => return false,
    };
    SECRET_WORDS.contains(&last) || last == "apikey" || (last == "key" && KEY_WORDS.contains(&before))
}

/// `apiToken`, `api_token` and `API-token` alike.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut after_small = false;
    for letter in name.chars() {
        let begins = letter.is_uppercase() && after_small;
        if begins || !letter.is_alphanumeric() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| letter.is_alphanumeric()) {
            word.extend(letter.to_lowercase());
        }
        after_small = letter.is_lowercase() || letter.is_numeric();
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_sound_like_secrets_are_told_from_others() {
        for name in [
            "token",
            "apiToken",
            "api_token",
            "server.password",
            "apiKey",
            "key",
            "accounts[].secret",
            "APIKey",
        ] {
            assert!(sounds_secret(name), "{name}");
        }
        for name in
            ["projectKey", "tokenUrl", "keyId", "publicKey", "monkey", "", "secretary", "passwordFile"]
        {
            assert!(!sounds_secret(name), "{name}");
        }
    }
}
