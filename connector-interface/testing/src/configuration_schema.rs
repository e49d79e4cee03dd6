//! Compares the schema of a configuration with the type that it is read into.

use std::path::Path;

use schemars::JsonSchema;

/// Set to `1`, it makes [`assert_configuration_schema`] write the file.
const UPDATE: &str = "UPDATE_CONFIGURATION_SCHEMA";

/// Compares `configuration.schema.json` in `folder` with what the type `T` says.
///
/// With `UPDATE_CONFIGURATION_SCHEMA=1` in the environment it writes the file instead.
///
/// ```ignore
/// assert_configuration_schema::<Configuration>(env!("CARGO_MANIFEST_DIR"));
/// ```
///
/// # Panics
/// Where the two differ, or the file cannot be read or written.
pub fn assert_configuration_schema<T: JsonSchema>(folder: &str) {
    let path = Path::new(folder).join("configuration.schema.json");
    let wanted = json_text(&schemars::schema_for!(T));
    if std::env::var_os(UPDATE).is_some_and(|value| value == "1") {
        if let Err(error) = std::fs::write(&path, &wanted) {
            panic!("cannot write {}: {error}", path.display());
        }
        return;
    }
    let found = match std::fs::read_to_string(&path) {
        Ok(found) => found,
        Err(error) => panic!("cannot read {}: {error}\nTo write it: {UPDATE}=1 cargo test", path.display()),
    };
    assert!(
        found == wanted,
        "{} is not what the configuration struct says. To write it anew: {UPDATE}=1 cargo test\n\
         expected:\n{wanted}\nfound:\n{found}",
        path.display()
    );
}

fn json_text(schema: &schemars::Schema) -> String {
    format!("{:#}\n", schema.as_value())
}
