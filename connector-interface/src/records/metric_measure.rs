//! The record type `MetricMeasure`.
//!
//! Written from `schemas/schemas/records/metric-measure.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use super::Metric;
use crate::{
    DateTime, Uri,
    property::{Extras, OptionalValue, RecordOrUri, record},
};

/// One reading of a metric.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricMeasure {
    /// The reading's identifier in the tool that measures.
    pub id: String,
    /// Address that identifies this reading.
    pub uri: Uri,
    /// The metric that was read.
    pub metric: RecordOrUri<Metric>,
    /// The reading itself, in the metric's unit.
    pub value: Option<i64>,
    /// The moment that the reading describes.
    pub time: Option<DateTime>,
    /// When the reading was stored.
    pub created_at: Option<DateTime>,
    /// When the stored reading was last corrected.
    pub updated_at: Option<DateTime>,
    /// When the reading was discarded; left out while it counts.
    pub deleted_at: Option<DateTime>,
    extras: Extras,
}

/// What every [`MetricMeasure`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewMetricMeasure {
    /// The reading's identifier in the tool that measures.
    pub id: String,
    /// Address that identifies this reading.
    pub uri: Uri,
    /// The metric that was read.
    pub metric: RecordOrUri<Metric>,
}

impl MetricMeasure {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewMetricMeasure) -> Self {
        Self {
            id: required.id,
            uri: required.uri,
            metric: required.metric,
            value: None,
            time: None,
            created_at: None,
            updated_at: None,
            deleted_at: None,
            extras: Extras::default(),
        }
    }

    /// The reading itself, in the metric's unit.
    #[must_use]
    pub fn value(mut self, value: impl OptionalValue<i64>) -> Self {
        self.value = value.into_value();
        self
    }

    /// The moment that the reading describes.
    #[must_use]
    pub fn time(mut self, time: impl OptionalValue<DateTime>) -> Self {
        self.time = time.into_value();
        self
    }

    /// When the reading was stored.
    #[must_use]
    pub fn created_at(mut self, created_at: impl OptionalValue<DateTime>) -> Self {
        self.created_at = created_at.into_value();
        self
    }

    /// When the stored reading was last corrected.
    #[must_use]
    pub fn updated_at(mut self, updated_at: impl OptionalValue<DateTime>) -> Self {
        self.updated_at = updated_at.into_value();
        self
    }

    /// When the reading was discarded; left out while it counts.
    #[must_use]
    pub fn deleted_at(mut self, deleted_at: impl OptionalValue<DateTime>) -> Self {
        self.deleted_at = deleted_at.into_value();
        self
    }
}

record! {
    MetricMeasure "MetricMeasure" {
        required id "id",
        required uri "self",
        required metric "metric",
        optional value "value",
        optional time "time",
        optional created_at "createdAt",
        optional updated_at "updatedAt",
        optional deleted_at "deletedAt",
    }
}
