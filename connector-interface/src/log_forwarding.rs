//! Brings the `log` and `tracing` macros of a connector to its [`Logger`].

use std::{collections::BTreeMap, fmt};

use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
    registry::{LookupSpan, Scope},
};

use crate::logger::{Level, Logger};

type Tags = BTreeMap<String, String>;

/// Makes `logger` the target of both macro families in this library.
///
/// Each dynamic library has `log` and `tracing` statics of its own, so this reaches no other one. A
/// connector that has set a logger or subscriber of its own before keeps it.
pub(crate) fn install(logger: &Logger) {
    let forward = Forward { logger: logger.clone() };
    if log::set_boxed_logger(Box::new(forward.clone())).is_ok() {
        log::set_max_level(log::LevelFilter::Debug);
    }
    // An error means that a subscriber is set already.
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(forward));
}

#[derive(Clone)]
struct Forward {
    logger: Logger,
}

impl log::Log for Forward {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        metadata.level() <= log::Level::Debug
    }

    fn log(&self, record: &log::Record<'_>) {
        if !log::Log::enabled(self, record.metadata()) {
            return;
        }
        let level = match record.level() {
            log::Level::Error => Level::Error,
            log::Level::Warn => Level::Warn,
            log::Level::Info => Level::Info,
            log::Level::Debug | log::Level::Trace => Level::Debug,
        };
        let tags = Tags::from([("target".to_owned(), record.target().to_owned())]);
        self.logger.send(level, &record.args().to_string(), &tags);
    }

    fn flush(&self) {}
}

/// The fields of a span, kept with it for the events inside.
struct SpanTags(Tags);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Forward {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        *metadata.level() <= tracing::Level::DEBUG
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().replace(SpanTags(fields.tags));
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        values.record(&mut fields);
        let Some(span) = context.span(id) else { return };
        if let Some(tags) = span.extensions_mut().get_mut::<SpanTags>() {
            tags.0.append(&mut fields.tags);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut tags = Tags::from([("target".to_owned(), event.metadata().target().to_owned())]);
        for span in context.event_scope(event).into_iter().flat_map(Scope::from_root) {
            if let Some(span_tags) = span.extensions().get::<SpanTags>() {
                tags.extend(span_tags.0.clone());
            }
        }
        let mut fields = Fields::default();
        event.record(&mut fields);
        tags.append(&mut fields.tags);
        self.logger.send(level_of(*event.metadata().level()), &fields.message, &tags);
    }
}

fn level_of(level: tracing::Level) -> Level {
    match level {
        tracing::Level::ERROR => Level::Error,
        tracing::Level::WARN => Level::Warn,
        tracing::Level::INFO => Level::Info,
        _ => Level::Debug,
    }
}

/// Collects the fields of an event or span; the one named `message` apart.
#[derive(Default)]
struct Fields {
    message: String,
    tags: Tags,
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            value.clone_into(&mut self.message);
        } else {
            self.tags.insert(field.name().to_owned(), value.to_owned());
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}
