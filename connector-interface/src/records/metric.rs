//! The record type `Metric`.
//!
//! Written from `schemas/schemas/records/metric.json` by
//! `UPDATE_RECORDS=1 cargo test -p connector-interface --test records`.

use crate::{
    DateTime, Uri,
    property::{Extras, OptionalValue, record},
};

/// Something that is measured again and again; each reading is a MetricMeasure.
#[derive(Debug, Clone, PartialEq)]
pub struct Metric {
    /// The metric's identifier in the tool that measures.
    pub id: String,
    /// Address that identifies this metric.
    pub uri: Uri,
    /// What the metric is about: usually the `self` of another record.
    pub record: Option<String>,
    /// The metric's name as a program writes it, such as `p95_latency`.
    pub key: Option<String>,
    /// The metric's name as people read it.
    pub name: Option<String>,
    /// What one step of a reading means, such as `ms` or `requests`.
    pub unit: Option<String>,
    /// When measuring began.
    pub created_at: Option<DateTime>,
    /// When the metric's definition last changed.
    pub updated_at: Option<DateTime>,
    /// When the metric was given up; left out while it is measured.
    pub deleted_at: Option<DateTime>,
    extras: Extras,
}

/// What every [`Metric`] has.
#[derive(Debug, Clone, PartialEq)]
pub struct NewMetric {
    /// The metric's identifier in the tool that measures.
    pub id: String,
    /// Address that identifies this metric.
    pub uri: Uri,
}

impl Metric {
    /// One with what is required; the other methods set the rest.
    #[must_use]
    pub fn new(required: NewMetric) -> Self {
        Self {
            id: required.id,
            uri: required.uri,
            record: None,
            key: None,
            name: None,
            unit: None,
            created_at: None,
            updated_at: None,
            deleted_at: None,
            extras: Extras::default(),
        }
    }

    /// What the metric is about: usually the `self` of another record.
    #[must_use]
    pub fn record(mut self, record: impl OptionalValue<String>) -> Self {
        self.record = record.into_value();
        self
    }

    /// The metric's name as a program writes it, such as `p95_latency`.
    #[must_use]
    pub fn key(mut self, key: impl OptionalValue<String>) -> Self {
        self.key = key.into_value();
        self
    }

    /// The metric's name as people read it.
    #[must_use]
    pub fn name(mut self, name: impl OptionalValue<String>) -> Self {
        self.name = name.into_value();
        self
    }

    /// What one step of a reading means, such as `ms` or `requests`.
    #[must_use]
    pub fn unit(mut self, unit: impl OptionalValue<String>) -> Self {
        self.unit = unit.into_value();
        self
    }

    /// When measuring began.
    #[must_use]
    pub fn created_at(mut self, created_at: impl OptionalValue<DateTime>) -> Self {
        self.created_at = created_at.into_value();
        self
    }

    /// When the metric's definition last changed.
    #[must_use]
    pub fn updated_at(mut self, updated_at: impl OptionalValue<DateTime>) -> Self {
        self.updated_at = updated_at.into_value();
        self
    }

    /// When the metric was given up; left out while it is measured.
    #[must_use]
    pub fn deleted_at(mut self, deleted_at: impl OptionalValue<DateTime>) -> Self {
        self.deleted_at = deleted_at.into_value();
        self
    }
}

record! {
    Metric "Metric" {
        required id "id",
        required uri "self",
        optional record "record",
        optional key "key",
        optional name "name",
        optional unit "unit",
        optional created_at "createdAt",
        optional updated_at "updatedAt",
        optional deleted_at "deletedAt",
    }
}
