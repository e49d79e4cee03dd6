//! Which attempt belongs to which name.

use connector_interface::Error;

use crate::{Configuration, files, foreign_calls, kernel, processes, shared, sockets};

/// Gives lines about what it found where it got through.
pub(crate) type Attempt = fn(&Configuration) -> Result<Vec<String>, Error>;

/// The attempt with this name.
pub(crate) fn named(name: &str) -> Option<Attempt> {
    let tables = [FILES, PROCESSES, SHARED, SOCKETS, KERNEL, FOREIGN_CALLS];
    tables.into_iter().flatten().find(|(known, _)| *known == name).map(|(_, attempt)| *attempt)
}

type Table = &'static [(&'static str, Attempt)];

const FILES: Table = &[
    ("read", files::read),
    ("list", files::list),
    ("create", files::create),
    ("overwrite", files::overwrite),
    ("truncate", files::truncate),
    ("make-folder", files::make_folder),
    ("change-mode", files::change_mode),
    ("change-mode-newly", files::change_mode_newly),
    ("change-owner", files::change_owner),
    ("change-times", files::change_times),
    ("set-attribute", files::set_attribute),
    ("set-attribute-newly", files::set_attribute_newly),
    ("set-flags", files::set_flags),
    ("set-flags-newly", files::set_flags_newly),
    ("rename", files::rename),
    ("remove", files::remove),
    ("link", files::link),
    ("link-softly", files::link_softly),
    ("make-pipe", files::make_pipe),
    ("make-device", files::make_device),
    ("open-by-handle", files::open_by_handle),
    ("spare-itself", files::spare_itself),
    ("find-constructor-ran", files::find_constructor_ran),
    ("create-in-own-folder", files::create_in_own_folder),
];

const PROCESSES: Table = &[
    ("say-who", processes::say_who),
    ("read-memory-of", processes::read_memory_of),
    ("read-environment-of", processes::read_environment_of),
    ("list-descriptors-of", processes::list_descriptors_of),
    ("read-parents-memory", processes::read_parents_memory),
    ("signal", processes::signal),
    ("signal-by-descriptor", processes::signal_by_descriptor),
    ("signal-by-input", processes::signal_by_input),
    ("limit", processes::limit),
    ("make-less-urgent", processes::make_less_urgent),
    ("make-users-less-urgent", processes::make_users_less_urgent),
    ("make-idle", processes::make_idle),
    ("pin", processes::pin),
    ("slow-down-files-of", processes::slow_down_files_of),
    ("trace", processes::trace),
    ("be-traced", processes::be_traced),
    ("read-directly", processes::read_directly),
    ("take-descriptor", processes::take_descriptor),
    ("execute", processes::execute),
    ("execute-own-file", processes::execute_own_file),
    ("outlive", processes::outlive),
    ("outlive-as-sibling", processes::outlive_as_sibling),
    ("raise-limit", processes::raise_limit),
    ("become-user", processes::become_user),
    ("become-dumpable", processes::become_dumpable),
];

const SHARED: Table = &[
    ("share-memory", shared::share_memory),
    ("share-semaphores", shared::share_semaphores),
    ("share-messages", shared::share_messages),
    ("share-queue", shared::share_queue),
];

const SOCKETS: Table = &[
    ("connect", sockets::connect),
    ("connect-to-metadata", sockets::connect_to_metadata),
    ("connect-fast", sockets::connect_fast),
    ("connect-over-many-paths", sockets::connect_over_many_paths),
    ("connect-to-socket", sockets::connect_to_socket),
    ("connect-to-abstract-socket", sockets::connect_to_abstract_socket),
    ("pair-of-datagrams", sockets::pair_of_datagrams),
    ("pair-of-raw-datagrams", sockets::pair_of_raw_datagrams),
    ("bind", sockets::bind),
    ("listen", sockets::listen),
    ("raw-socket", sockets::raw),
    ("ping-socket", sockets::ping),
    ("packet-socket", sockets::packet),
    ("machine-socket", sockets::machine),
    ("netlink-socket", sockets::netlink),
    ("crypto-socket", sockets::crypto),
    ("socket-of-messages", sockets::of_messages),
    ("pair-over-internet", sockets::pair_over_internet),
];

const KERNEL: Table = &[
    ("mount", kernel::mount),
    ("make-writable", kernel::make_writable),
    ("unshare-user", kernel::unshare_user),
    ("unshare-mounts", kernel::unshare_mounts),
    ("enter-namespace", kernel::enter_namespace),
    ("clone-user", kernel::clone_user),
    ("clone-newly", kernel::clone_newly),
    ("change-root", kernel::change_root),
    ("load-module", kernel::load_module),
    ("load-module-file", kernel::load_module_file),
    ("load-kernel", kernel::load_kernel),
    ("load-program", kernel::load_program),
    ("count-events", kernel::count_events),
    ("read-keys", kernel::read_keys),
    ("make-ring", kernel::make_ring),
    ("handle-faults", kernel::handle_faults),
    ("set-clock", kernel::set_clock),
    ("set-host-name", kernel::set_host_name),
    ("read-log", kernel::read_log),
    ("watch-files", kernel::watch_files),
];

const FOREIGN_CALLS: Table =
    &[("call-as-32-bits", foreign_calls::as_32_bits), ("call-as-x32", foreign_calls::as_x32)];
