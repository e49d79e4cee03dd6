//! Notices when an author saves something that a run is made of.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError, channel},
    },
    time::Duration,
};

use notify::{
    Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher, event::ModifyKind, recommended_watcher,
};
use signal_hook::iterator::Signals;

/// An editor that saves makes several changes in a row; so long is waited for the next one.
const QUIET: Duration = Duration::from_millis(60);
/// How late a signal may be noticed while nothing goes on.
const LOOK: Duration = Duration::from_millis(100);

/// What the files of a run lie in.
pub(super) struct Watched {
    /// The folder of the crate.
    pub(super) folder: PathBuf,
    /// The file of the configuration.
    pub(super) configuration: PathBuf,
}

/// Files in the crate's folder that a run is made of; those below these folders are too.
const FILES: [&str; 3] = ["Cargo.toml", "build.rs", "configuration.schema.json"];
const FOLDERS: [&str; 2] = ["src", "tests"];

/// Why changes cannot be noticed.
#[derive(Debug, thiserror::Error)]
#[error("cannot watch {} for changes; run with --once to do without", .folder.display())]
pub(crate) struct WatchError {
    folder: PathBuf,
    #[source]
    source: notify::Error,
}

/// What ends a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Woken {
    Changed,
    /// The number of the signal.
    Signal(i32),
}

/// Tells of changes from when it was made.
pub(super) struct Changes {
    events: Receiver<()>,
    changed: Arc<AtomicBool>,
    _watcher: RecommendedWatcher,
}

/// Where a change counts.
struct Places {
    files: Vec<PathBuf>,
    folders: Vec<PathBuf>,
}

impl Changes {
    /// Begins to watch; `enough` becomes true with each change too.
    ///
    /// # Errors
    /// [`WatchError`].
    pub(super) fn of(watched: &Watched, enough: Arc<AtomicBool>) -> Result<Self, WatchError> {
        let (sender, events) = channel();
        let changed = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&changed);
        let places = watched.places();
        let failed = |source| WatchError { folder: watched.folder.clone(), source };
        let take = move |event: notify::Result<Event>| {
            if event.is_ok_and(|event| places.are_changed_by(&event)) {
                flag.store(true, Ordering::Relaxed);
                enough.store(true, Ordering::Relaxed);
                // Who has stopped listening wants no more.
                let _ = sender.send(());
            }
        };
        let mut watcher = recommended_watcher(take).map_err(failed)?;
        for (folder, mode) in watched.folders() {
            watcher.watch(&folder, mode).map_err(failed)?;
        }
        Ok(Self { events, changed, _watcher: watcher })
    }

    /// Whether something has changed since that was last waited for.
    pub(super) fn is_pending(&self) -> bool {
        self.changed.load(Ordering::Relaxed)
    }

    /// Waits for a change, until all of it is there, or for a signal.
    pub(super) fn wait(&self, signals: &mut Signals) -> Woken {
        loop {
            if let Some(signal) = signals.pending().next() {
                return Woken::Signal(signal);
            }
            match self.events.recv_timeout(LOOK) {
                Ok(()) => break,
                Err(RecvTimeoutError::Timeout) => {}
                // The watcher's thread is gone, which only signals can tell of now.
                Err(RecvTimeoutError::Disconnected) => std::thread::sleep(LOOK),
            }
        }
        while self.events.recv_timeout(QUIET).is_ok() {}
        self.changed.store(false, Ordering::Relaxed);
        Woken::Changed
    }
}

impl Watched {
    fn places(&self) -> Places {
        let files = FILES.iter().map(|file| self.folder.join(file)).chain([self.configuration.clone()]);
        let folders = FOLDERS.iter().map(|folder| self.folder.join(folder));
        Places { files: files.collect(), folders: folders.collect() }
    }

    /// Folders are watched, not files: most editors put a new file into the place of the old one.
    fn folders(&self) -> Vec<(PathBuf, RecursiveMode)> {
        let below = FOLDERS.iter().map(|folder| self.folder.join(folder)).filter(|folder| folder.is_dir());
        let own = [Some(self.folder.as_path()), self.configuration.parent()];
        let own = own.into_iter().flatten().map(|folder| (folder.to_owned(), RecursiveMode::NonRecursive));
        below.map(|folder| (folder, RecursiveMode::Recursive)).chain(own).collect()
    }
}

impl Places {
    fn are_changed_by(&self, event: &Event) -> bool {
        is_change(event.kind) && event.paths.iter().any(|path| self.hold(path))
    }

    fn hold(&self, path: &Path) -> bool {
        let is_inside = self.folders.iter().any(|folder| path.starts_with(folder));
        self.files.iter().any(|file| file == path) || (is_inside && !is_of_editor(path))
    }
}

/// Cargo opens the sources too, which is no change of them.
fn is_change(kind: EventKind) -> bool {
    match kind {
        EventKind::Create(_) | EventKind::Remove(_) => true,
        EventKind::Modify(kind) => !matches!(kind, ModifyKind::Metadata(_)),
        _ => false,
    }
}

/// Whether a file is one that editors keep for themselves: backups, locks, swap files, and vim's test for a writable folder.
fn is_of_editor(path: &Path) -> bool {
    let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
    name.starts_with(['.', '#']) || name.ends_with(['~', '#']) || name.ends_with(".swp") || name == "4913"
}

#[cfg(test)]
mod tests {
    use std::fs;

    use signal_hook::consts::SIGUSR1;

    use super::*;

    fn watched(folder: &Path) -> Watched {
        fs::create_dir_all(folder.join("src/inner")).unwrap();
        fs::create_dir_all(folder.join("target")).unwrap();
        Watched { folder: folder.to_owned(), configuration: folder.join("check.json") }
    }

    #[test]
    fn sources_count_and_what_is_built_or_belongs_to_an_editor_does_not() {
        let places = watched(Path::new("/tmp")).places();
        for (path, counts) in [
            ("/tmp/src/lib.rs", true),
            ("/tmp/src/inner/a.rs", true),
            ("/tmp/tests/cassettes/a.json", true),
            ("/tmp/Cargo.toml", true),
            ("/tmp/check.json", true),
            ("/tmp/configuration.schema.json", true),
            ("/tmp/Cargo.lock", false),
            ("/tmp/target/debug/a.so", false),
            ("/tmp/README.md", false),
            ("/tmp/src/.lib.rs.swp", false),
            ("/tmp/src/lib.rs~", false),
            ("/tmp/src/4913", false),
        ] {
            assert_eq!(places.hold(Path::new(path)), counts, "{path}");
        }
    }

    #[test]
    fn a_file_that_is_written_or_put_into_the_place_of_another_is_a_change_and_one_that_is_read_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().canonicalize().unwrap();
        let source = folder.join("src/inner/a.rs");
        let watched = watched(&folder);
        fs::write(&source, "before").unwrap();
        let enough = Arc::new(AtomicBool::new(false));
        let changes = Changes::of(&watched, Arc::clone(&enough)).unwrap();
        let mut signals = Signals::new([SIGUSR1]).unwrap();
        fs::read(&source).unwrap();
        fs::write(folder.join("target/a.so"), "built").unwrap();
        assert!(!changes.is_pending() && !enough.load(Ordering::Relaxed));

        fs::write(&source, "after").unwrap();
        assert_eq!(changes.wait(&mut signals), Woken::Changed);
        assert!(!changes.is_pending() && enough.load(Ordering::Relaxed));

        fs::write(folder.join("check.json.new"), "{}").unwrap();
        fs::rename(folder.join("check.json.new"), folder.join("check.json")).unwrap();
        assert_eq!(changes.wait(&mut signals), Woken::Changed);

        signal_hook::low_level::raise(SIGUSR1).unwrap();
        assert_eq!(changes.wait(&mut signals), Woken::Signal(SIGUSR1));
    }
}
