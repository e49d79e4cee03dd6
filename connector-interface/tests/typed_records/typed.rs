//! All types of `connector_interface::records`, each found by its name.

use connector_interface::records::{self, Record};
use connector_schemas::{RecordType, record_types};
use serde_json::Value;

/// Reads a record as its Rust type and writes it again.
pub(crate) fn round_trip(record: &Value, record_type: &RecordType) -> serde_json::Result<String> {
    let (_, round_trip) = TYPES.iter().find(|(name, _)| *name == record_type.name()).unwrap();
    round_trip(record)
}

type RoundTrip = fn(&Value) -> serde_json::Result<String>;

macro_rules! types {
    ($($name:ident)*) => {
        [$((<records::$name as Record>::TYPE, through::<records::$name>)),*]
    };
}

static TYPES: [(&str, RoundTrip); 45] = types! {
    Actor Application Board Branch Calendar CalendarEvent CodeIssue Commit CommitCheck Component CoverageTotals
    DeliveryBuild DeliveryJob DeliveryWorkflow DependencyIssue Deployment Environment FeatureFlag FileCoverage Group
    Incident IncidentNotification Issue IssueChangelog IssueComment IssuePriority Metric MetricMeasure OnCall Package
    PackageDependency Project PullRequest PullRequestComment PullRequestEvent Push Release ReleaseStage Repository
    Review ReviewRequest Sprint StreamRecord TestResult TestResultTotals
};

fn through<T: Record + Send + Sync + Clone + PartialEq + std::fmt::Debug>(
    record: &Value,
) -> serde_json::Result<String> {
    let record: T = serde_json::from_value(record.clone())?;
    let written = serde_json::to_string(&record)?;
    assert_eq!(serde_json::from_str::<T>(&written)?, record, "read back from {written}");
    Ok(written)
}

#[test]
fn every_record_type_has_a_rust_type_of_its_name() {
    let typed = TYPES.iter().map(|(name, _)| *name);
    assert!(typed.eq(record_types().map(RecordType::name)));
}
