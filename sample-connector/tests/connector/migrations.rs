//! States that another version, or another configuration, has left.

use codeclimate_connector_git::Git;
use connector_interface::{Client, KeptState, Migration, State};
use connector_testing::FakeRunner;
use serde_json::json;

#[test]
fn a_changed_configuration_is_no_obstacle_and_another_format_is() {
    let client: Git = FakeRunner::new().client(json!({ "path": ".", "statistics": true })).unwrap();
    let state = Some(State::at("2020-02-21T00:00:00Z".parse().unwrap()));
    for (state, format, expected) in [
        (state.clone(), 1, Migration::Accepted(None)),
        (None, 1, Migration::Accepted(None)),
        (state, 2, Migration::Refused),
        (None, 2, Migration::Refused),
    ] {
        let mut kept = KeptState::new(state, format);
        kept.is_configuration_changed = true;
        assert_eq!(client.migrate_state(kept).unwrap(), expected, "{format}");
    }
}
