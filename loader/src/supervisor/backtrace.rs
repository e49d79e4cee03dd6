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

/// A place as it is within the folder; none where it is elsewhere.
fn inside(place: &str, sources: &Path, here: &Path) -> Option<PathBuf> {
    let place = here.join(place.strip_prefix("./").unwrap_or(place));
    place.strip_prefix(sources).ok().map(Path::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "   \
   0: connector_interface::panic_hook::report
             at /kit/connector-interface/src/panic_hook.rs:36:5
   1: core::panicking::panic_fmt
             at /rustc/0123/library/core/src/panicking.rs:75:14
   2: codeclimate_connector_rain::Rain::measure
             at /home/a/rain/src/lib.rs:12:9
   3: <codeclimate_connector_rain::Rain as connector_interface::Client>::sync_stream
             at /home/a/rain/src/lib.rs:7:5
   4: start_thread
   5: other::f
             at /home/a/rainbow/src/lib.rs:7:5
";

    #[test]
    fn only_the_places_in_the_authors_own_sources_are_told() {
        let expected = [
            "codeclimate_connector_rain::Rain::measure at src/lib.rs:12:9",
            "<codeclimate_connector_rain::Rain as connector_interface::Client>::sync_stream at src/lib.rs:7:5",
        ];
        assert_eq!(own_frames(TEXT, Path::new("/home/a/rain"), Path::new("/")), expected);
        assert_eq!(own_frames("disabled backtrace", Path::new("/home/a/rain"), Path::new("/")), [""; 0]);
    }

    #[test]
    fn a_place_below_the_folder_of_the_worker_is_found_too() {
        let text = "   0: deep\n             at ./rain/src/lib.rs:1:1\n";
        let frames = own_frames(text, Path::new("/home/a/rain"), Path::new("/home/a"));
        assert_eq!(frames, ["deep at src/lib.rs:1:1"]);
    }

    #[test]
    fn a_recursion_is_cut_short() {
        let frame = "   0: deep\n             at /a/src/lib.rs:1:1\n";
        let frames = own_frames(&frame.repeat(100), Path::new("/a"), Path::new("/"));
        assert_eq!(frames.len(), SHOWN + 1);
        assert_eq!(frames[SHOWN], "and 70 frames more");
    }
}
