//! An image, and what was written to it and not flushed.

use std::{
    fs::{File, OpenOptions},
    io,
    os::unix::fs::FileExt,
    path::Path,
};

use connector_tests::random::Random;

/// What a disk of today writes whole or not at all; file systems count on it.
const SECTOR: usize = 4096;

/// A disk with a cache.
pub(crate) struct Disk {
    image: File,
    /// What whoever is attached reads.
    seen: Vec<u8>,
    /// Writes since the last flush, in their order.
    cached: Vec<(usize, Vec<u8>)>,
}

impl Disk {
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let image = OpenOptions::new().read(true).write(true).open(path)?;
        Ok(Self { image, seen: std::fs::read(path)?, cached: Vec::new() })
    }

    pub(crate) fn size(&self) -> u64 {
        self.seen.len() as u64
    }

    /// None where that is beyond its end.
    pub(crate) fn read(&self, at: u64, length: u32) -> Option<&[u8]> {
        let at = usize::try_from(at).ok()?;
        self.seen.get(at..at.checked_add(length as usize)?)
    }

    /// None where that is beyond its end.
    pub(crate) fn write(&mut self, at: u64, bytes: Vec<u8>) -> Option<()> {
        let at = usize::try_from(at).ok()?;
        self.seen.get_mut(at..at.checked_add(bytes.len())?)?.copy_from_slice(&bytes);
        self.cached.push((at, bytes));
        Some(())
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.cached.drain(..).try_for_each(|(at, bytes)| self.image.write_all_at(&bytes, at as u64))
    }

    /// Keeps some of what is cached; gives how many sectors that are, and how many are lost.
    pub(crate) fn cut_power(&mut self, seed: u64) -> io::Result<(usize, usize)> {
        let mut random = Random::new(seed);
        // At some cuts everything is lost, at some nothing.
        let kept_of_four = random.below(5);
        let (mut kept, mut lost) = (0, 0);
        for (at, bytes) in self.cached.drain(..) {
            for (at, part) in parts(at, &bytes) {
                if random.below(4) < kept_of_four {
                    self.image.write_all_at(part, at as u64)?;
                    kept += 1;
                } else {
                    lost += 1;
                }
            }
        }
        self.image.sync_all().map(|()| (kept, lost))
    }
}

/// What a write brings for each sector, with its place.
fn parts(at: usize, bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let (first, rest) = bytes.split_at((SECTOR - at % SECTOR).min(bytes.len()));
    let behind = at + first.len();
    let rest = rest.chunks(SECTOR).enumerate();
    [(at, first)].into_iter().chain(rest.map(move |(number, part)| (behind + number * SECTOR, part)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_is_parted_where_sectors_end() {
        let bytes = vec![0; 2 * SECTOR];
        let places =
            |at, length| parts(at, &bytes[..length]).map(|(at, part)| (at, part.len())).collect::<Vec<_>>();
        assert_eq!(places(0, 2 * SECTOR), [(0, SECTOR), (SECTOR, SECTOR)]);
        assert_eq!(places(1024, 10), [(1024, 10)]);
        assert_eq!(places(SECTOR - 1, SECTOR), [(SECTOR - 1, 1), (SECTOR, SECTOR - 1)]);
    }

    #[test]
    fn what_was_flushed_is_there_after_every_cut_and_what_was_not_at_some() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut survivors = Vec::new();
        for seed in 0..20 {
            std::fs::write(file.path(), vec![0; 8 * SECTOR]).unwrap();
            let mut disk = Disk::open(file.path()).unwrap();
            disk.write(0, vec![1; SECTOR]).unwrap();
            disk.flush().unwrap();
            disk.write(SECTOR as u64, vec![2; SECTOR]).unwrap();
            assert_eq!(disk.read(SECTOR as u64, 1).unwrap(), [2]);
            assert!(disk.write(8 * SECTOR as u64, vec![3; 1]).is_none());
            disk.cut_power(seed).unwrap();
            let image = std::fs::read(file.path()).unwrap();
            assert_eq!(image[0], 1);
            survivors.push(image[SECTOR]);
        }
        assert!(survivors.contains(&0) && survivors.contains(&2), "{survivors:?}");
    }
}
