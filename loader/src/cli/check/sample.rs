//! Chooses some of many, the same ones for the same seed.

use fastrand::Rng;

/// At most so many of these, in their order. The first and the last are always among them where two are chosen.
pub(super) fn sample<T>(items: Vec<T>, most: usize, seed: u64) -> Vec<T> {
    if items.len() <= most {
        return items;
    }
    let last = items.len() - 1;
    let mut inner: Vec<usize> = (1..last).collect();
    Rng::with_seed(seed).shuffle(&mut inner);
    let mut chosen: Vec<usize> = [0, last].into_iter().chain(inner).take(most).collect();
    chosen.sort_unstable();
    let mut chosen = chosen.into_iter().peekable();
    let kept = items.into_iter().enumerate().filter(|(at, _)| chosen.next_if_eq(at).is_some());
    kept.map(|(_, item)| item).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_chooses_the_same_ones_each_time() {
        let all: Vec<u32> = (0..100).collect();
        let chosen = sample(all.clone(), 6, 7);
        assert_eq!(chosen, sample(all.clone(), 6, 7));
        assert_ne!(chosen, sample(all.clone(), 6, 8));
        assert_eq!((chosen.len(), chosen[0], chosen[5]), (6, 0, 99));
        assert!(chosen.is_sorted());
        assert_eq!(sample(all.clone(), 100, 7), all);
        assert_eq!(sample(all, 1, 7), [0]);
    }
}
