//! Work on several threads whose results come back in the order of the items.

use std::{
    collections::VecDeque,
    io, panic,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, Receiver, SyncSender},
    },
    thread,
};

use crate::error::Error;

/// Does `work` on each item, on so many threads, and gives the results to `consume` in the order of the items, on the
/// thread of the caller, which also takes the items from their iterator. At least one thread, and fewer than asked for
/// where the system gives no more; at most twice as many items as threads are under way or wait for their turn, so memory
/// is bounded.
///
/// ```
/// # use connector_interface::{Error, in_order};
/// let mut lengths = Vec::new();
/// in_order(
///     4,
///     ["one", "two", "three"],
///     |name| Ok(name.len()), // such as a request for the details of an entity
///     |length| {
///         lengths.push(length); // such as producing its record
///         Ok(())
///     },
/// )?;
/// assert_eq!(lengths, [3, 3, 5]);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// Where not even one thread can be made, or the first error in the order of the items, of `work` or of `consume`. What came before it has been consumed; nothing
/// behind it is begun any more, and this returns once what was begun has ended.
///
/// # Panics
/// Where `work` or `consume` does, with the same panic.
pub fn in_order<T: Send, R: Send>(
    threads: usize,
    items: impl IntoIterator<Item = T>,
    work: impl Fn(T) -> Result<R, Error> + Sync,
    consume: impl FnMut(R) -> Result<(), Error>,
) -> Result<(), Error> {
    let threads = threads.max(1);
    let is_over = AtomicBool::new(false);
    let (sender, receiver) = mpsc::channel();
    let jobs = Jobs { receiver: Mutex::new(receiver), is_over: &is_over };
    thread::scope(|scope| {
        let feed = Feed { sender, is_over: &is_over };
        let spawn = |_| thread::Builder::new().spawn_scoped(scope, || jobs.work_off(&work));
        let workers = as_many_as_can_be((0..threads).map(spawn))?;
        let ended = feed.run(2 * workers.len(), items.into_iter().fuse(), consume);
        drop(feed);
        for worker in workers {
            if let Err(panic) = worker.join() {
                panic::resume_unwind(panic);
            }
        }
        ended
    })
}

/// The threads up to the first that cannot be made, as where a limit of the system is reached; one is needed.
fn as_many_as_can_be<W>(workers: impl Iterator<Item = io::Result<W>>) -> Result<Vec<W>, Error> {
    let mut made = Vec::new();
    for worker in workers {
        match worker {
            Ok(worker) => made.push(worker),
            Err(reason) if made.is_empty() => {
                return Err(Error::new(format_args!("cannot make a thread to work on the items: {reason}")));
            }
            Err(_) => break,
        }
    }
    Ok(made)
}

/// An item, with where its result is waited for.
struct Job<T, R> {
    item: T,
    result: SyncSender<Result<R, Error>>,
}

/// The workers' end.
struct Jobs<'a, T, R> {
    receiver: Mutex<Receiver<Job<T, R>>>,
    is_over: &'a AtomicBool,
}

impl<T, R> Jobs<'_, T, R> {
    fn work_off(&self, work: &impl Fn(T) -> Result<R, Error>) {
        while let Some(Job { item, result }) = self.next() {
            let done = work(item);
            if done.is_err() {
                self.is_over.store(true, Ordering::Relaxed);
            }
            // Nobody waits for it where an earlier item has failed.
            let _ = result.send(done);
        }
    }

    /// The next job, or nothing once there are no more, or one has failed. That is decided while no other worker can
    /// take a job: one that failed was then taken later than all that are before it.
    fn next(&self) -> Option<Job<T, R>> {
        let receiver: MutexGuard<'_, _> = self.receiver.lock().unwrap_or_else(PoisonError::into_inner);
        let job = receiver.recv().ok()?;
        if self.is_over.load(Ordering::Relaxed) { None } else { Some(job) }
    }
}

/// The caller's end. However it ends, by a panic too, no job is begun any more.
struct Feed<'a, T, R> {
    sender: mpsc::Sender<Job<T, R>>,
    is_over: &'a AtomicBool,
}

impl<T, R> Drop for Feed<'_, T, R> {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
    }
}

impl<T, R> Feed<'_, T, R> {
    fn run(
        &self,
        most: usize,
        mut items: impl Iterator<Item = T>,
        mut consume: impl FnMut(R) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut results = VecDeque::new();
        loop {
            let room = most - results.len();
            results.extend(items.by_ref().take(room).map(|item| self.begin(item)));
            let Some(next) = results.pop_front() else { return Ok(()) };
            consume(
                next.recv()
                    .map_err(|_| Error::new("a thread has ended without the result of its item"))??,
            )?;
        }
    }

    /// Hands the item to the workers; gives back where its result will come.
    fn begin(&self, item: T) -> Receiver<Result<R, Error>> {
        // Room for the result, so that no worker ever waits to be rid of it.
        let (result, waiting) = mpsc::sync_channel(1);
        // With no worker left to take it, the result's sender is dropped, which whoever waits for it sees.
        let _ = self.sender.send(Job { item, result });
        waiting
    }
}

#[cfg(test)]
mod tests {
    use std::{panic::AssertUnwindSafe, sync::atomic::AtomicUsize, time::Duration};

    use super::*;

    /// Takes a different time for each item, so that results come in any order.
    fn slowly(item: u64) {
        thread::sleep(Duration::from_micros(item.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 55));
    }

    #[test]
    fn the_threads_that_can_be_made_do() {
        let refused = || Err(io::Error::from(io::ErrorKind::WouldBlock));
        let made = |workers: Vec<io::Result<u8>>| as_many_as_can_be(workers.into_iter()).ok();
        assert_eq!(made(vec![Ok(1), Ok(2), refused(), Ok(3)]), Some(vec![1, 2]));
        assert_eq!(made(vec![refused(), Ok(1)]), None);
    }

    #[test]
    fn results_come_in_the_order_of_the_items_whatever_the_number_of_threads() {
        for threads in [0, 1, 2, 3, 8] {
            for count in [0, 1, 2, 7, 100] {
                let mut found = Vec::new();
                let ended = in_order(
                    threads,
                    0..count,
                    |item| {
                        slowly(item);
                        Ok(item)
                    },
                    |item| {
                        found.push(item);
                        Ok(())
                    },
                );
                assert!(ended.is_ok());
                assert_eq!(found, (0..count).collect::<Vec<_>>(), "{threads} threads");
            }
        }
    }

    #[test]
    fn the_first_error_in_order_wins_and_stops_the_rest() {
        for threads in [1, 2, 8] {
            for first_bad in [0, 1, 5, 40] {
                let (begun, mut consumed) = (AtomicUsize::new(0), 0);
                let ended = in_order(
                    threads,
                    0..10_000_u64,
                    |item| {
                        begun.fetch_add(1, Ordering::Relaxed);
                        slowly(item);
                        // Later ones fail too, and at once.
                        if item >= first_bad { Err(Error::new(item)) } else { Ok(item) }
                    },
                    |_| {
                        consumed += 1;
                        Ok(())
                    },
                );
                assert_eq!(ended.map_err(|error| error.to_string()), Err(first_bad.to_string()));
                assert_eq!(consumed, first_bad);
                assert!(begun.load(Ordering::Relaxed) <= 60, "{begun:?} were begun");
            }
        }
    }

    #[test]
    fn where_the_consumer_fails_the_rest_is_not_begun() {
        for threads in [1, 2, 8] {
            let begun = AtomicUsize::new(0);
            let work = |item| {
                begun.fetch_add(1, Ordering::Relaxed);
                Ok(item)
            };
            let ended =
                in_order(
                    threads,
                    0..10_000,
                    work,
                    |item| if item == 5 { Err(Error::new("full")) } else { Ok(()) },
                );
            assert_eq!(ended.map_err(|error| error.to_string()), Err("full".to_owned()));
            assert!(begun.load(Ordering::Relaxed) <= 6 + 2 * threads);
        }
    }

    #[test]
    fn never_more_than_twice_the_threads_are_ahead_of_the_consumer() {
        let consumed = AtomicUsize::new(0);
        let work = |item: usize| {
            assert!(item < consumed.load(Ordering::SeqCst) + 2 * 3 + 1, "{item} is too far ahead");
            Ok(item)
        };
        let consume = |_| {
            thread::sleep(Duration::from_micros(200));
            consumed.fetch_add(1, Ordering::SeqCst);
            Ok(())
        };
        assert!(in_order(3, 0..200, work, consume).is_ok());
    }

    #[test]
    fn panics_pass_through() {
        let message = |panicking: &mut dyn FnMut()| {
            let panic = panic::catch_unwind(AssertUnwindSafe(panicking)).unwrap_err();
            panic.downcast_ref::<String>().cloned().unwrap()
        };
        let worker = message(&mut || {
            let _ = in_order(
                4,
                0..1000,
                |item| if item == 7 { panic!("work {item}") } else { Ok(item) },
                |_| Ok(()),
            );
        });
        let consumer = message(&mut || {
            let _ =
                in_order(4, 0..1000, Ok, |item| if item == 7 { panic!("consume {item}") } else { Ok(()) });
        });
        assert_eq!((worker.as_str(), consumer.as_str()), ("work 7", "consume 7"));
    }

    #[test]
    fn items_are_taken_as_they_are_needed() {
        let taken = AtomicUsize::new(0);
        let items = (0..).inspect(|_| {
            taken.fetch_add(1, Ordering::Relaxed);
        });
        let ended =
            in_order(2, items, Ok, |item: u64| if item == 10 { Err(Error::new("enough")) } else { Ok(()) });
        assert!(ended.is_err());
        assert!(taken.load(Ordering::Relaxed) <= 15, "{taken:?}");
    }
}
