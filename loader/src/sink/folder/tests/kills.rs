//! Kills, which write nothing that was still gathered, with chains and consumers between them.

use super::*;

#[derive(Debug, Clone)]
enum Event {
    Append(bool, usize),
    Flush,
    Commit,
    /// The files are as the system has them, with bytes behind the last of each type.
    Kill(Vec<u8>),
    /// The chain ends, and another begins.
    Chain,
    /// A consumer takes all files away, once they are at rest.
    Take,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        10 => (any::<bool>(), 1_usize..30_000).prop_map(|(which, length)| Event::Append(which, length)),
        1 => Just(Event::Flush),
        2 => Just(Event::Commit),
        2 => prop::collection::vec(any::<u8>(), 0..30).prop_map(Event::Kill),
        1 => Just(Event::Chain),
        1 => Just(Event::Take),
    ]
}

const TYPES: [&str; 2] = ["Commit", "Branch"];

/// A folder, what was taken from it, and what it should have held.
struct World {
    options: FolderOptions,
    folder: PathBuf,
    opened: Option<Opened>,
    position: Position,
    taken: Vec<(bool, String)>,
    durable: Vec<(bool, String)>,
    consumed: [Vec<String>; 2],
}

impl World {
    fn new(root: &Path, rotate: u64, compress: bool) -> Self {
        let options = options(root, rotate, compress);
        let opened = open(&options, &scope("s"), &Start::New).unwrap();
        let position = opened.position.clone();
        let (taken, durable, consumed) = (Vec::new(), Vec::new(), [Vec::new(), Vec::new()]);
        Self { options, folder: root.join("git/s"), opened: Some(opened), position, taken, durable, consumed }
    }

    fn sink(&mut self) -> &mut dyn Sink {
        &mut *self.opened.as_mut().unwrap().sink
    }

    fn apply(&mut self, event: Event) {
        match event {
            Event::Append(which, length) => self.append(which, length),
            Event::Flush => self.sink().flush().unwrap(),
            Event::Commit => self.commit(),
            Event::Kill(garbage) => self.kill(&garbage),
            Event::Chain => {
                self.commit();
                self.reopen(&Start::New);
            }
            Event::Take => self.take(),
        }
    }

    fn append(&mut self, which: bool, length: usize) {
        // Text that does not compress well, so that compressed bytes come out too.
        let digest = |number: usize| crate::digest::Digest::of_bytes(&number.to_le_bytes()).to_string();
        let number = self.taken.len() * 1000;
        let line: String = (0..length / 64 + 1).map(|part| digest(number + part)).collect();
        append(self.sink(), TYPES[usize::from(which)], &format!("{line}\n"));
        self.taken.push((which, line));
    }

    fn commit(&mut self) {
        self.position = commit(self.sink(), &mark(1));
        self.durable.clone_from(&self.taken);
    }

    fn reopen(&mut self, start: &Start) {
        self.opened = None;
        let opened = open(&self.options, &scope("s"), start).unwrap();
        self.position = opened.position.clone();
        self.opened = Some(opened);
    }

    fn kill(&mut self, garbage: &[u8]) {
        let files = files::list(&self.folder).unwrap();
        let last: BTreeMap<&str, &Path> = files.iter().map(|file| (file.record_type, &*file.path)).collect();
        let before: Vec<(&Path, Vec<u8>)> =
            files.iter().map(|file| (&*file.path, fs::read(&file.path).unwrap())).collect();
        self.opened = None;
        for (path, mut bytes) in before {
            if last.values().any(|last| *last == path) {
                bytes.extend(garbage);
            }
            fs::write(path, bytes).unwrap();
        }
        self.taken.clone_from(&self.durable);
        self.reopen(&resume(self.position.clone()));
    }

    fn take(&mut self) {
        self.commit();
        self.opened = None;
        for (consumed, record_type) in self.consumed.iter_mut().zip(TYPES) {
            consumed.extend(lines(&self.folder, record_type));
        }
        files::list(&self.folder).unwrap().iter().for_each(|file| fs::remove_file(&file.path).unwrap());
        self.reopen(&resume(self.position.clone()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]
    #[test]
    fn consumers_get_each_record_once_whatever_is_killed(
        events in prop::collection::vec(event(), 1..60),
        rotate in prop_oneof![Just(50_000_u64), Just(1 << 20)],
        compress in any::<bool>(),
    ) {
        let root = tempfile::tempdir().unwrap();
        let mut world = World::new(root.path(), rotate, compress);
        events.into_iter().for_each(|event| world.apply(event));
        world.take();
        for (which, consumed) in world.consumed.iter().enumerate() {
            let wanted = world.durable.iter().filter(|(found, _)| usize::from(*found) == which);
            let wanted: Vec<&String> = wanted.map(|(_, line)| line).collect();
            // Lines are long: numbers tell enough.
            prop_assert!(consumed.iter().eq(wanted.iter().copied()), "{} of {}", consumed.len(), wanted.len());
        }
    }
}
