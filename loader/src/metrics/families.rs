//! The metrics by name, each with its help and its values.

use std::collections::BTreeMap;

use jiff::Timestamp;
use prometheus::{GaugeVec, Opts, Registry, proto::MetricFamily};

use crate::{digest::Digest, exit_code::ExitCode};

use super::{
    SyncSummary,
    standing::{Place, Standing},
};

/// More streams than this and none has series of its own: each series costs the monitoring memory for hours.
pub(crate) const MAX_STREAMS: usize = 1_000;
/// The longest label, in characters; a connector makes up the ids of its streams.
const MAX_LABEL: usize = 200;
/// Before each name.
const PREFIX: &str = "codeclimate_connector";

/// A value of a stream; none where it is not known, and then there is no series.
type Value = fn(&Standing<'_>) -> Option<f64>;

/// Name, help and value of all that is told of a stream.
const OF_A_STREAM: [(&str, &str, Value); 12] = [
    ("stream_exit_code", "Exit code of the last run of a stream.", |standing| {
        Some(f64::from(standing.last.exit_code))
    }),
    ("stream_success", "Whether the last run of a stream was done (exit code 0).", |standing| {
        Some(flag(standing.is_success()))
    }),
    (
        "stream_last_success_timestamp_seconds",
        "When a stream was last done; absent where not known.",
        |standing| standing.succeeded_at.map(seconds),
    ),
    ("stream_records", "Records of a stream that the sync delivered.", |standing| count(standing.delivered)),
    ("stream_delivered_bytes", "Envelopes of a stream that the sync delivered, in bytes.", |standing| {
        count(standing.bytes)
    }),
    ("stream_rejected_records", "Records that were refused to the connector in the sync.", |standing| {
        count(standing.rejected)
    }),
    ("stream_dead_letters", "Refused records that were kept aside in the sync.", |standing| {
        count(standing.dead_letters)
    }),
    (
        "stream_duration_seconds",
        "How long the runs of a stream took in the sync, all together.",
        |standing| Some(standing.milliseconds as f64 / 1_000.0),
    ),
    (
        "stream_memory_peak_bytes",
        "The most memory of a run, with file cache; absent where not known.",
        |standing| standing.peak.and_then(count),
    ),
    ("stream_memory_limit_bytes", "The memory limit of the last run of a stream.", |standing| {
        count(standing.last.memory.limit)
    }),
    (
        "stream_runs",
        "Runs of a stream in the sync: attempts, and those that went on after a pause.",
        |standing| count(standing.runs),
    ),
    ("stream_attempts", "The highest attempt of a run: 1 where none had to be repeated.", |standing| {
        Some(f64::from(standing.attempts))
    }),
];

/// All that is told of a sync.
pub(crate) fn families(
    sync: &SyncSummary,
    standings: &BTreeMap<Place<'_>, Standing<'_>>,
) -> prometheus::Result<Vec<MetricFamily>> {
    let registry = Registry::new();
    of_sync(&registry, sync)?;
    of_endings(&registry, standings)?;
    let has_streams = standings.len() <= MAX_STREAMS;
    let omitted = if has_streams { 0 } else { standings.len() };
    let help = "Streams without series of their own, because there are too many.";
    gauge(&registry, "sync_streams_omitted", help, &[])?
        .with_label_values(&[] as &[&str])
        .set(omitted as f64);
    of_connections(&registry, sync, standings)?;
    if has_streams {
        of_streams(&registry, standings)?;
    }
    Ok(registry.gather())
}

fn gauge(registry: &Registry, name: &str, help: &str, labels: &[&str]) -> prometheus::Result<GaugeVec> {
    let gauge = GaugeVec::new(Opts::new(format!("{PREFIX}_{name}"), help), labels)?;
    registry.register(Box::new(gauge.clone()))?;
    Ok(gauge)
}

fn of_sync(registry: &Registry, sync: &SyncSummary) -> prometheus::Result<()> {
    let values = [
        ("sync_exit_code", "Exit code of the last sync.", f64::from(sync.exit_code)),
        ("sync_success", "Whether the last sync was done (exit code 0).", flag(sync.exit_code == 0)),
        ("sync_start_timestamp_seconds", "When the last sync began.", seconds(sync.started_at)),
        (
            "sync_end_timestamp_seconds",
            "When the last sync ended.",
            seconds(sync.started_at) + sync.duration.as_secs_f64(),
        ),
        ("sync_duration_seconds", "How long the last sync took.", sync.duration.as_secs_f64()),
    ];
    for (name, help, value) in values {
        gauge(registry, name, help, &[])?.with_label_values(&[] as &[&str]).set(value);
    }
    Ok(())
}

fn of_endings(registry: &Registry, standings: &BTreeMap<Place<'_>, Standing<'_>>) -> prometheus::Result<()> {
    let help = "Streams of the last sync by how their last run ended.";
    let streams = gauge(registry, "sync_streams", help, &["exit_code", "ending"])?;
    // So that there is a zero before there is a one.
    streams.with_label_values(&["0", ExitCode::Done.title()]);
    for standing in standings.values() {
        let code = standing.last.exit_code;
        // A newer runner may have endings that this one lacks.
        let title = ExitCode::from_number(code).map_or("unknown", ExitCode::title);
        streams.with_label_values(&[code.to_string().as_str(), title]).inc();
    }
    Ok(())
}

/// The same for whole connections, where there are not too many of those.
fn of_connections(
    registry: &Registry,
    sync: &SyncSummary,
    standings: &BTreeMap<Place<'_>, Standing<'_>>,
) -> prometheus::Result<()> {
    if sync.connections.len() > MAX_STREAMS {
        return Ok(());
    }
    let labels = ["connection"];
    let help = "The worst ending of a connection and of its streams in the last sync.";
    let endings = gauge(registry, "connection_exit_code", help, &labels)?;
    for (connection, code) in &sync.connections {
        endings.with_label_values(&[label(connection)]).set(f64::from(*code));
    }
    let streams =
        gauge(registry, "connection_streams", "Streams of a connection in the last sync.", &labels)?;
    let help = "Streams of a connection whose last run did not end with exit code 0.";
    let unsuccessful = gauge(registry, "connection_unsuccessful_streams", help, &labels)?;
    let help = "Records of a connection that the sync delivered.";
    let records = gauge(registry, "connection_records", help, &labels)?;
    for ((connection, _), standing) in standings {
        let label = [label(connection)];
        streams.with_label_values(&label).inc();
        unsuccessful.with_label_values(&label).add(1.0 - flag(standing.is_success()));
        records.with_label_values(&label).add(standing.delivered as f64);
    }
    Ok(())
}

fn of_streams(registry: &Registry, standings: &BTreeMap<Place<'_>, Standing<'_>>) -> prometheus::Result<()> {
    for (name, help, value) in OF_A_STREAM {
        let family = gauge(registry, name, help, &["connection", "stream"])?;
        for ((connection, stream), standing) in standings {
            if let Some(value) = value(standing) {
                family.with_label_values(&[label(connection), label(stream)]).set(value);
            }
        }
    }
    Ok(())
}

/// A label that is not too long. What is cut ends in a digest of the whole, so that two stay two.
fn label(text: &str) -> String {
    if text.chars().count() <= MAX_LABEL {
        return text.to_owned();
    }
    let begin: String = text.chars().take(MAX_LABEL - 17).collect();
    let digest: String = Digest::of_bytes(text.as_bytes()).to_string().chars().take(16).collect();
    format!("{begin}…{digest}")
}

fn flag(is_so: bool) -> f64 {
    f64::from(u8::from(is_so))
}

fn count(number: u64) -> Option<f64> {
    Some(number as f64)
}

fn seconds(time: Timestamp) -> f64 {
    time.as_millisecond() as f64 / 1_000.0
}
