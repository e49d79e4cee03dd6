//! Notices when an author saves something that a run is made of.

mod places;

use std::{
    collections::HashMap,
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError, channel},
    },
    time::Duration,
};

use notify::{
    Event, EventKind, RecommendedWatcher, Watcher,
    event::{AccessKind, AccessMode, ModifyKind},
    recommended_watcher,
};
use signal_hook::iterator::Signals;

use places::Places;

pub(super) use places::Watched;

/// An editor that saves makes several changes in a row; so long is waited for the next one.
const QUIET: Duration = Duration::from_millis(60);
/// How late a signal may be noticed while nothing goes on.
const LOOK: Duration = Duration::from_millis(100);

/// Why changes cannot be noticed.
#[derive(Debug, thiserror::Error)]
#[error("cannot watch {} for changes; run with --once to do without", .folder.display())]
pub(crate) struct WatchError {
    folder: PathBuf,
    #[source]
    source: notify::Error,
}

/// What ends a wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Woken {
    /// The first file that has changed and is still there: editors write into others first.
    Changed(PathBuf),
    /// The number of the signal.
    Signal(i32),
}

/// Tells of changes from when it was made.
pub(super) struct Changes {
    events: Receiver<PathBuf>,
    changed: Arc<AtomicBool>,
    _watcher: RecommendedWatcher,
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
        let contents = Arc::new(Mutex::new(Contents::default()));
        let known = Arc::clone(&contents);
        let (files, folders) = (places.present(), places.watched());
        let take = move |event: notify::Result<Event>| {
            let Some(event) = event.ok().filter(|event| is_change(event.kind)) else { return };
            let mut contents = known.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(path) = changed_by(&event, &places, &mut contents) else { return };
            flag.store(true, Ordering::Relaxed);
            enough.store(true, Ordering::Relaxed);
            // Who has stopped listening wants no more.
            let _ = sender.send(path);
        };
        let failed = |folder: &Path| {
            let folder = folder.to_owned();
            move |source| WatchError { folder, source }
        };
        let mut watcher = recommended_watcher(take).map_err(failed(&watched.folder))?;
        for (folder, mode) in folders {
            watcher.watch(&folder, mode).map_err(failed(&folder))?;
        }
        // Afterwards, so that nothing is missed: what is written in between is built once more at worst.
        let mut contents = contents.lock().unwrap_or_else(PoisonError::into_inner);
        for file in files {
            contents.differ(&file);
        }
        drop(contents);
        Ok(Self { events, changed, _watcher: watcher })
    }

    /// Whether something has changed since that was last waited for.
    pub(super) fn is_pending(&self) -> bool {
        self.changed.load(Ordering::Relaxed)
    }

    /// Waits for a change, until all of it is there, or for a signal.
    pub(super) fn wait(&self, signals: &mut Signals) -> Woken {
        let changed = loop {
            if let Some(signal) = signals.pending().next() {
                return Woken::Signal(signal);
            }
            match self.events.recv_timeout(LOOK) {
                Ok(path) => break path,
                Err(RecvTimeoutError::Timeout) => {}
                // The watcher's thread is gone, which only signals can tell of now.
                Err(RecvTimeoutError::Disconnected) => std::thread::sleep(LOOK),
            }
        };
        let mut all = vec![changed];
        while let Ok(path) = self.events.recv_timeout(QUIET) {
            all.push(path);
        }
        self.changed.store(false, Ordering::Relaxed);
        let kept = all.iter().position(|path| path.exists()).unwrap_or(0);
        Woken::Changed(all.swap_remove(kept))
    }
}

/// The file of a change that holds something else now.
fn changed_by(event: &Event, places: &Places, contents: &mut Contents) -> Option<PathBuf> {
    event.paths.iter().find(|path| places.hold(path) && contents.differ(path)).cloned()
}

/// What files held when that was last looked at, as far as they have been: a build script that writes the same text into the
/// sources each time has changed nothing.
#[derive(Default)]
struct Contents(HashMap<PathBuf, u64>);

impl Contents {
    /// Whether it holds something else than before; true of what is no file, or none any more.
    fn differ(&mut self, path: &Path) -> bool {
        let Ok(content) = fs::read(path) else {
            self.0.remove(path);
            return true;
        };
        let mut hasher = DefaultHasher::new();
        content.hash(&mut hasher);
        let now = hasher.finish();
        self.0.insert(path.to_owned(), now) != Some(now)
    }
}

/// Cargo opens the sources too, which is no change of them. What is being written is looked at once it is whole.
fn is_change(kind: EventKind) -> bool {
    match kind {
        EventKind::Create(_) | EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)) => true,
        EventKind::Access(kind) => kind == AccessKind::Close(AccessMode::Write),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use signal_hook::consts::{SIGUSR1, SIGUSR2};

    use super::*;

    /// A crate's folder, and beside it another with a configuration that names a cassette.
    struct Author {
        _folder: tempfile::TempDir,
        crate_folder: PathBuf,
        other: PathBuf,
    }

    impl Author {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let root = folder.path().canonicalize().unwrap();
            let (crate_folder, other) = (root.join("crate"), root.join("other"));
            fs::create_dir_all(crate_folder.join("src/inner")).unwrap();
            fs::create_dir_all(crate_folder.join("target")).unwrap();
            fs::create_dir_all(other.join("traffic")).unwrap();
            fs::write(crate_folder.join("src/inner/a.rs"), "before").unwrap();
            fs::write(other.join("config.json"), r#"{"a":[{"b":"cassette:../other/traffic/c.json"}]}"#)
                .unwrap();
            fs::write(other.join("traffic/c.json"), "{}").unwrap();
            symlink(other.join("config.json"), crate_folder.join("check.json")).unwrap();
            Self { _folder: folder, crate_folder, other }
        }

        fn watch(&self) -> (Changes, Arc<AtomicBool>) {
            let configuration = self.crate_folder.join("check.json");
            let watched = Watched { folder: self.crate_folder.clone(), configuration };
            let enough = Arc::new(AtomicBool::new(false));
            (Changes::of(&watched, Arc::clone(&enough)).unwrap(), enough)
        }
    }

    #[test]
    fn what_differs_afterwards_is_a_change_and_what_is_read_built_or_written_as_it_was_is_none() {
        let author = Author::new();
        let source = author.crate_folder.join("src/inner/a.rs");
        let (changes, enough) = author.watch();
        let mut signals = Signals::new([SIGUSR1]).unwrap();
        fs::read(&source).unwrap();
        fs::write(author.crate_folder.join("target/a.so"), "built").unwrap();
        fs::write(&source, "before").unwrap();
        // Events come in their order: the first that counts is that of the last write.
        fs::write(&source, "after").unwrap();
        assert_eq!(changes.wait(&mut signals), Woken::Changed(source));
        assert!(!changes.is_pending() && enough.load(Ordering::Relaxed));

        let check = author.crate_folder.join("check.json");
        fs::write(author.crate_folder.join("check.json.new"), "{}").unwrap();
        fs::rename(author.crate_folder.join("check.json.new"), &check).unwrap();
        assert_eq!(changes.wait(&mut signals), Woken::Changed(check));

        signal_hook::low_level::raise(SIGUSR1).unwrap();
        assert_eq!(changes.wait(&mut signals), Woken::Signal(SIGUSR1));
    }

    #[test]
    fn an_editor_that_puts_a_new_file_in_the_place_of_the_old_has_changed_that() {
        let author = Author::new();
        let (changes, _) = author.watch();
        let (source, new) =
            (author.crate_folder.join("src/inner/a.rs"), author.crate_folder.join("src/4913"));
        fs::write(&new, "after").unwrap();
        fs::rename(&new, &source).unwrap();
        let mut signals = Signals::new([SIGUSR2]).unwrap();
        assert_eq!(changes.wait(&mut signals), Woken::Changed(source));
    }

    #[test]
    fn nothing_is_told_of_a_file_that_is_written_as_it_was() {
        let author = Author::new();
        let (changes, enough) = author.watch();
        // One that no test raises: all of them hear each.
        let mut signals = Signals::new([SIGUSR2]).unwrap();
        fs::write(author.crate_folder.join("src/inner/a.rs"), "before").unwrap();
        let last = author.crate_folder.join("src/last.rs");
        fs::write(&last, "").unwrap();
        assert_eq!(changes.wait(&mut signals), Woken::Changed(last));
        assert!(enough.load(Ordering::Relaxed));
    }

    #[test]
    fn the_file_behind_a_link_its_cassettes_and_new_folders_are_watched_too() {
        let author = Author::new();
        let mut signals = Signals::new([SIGUSR2]).unwrap();
        let cassette = author.other.join("traffic/c.json");
        let (changes, _) = author.watch();
        fs::write(&cassette, "[]").unwrap();
        assert_eq!(changes.wait(&mut signals), Woken::Changed(cassette));
        let configuration = author.other.join("config.json");
        fs::write(&configuration, "{}").unwrap();
        assert_eq!(changes.wait(&mut signals), Woken::Changed(configuration));
        let tests = author.crate_folder.join("tests");
        fs::create_dir(&tests).unwrap();
        assert_eq!(changes.wait(&mut signals), Woken::Changed(tests.clone()));
        // Each round watches anew.
        let (changes, _) = author.watch();
        fs::write(tests.join("a.json"), "{}").unwrap();
        assert_eq!(changes.wait(&mut signals), Woken::Changed(tests.join("a.json")));
    }
}
