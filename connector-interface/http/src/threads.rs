//! Threads that are kept for the next job.

use std::{
    io,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        mpsc::{self, Receiver, SendError, Sender},
    },
    thread,
};

type Job = Box<dyn FnOnce() + Send>;
type Idle = Mutex<Vec<Sender<Task>>>;

/// Threads that do one job after another. Each ends with its present job once this is dropped.
#[derive(Default)]
pub(crate) struct Threads {
    idle: Arc<Idle>,
}

/// A job, with the address of the thread that does it: it is idle afterwards.
struct Task {
    job: Job,
    address: Sender<Task>,
}

impl Threads {
    /// Does the job on an idle thread, or on a new one.
    pub(crate) fn run(&self, job: Job) -> io::Result<()> {
        let mut job = job;
        while let Some(address) = self.idle_thread() {
            match address.send(Task { job, address: address.clone() }) {
                Ok(()) => return Ok(()),
                // It has ended with a panic.
                Err(SendError(task)) => job = task.job,
            }
        }
        let (address, tasks) = mpsc::channel();
        let idle = Arc::downgrade(&self.idle);
        thread::Builder::new().name("http".to_owned()).spawn(move || work(&tasks, &idle))?;
        address.send(Task { job, address: address.clone() }).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    fn idle_thread(&self) -> Option<Sender<Task>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }
}

fn work(tasks: &Receiver<Task>, idle: &Weak<Idle>) {
    while let Ok(Task { job, address }) = tasks.recv() {
        job();
        let Some(idle) = idle.upgrade() else { return };
        idle.lock().unwrap_or_else(PoisonError::into_inner).push(address);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_thread_does_one_job_after_another() {
        let threads = Threads::default();
        let (done, results) = mpsc::channel();
        let mut names = Vec::new();
        for _ in 0..3 {
            let done = done.clone();
            threads.run(Box::new(move || done.send(thread::current().id()).unwrap())).unwrap();
            names.push(results.recv_timeout(Duration::from_secs(20)).unwrap());
            while threads.idle.lock().unwrap().is_empty() {
                thread::yield_now();
            }
        }
        assert_eq!(names, [names[0]; 3]);
    }

    #[test]
    fn a_panic_costs_its_thread_only() {
        let threads = Threads::default();
        threads.run(Box::new(|| panic!("on purpose"))).unwrap();
        let (done, results) = mpsc::channel();
        threads.run(Box::new(move || done.send(7).unwrap())).unwrap();
        assert_eq!(results.recv_timeout(Duration::from_secs(20)), Ok(7));
    }
}
