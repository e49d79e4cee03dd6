//! The table of record types with their embedded schemas.

use std::fmt;
use std::sync::OnceLock;

use serde_json::Value;

use crate::nearest::nearest;

/// What the `$id` of every schema begins with; the rest is the type's [`RecordType::id`].
pub const SCHEMA_BASE: &str = "https://platform.codeclimate.com/schemas/";

/// One type of record and the JSON Schema (draft-07) that describes it.
pub struct RecordType {
    name: &'static str,
    id: &'static str,
    schema_text: &'static str,
    schema: OnceLock<Value>,
}

impl RecordType {
    const fn new(name: &'static str, id: &'static str, schema_text: &'static str) -> Self {
        Self { name, id, schema_text, schema: OnceLock::new() }
    }

    /// The name that a record carries in `_type`, such as `PullRequest`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The name in kebab-case, with which the schema's `$id` ends, such as `pull-request`.
    pub fn id(&self) -> &'static str {
        self.id
    }

    /// The schema as its file has it.
    pub fn schema_text(&self) -> &'static str {
        self.schema_text
    }

    /// The properties that say when what the record tells of happened: a cutoff is measured by them, the newest of
    /// those that are there. None for types that may come whole each time, such as `Repository`.
    pub fn cutoff_times(&self) -> impl Iterator<Item = &str> {
        self.schema()["x-cutoff"].as_array().into_iter().flatten().filter_map(Value::as_str)
    }

    /// The name of the type that a record of this one is a part of, where there is one: a source may measure the part
    /// by the whole, as the job of a build that was started before the cutoff.
    pub fn part_of(&self) -> Option<&str> {
        self.schema()["x-part-of"].as_str()
    }

    /// The schema, parsed when first asked for.
    ///
    /// An embedded file that is not JSON would give `null`, which no validator compiles; a test keeps that from
    /// being published.
    pub fn schema(&self) -> &Value {
        self.schema.get_or_init(|| serde_json::from_str(self.schema_text).unwrap_or_default())
    }
}

impl fmt::Debug for RecordType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("RecordType").field(&self.name).finish()
    }
}

impl PartialEq for RecordType {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for RecordType {}

/// All record types, sorted by name.
pub fn record_types() -> impl ExactSizeIterator<Item = &'static RecordType> {
    RECORD_TYPES.iter()
}

/// The record type with exactly this name, such as `PullRequest`.
pub fn record_type(name: &str) -> Option<&'static RecordType> {
    position(name).and_then(|position| RECORD_TYPES.get(position))
}

/// The name of the record type that was probably meant, such as `PullRequest` for `pull-request` or `PulRequest`.
pub fn nearest_record_type(name: &str) -> Option<&'static str> {
    nearest(name, record_types().map(RecordType::name))
}

/// Where in [`record_types`] the type with this name stands.
pub(crate) fn position(name: &str) -> Option<usize> {
    RECORD_TYPES.binary_search_by(|known| known.name.cmp(name)).ok()
}

/// The record type whose schema has this `$id`.
pub(crate) fn with_schema_id(schema_id: &str) -> Option<&'static RecordType> {
    let id = schema_id.strip_prefix(SCHEMA_BASE)?;
    record_types().find(|known| known.id == id)
}

macro_rules! table {
    ($($name:literal $id:literal)*) => {
        [$(RecordType::new($name, $id, include_str!(concat!("../schemas/records/", $id, ".json")))),*]
    };
}

static RECORD_TYPES: [RecordType; 45] = table! {
    "Actor" "actor"
    "Application" "application"
    "Board" "board"
    "Branch" "branch"
    "Calendar" "calendar"
    "CalendarEvent" "calendar-event"
    "CodeIssue" "code-issue"
    "Commit" "commit"
    "CommitCheck" "commit-check"
    "Component" "component"
    "CoverageTotals" "coverage-totals"
    "DeliveryBuild" "delivery-build"
    "DeliveryJob" "delivery-job"
    "DeliveryWorkflow" "delivery-workflow"
    "DependencyIssue" "dependency-issue"
    "Deployment" "deployment"
    "Environment" "environment"
    "FeatureFlag" "feature-flag"
    "FileCoverage" "file-coverage"
    "Group" "group"
    "Incident" "incident"
    "IncidentNotification" "incident-notification"
    "Issue" "issue"
    "IssueChangelog" "issue-changelog"
    "IssueComment" "issue-comment"
    "IssuePriority" "issue-priority"
    "Metric" "metric"
    "MetricMeasure" "metric-measure"
    "OnCall" "on-call"
    "Package" "package"
    "PackageDependency" "package-dependency"
    "Project" "project"
    "PullRequest" "pull-request"
    "PullRequestComment" "pull-request-comment"
    "PullRequestEvent" "pull-request-event"
    "Push" "push"
    "Release" "release"
    "ReleaseStage" "release-stage"
    "Repository" "repository"
    "Review" "review"
    "ReviewRequest" "review-request"
    "Sprint" "sprint"
    "Stream" "stream"
    "TestResult" "test-result"
    "TestResultTotals" "test-result-totals"
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_so_that_it_can_be_searched() {
        assert!(RECORD_TYPES.is_sorted_by(|one, next| one.name < next.name));
    }

    #[test]
    fn every_type_is_found_by_its_name_and_by_its_schema_id() {
        for known in record_types() {
            assert_eq!(record_type(known.name), Some(known));
            assert_eq!(with_schema_id(&format!("{SCHEMA_BASE}{}", known.id)), Some(known));
        }
        assert_eq!(record_type("incident"), None);
        assert_eq!(with_schema_id("https://example.com/incident"), None);
    }

    #[test]
    fn a_cutoff_is_measured_by_properties_that_hold_a_time() {
        let mut measured = 0;
        for known in record_types() {
            for name in known.cutoff_times() {
                let property = &known.schema()["properties"][name];
                assert_eq!(property["format"], "date-time", "{}: {name}", known.name);
                measured += 1;
            }
            let listed = known.schema()["x-cutoff"].as_array().map_or(0, Vec::len);
            assert_eq!(known.cutoff_times().count(), listed, "{}: not every entry is a name", known.name);
        }
        assert!(measured > 40, "only {measured} times");
        let incident = record_type("Incident").unwrap();
        assert_eq!(incident.cutoff_times().collect::<Vec<_>>(), ["createdAt", "updatedAt", "deletedAt"]);
        assert_eq!(record_type("Repository").unwrap().cutoff_times().count(), 0);
    }

    #[test]
    fn what_is_a_part_is_one_of_a_type_that_there_is_and_has_times_itself() {
        let parts = record_types().filter(|known| known.part_of().is_some());
        let mut names = Vec::new();
        for part in parts {
            let whole = part.part_of().and_then(record_type);
            assert!(whole.is_some_and(|whole| whole != part) && part.cutoff_times().count() > 0, "{part:?}");
            names.push(part.name);
        }
        assert!(names.contains(&"DeliveryJob") && !names.contains(&"DeliveryBuild"), "{names:?}");
    }

    #[test]
    fn the_nearest_type_forgives_case_separators_and_slips() {
        for (written, meant) in [
            ("Incidnt", Some("Incident")),
            ("incident", Some("Incident")),
            ("pull-request-comment", Some("PullRequestComment")),
            ("test_result_totals", Some("TestResultTotals")),
            ("Test Result", Some("TestResult")),
            ("PullRequests", Some("PullRequest")),
            ("Comit", Some("Commit")),
            ("Invoice", None),
            ("", None),
        ] {
            assert_eq!(nearest_record_type(written), meant, "{written:?}");
        }
    }
}
