//! Which deed belongs to which name.

use connector_interface::Error;

use crate::{
    Behaviour, Misbehaving, attacks, descriptors, endings, files, hangs, leaks, memory, output, panics,
    processes, records, threads,
};

impl Misbehaving {
    pub(crate) fn act(&self) -> Result<(), Error> {
        match self.configuration.behaviour {
            Behaviour::Well => records::well(self),
            Behaviour::LargeRecord => records::large(self),
            Behaviour::InvalidRecord => records::invalid(self),
            Behaviour::TolerateInvalidRecord => records::tolerate_invalid(self),
            Behaviour::OtherRecord => records::other(self),
            Behaviour::InvalidText => records::raw(self, b"{\"_type\":\"Branch\",\"name\":\"\xff\"}"),
            Behaviour::DeepRecord => records::deep(self),
            Behaviour::NulInRecord => records::raw(self, b"{\"_type\":\"Branch\",\"name\":\"\0\"}"),
            Behaviour::ProduceFromThreads => threads::produce_from_many(self),
            Behaviour::ProduceAfterReturn => threads::produce_after_return(self),
            Behaviour::ProduceAfterCancel => hangs::produce_after_cancel(self),
            Behaviour::PrintStorm => output::print_storm(self),
            Behaviour::LogStorm => output::log_storm(self),
            Behaviour::Flood => output::flood(self),
            Behaviour::GiantLine => output::giant_line(self),
            Behaviour::Leak => {
                leaks::say(self);
                Ok(())
            }
            Behaviour::LeakAndFail => leaks::fail(self),
            Behaviour::LeakAndPanic => leaks::panic(self),
            Behaviour::LeakInStreams => leaks::streams(self),
            Behaviour::Fail => Err(Error::new("the moon is in the way")),
            Behaviour::Unavailable => Err(Error::source_unavailable("503 Service Unavailable")),
            Behaviour::Pause => endings::pause(self),
            Behaviour::Panic => panic!("a bug in the connector"),
            Behaviour::PanicInThread => panics::in_thread(self),
            Behaviour::PanicInThreadLocal => panics::in_thread_local(self),
            Behaviour::PanicWithNumber => std::panic::panic_any(7),
            Behaviour::PanicTwice => panics::twice(),
            Behaviour::Abort => std::process::abort(),
            Behaviour::Exit => endings::exit(self),
            Behaviour::Segfault => endings::segfault(),
            Behaviour::Raise => endings::raise(self),
            Behaviour::OverflowStack => endings::overflow_stack(),
            Behaviour::OverflowStackOfThread => endings::overflow_stack_of_thread(),
            Behaviour::Allocate => memory::allocate(self),
            Behaviour::AllocateSlowly => memory::allocate_slowly(self),
            Behaviour::AllocatePolitely => memory::allocate_politely(self),
            Behaviour::AllocateAbsurdly => memory::allocate_absurdly(),
            Behaviour::AllocateInChild => memory::allocate_in_child(self),
            Behaviour::AllocateInChildren => memory::allocate_in_children(self),
            Behaviour::AllocateAsFile => memory::allocate_as_file(self),
            Behaviour::FillFileCache => files::write_and_remove(self),
            Behaviour::LeaveFile => files::write_and_leave(self),
            Behaviour::LeaveFiles => files::write_many(self),
            Behaviour::OpenFiles => files::open_many(self),
            Behaviour::Hang => hangs::hang(self),
            Behaviour::Wait => hangs::wait(self),
            Behaviour::Spin => hangs::spin(),
            Behaviour::Deadlock => hangs::deadlock(),
            Behaviour::BlockSignals => hangs::block_signals(self),
            Behaviour::IgnoreSignals => hangs::ignore_signals(self),
            Behaviour::ForkBomb => processes::fork_bomb(self),
            Behaviour::ShellBomb => processes::shell_bomb(self),
            Behaviour::Daemon => processes::daemon(self),
            Behaviour::LeaveChild => processes::leave_child(self),
            Behaviour::StubbornChild => processes::stubborn_child(self),
            Behaviour::KillParent => attacks::kill_parent(self),
            Behaviour::StopParent => attacks::stop_parent(self),
            Behaviour::KillEverybody => attacks::kill_everybody(self),
            Behaviour::StarveParent => attacks::starve_parent(self),
            Behaviour::CloseChannel => descriptors::close_channel(self),
            Behaviour::CloseDescriptors => descriptors::close_all(self),
            Behaviour::CloseStandardDescriptors => descriptors::close_standard(self),
            Behaviour::WriteGarbage => descriptors::write_garbage(self),
            Behaviour::ForgeRecord => attacks::forge_record(self),
            Behaviour::ForgeEscapingRecord => attacks::forge_escaping_record(self),
            Behaviour::ForgeEscapingTime => attacks::forge_escaping_time(self),
            Behaviour::ForgeEnd => attacks::forge_end(self),
            Behaviour::ForgeLength => attacks::forge_length(self),
            Behaviour::ChangeSurroundings => attacks::change_surroundings(self),
        }
    }
}
