//! A logger and a subscriber that are set while the library is being loaded, before anybody else can.

use std::fmt::Debug;

use tracing::field::{Field, Visit};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
};

/// Run by the dynamic linker.
#[used]
// SAFETY: the section holds pointers to functions, and this is one; it needs nothing but what `std` offers before `main`.
#[unsafe(link_section = ".init_array")]
static BEFORE_ANYBODY_ELSE: extern "C" fn() = set;

extern "C" fn set() {
    // Either fails only where something is set already, which a test then misses.
    let _ = log::set_logger(&Print).map(|()| log::set_max_level(log::LevelFilter::Info));
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(Print));
}

/// Brings everything to stdout.
struct Print;

impl log::Log for Print {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        println!("own logger: {}", record.args());
    }

    fn flush(&self) {}
}

impl<S: tracing::Subscriber> Layer<S> for Print {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        event.record(&mut Self);
    }
}

impl Visit for Print {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        println!("own subscriber: {field}={value:?}");
    }
}
