// says: `u32` is no value for a property of type `i64`

use connector_interface::records::PullRequestStatistics;

pub fn statistics(statistics: PullRequestStatistics, additions: u32) -> PullRequestStatistics {
    statistics.additions_count(additions)
}
