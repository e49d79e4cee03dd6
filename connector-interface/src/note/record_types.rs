//! The names of all record types, which the export line is checked against.

/// All 45, by name.
pub(super) const RECORD_TYPES: [&str; 45] = [
    "Actor",
    "Application",
    "Board",
    "Branch",
    "Calendar",
    "CalendarEvent",
    "CodeIssue",
    "Commit",
    "CommitCheck",
    "Component",
    "CoverageTotals",
    "DeliveryBuild",
    "DeliveryJob",
    "DeliveryWorkflow",
    "DependencyIssue",
    "Deployment",
    "Environment",
    "FeatureFlag",
    "FileCoverage",
    "Group",
    "Incident",
    "IncidentNotification",
    "Issue",
    "IssueChangelog",
    "IssueComment",
    "IssuePriority",
    "Metric",
    "MetricMeasure",
    "OnCall",
    "Package",
    "PackageDependency",
    "Project",
    "PullRequest",
    "PullRequestComment",
    "PullRequestEvent",
    "Push",
    "Release",
    "ReleaseStage",
    "Repository",
    "Review",
    "ReviewRequest",
    "Sprint",
    "Stream",
    "TestResult",
    "TestResultTotals",
];

#[cfg(test)]
mod tests {
    #[test]
    fn these_are_the_types_that_the_runner_checks() {
        let mut known: Vec<&str> =
            connector_schemas::record_types().map(connector_schemas::RecordType::name).collect();
        known.sort_unstable();
        assert_eq!(super::RECORD_TYPES.to_vec(), known);
    }
}
