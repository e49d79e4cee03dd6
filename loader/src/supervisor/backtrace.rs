//! The way to a panic as its author wants it: the places in their own sources.

use std::path::{Path, PathBuf};

/// Frames that are shown at most: a recursion may have thousands.
const SHOWN: usize = 30;

/// `function at src/lib.rs:3:5` for each frame in the sources below this folder, from the panic outwards.
///
/// Paths that begin with `./` are those below the folder that the worker is in, `here`.
pub(super) fn own_frames(backtrace: &str, sources: &Path, here: &Path) -> Vec<String> {
    let mut function = "";
    let mut own = Vec::new();
    for line in backtrace.lines().map(str::trim) {
        match line.strip_prefix("at ") {
            None => function = line.split_once(": ").map_or(line, |(_, function)| function),
            Some(place) => {
                own.extend(
                    inside(place, sources, here).map(|place| format!("{function} at {}", place.display())),
                );
            }
        }
    }
    let more = own.len().saturating_sub(SHOWN);
    own.truncate(SHOWN);
    own.extend((more > 0).then(|| format!("and {more} frames more")));
    own
}

/// A place as it is within the folder; none where it is elsewhere, or nowhere: libraries that were built with relative
/// paths name places below whatever folder this is.
fn inside(place: &str, sources: &Path, here: &Path) -> Option<PathBuf> {
    let place = here.join(place.strip_prefix("./").unwrap_or(place));
    let within = place.strip_prefix(sources).ok()?;
    file_of(&place).is_file().then(|| within.to_owned())
}

/// The file of a place, which has line and column behind it.
fn file_of(place: &Path) -> PathBuf {
    let text = place.to_string_lossy();
    let file = text.rsplitn(3, ':').last().unwrap_or_default();
    PathBuf::from(file)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;

    /// A folder with crates, and a way to a panic through them, in which it is named ROOT.
    fn folder(text: &str) -> (TempDir, String) {
        let folder = tempfile::tempdir().unwrap();
        for name in ["rain", "rainbow"] {
            fs::create_dir_all(folder.path().join(name).join("src")).unwrap();
            fs::write(folder.path().join(name).join("src/lib.rs"), "").unwrap();
        }
        let text = text.replace("ROOT", folder.path().to_str().unwrap());
        (folder, text)
    }

    const TEXT: &str = "   \
   0: connector_interface::panic_hook::report
             at /kit/connector-interface/src/panic_hook.rs:36:5
   1: core::panicking::panic_fmt
             at /rustc/0123/library/core/src/panicking.rs:75:14
   2: codeclimate_connector_rain::Rain::measure
             at ROOT/rain/src/lib.rs:12:9
   3: <codeclimate_connector_rain::Rain as connector_interface::Client>::sync_stream
             at ROOT/rain/src/lib.rs:7:5
   4: start_thread
   5: other::f
             at ROOT/rainbow/src/lib.rs:7:5
   6: __libc_start_call_main
             at ./csu/../sysdeps/nptl/libc_start_call_main.h:58:16
";

    #[test]
    fn only_the_places_in_the_authors_own_sources_are_told() {
        let (folder, text) = folder(TEXT);
        let sources = folder.path().join("rain");
        let expected = [
            "codeclimate_connector_rain::Rain::measure at src/lib.rs:12:9",
            "<codeclimate_connector_rain::Rain as connector_interface::Client>::sync_stream at src/lib.rs:7:5",
        ];
        for here in [Path::new("/"), &sources] {
            assert_eq!(own_frames(&text, &sources, here), expected);
        }
        assert_eq!(own_frames("disabled backtrace", &sources, Path::new("/")), [""; 0]);
    }

    #[test]
    fn a_place_below_the_folder_of_the_worker_is_found_too() {
        let (folder, text) = folder("   0: deep\n             at ./rain/src/lib.rs:1:1\n");
        let frames = own_frames(&text, &folder.path().join("rain"), folder.path());
        assert_eq!(frames, ["deep at src/lib.rs:1:1"]);
    }

    #[test]
    fn a_recursion_is_cut_short() {
        let (folder, text) = folder("   0: deep\n             at ROOT/rain/src/lib.rs:1:1\n");
        let frames = own_frames(&text.repeat(100), &folder.path().join("rain"), Path::new("/"));
        assert_eq!(frames.len(), SHOWN + 1);
        assert_eq!(frames[SHOWN], "and 70 frames more");
    }
}
