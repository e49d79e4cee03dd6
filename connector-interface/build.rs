//! Tells the library which compiler builds it, and for which system: the same that build the connector.

use std::{env, error::Error, process::Command};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-env=CONNECTOR_RUSTC={}", compiler()?);
    println!("cargo::rustc-env=CONNECTOR_TARGET={}", env::var("TARGET")?);
    Ok(())
}

/// What `rustc --version` says, less its first word.
fn compiler() -> Result<String, Box<dyn Error>> {
    let rustc = env::var_os("RUSTC").ok_or("cargo sets RUSTC")?;
    let output = Command::new(rustc).arg("--version").output()?;
    let text = String::from_utf8(output.stdout)?;
    let version = text.trim();
    Ok(version.strip_prefix("rustc ").unwrap_or(version).to_owned())
}
