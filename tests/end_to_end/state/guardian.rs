//! A runner that was killed, while what it has started is still there.

use connector_tests::sync::{Kind, Sync, reference};
use rustix::process::{Signal, kill_process};

use super::{holding, slow_and_quick};

#[test]
fn a_runner_that_was_killed_holds_nothing_even_while_its_guardian_is_still_there() {
    let (slow, quick) = slow_and_quick();
    let reference = reference(&quick);
    for kind in Kind::ALL {
        let sync = Sync::new(kind, &slow);
        let running = holding(&sync);
        let guardian = running.guardian();
        kill_process(guardian, Signal::STOP).unwrap();
        running.signal(Signal::KILL);
        // A process lets go of its files before it becomes a zombie.
        while !is_zombie(running.pid()) {
            std::thread::yield_now();
        }
        sync.change(&quick);
        let next = sync.run();
        kill_process(guardian, Signal::CONT).unwrap();
        next.assert(0, "goes on with the sync");
        assert_eq!(running.wait().signal(), Some(9));
        sync.check_finished(&reference).unwrap_or_else(|wrong| panic!("{kind:?}: {wrong}"));
    }
}

fn is_zombie(pid: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    status.lines().any(|line| line.starts_with("State:") && line.contains('Z'))
}
