//! A sync that misses or makes up records where it is gone on with is told from one that does not.

use connector_testing::assert_resumes;
use serde_json::json;

use crate::{
    numbers::{CUTOFF, Numbers, stream},
    panic_of,
};

#[test]
fn a_sync_that_can_be_stopped_anywhere_passes() {
    for fault in ["none", "deaf"] {
        assert_resumes::<Numbers>(&json!({ "count": 4, "fault": fault }), &stream(), CUTOFF);
    }
}

#[test]
fn what_is_lost_or_made_up_is_named_with_the_state() {
    let first = r#"after state 1 of 3, {"checkpointTime":"2020-02-21T00:00:00Z","metadata":{"number":1}}: "#;
    let table = [
        (
            "state-first",
            format!(
                "{first}a sync that goes on from there misses 1 of 3\n  {{\"_type\":\"Branch\",\"name\":\"1\"}}"
            ),
        ),
        (
            "greeting",
            format!(
                "{first}a sync that goes on from there produces what the whole one does not\
                 \n  {{\"_type\":\"Branch\",\"name\":\"hello\"}}"
            ),
        ),
        (
            "fails-where-it-goes-on",
            format!("{first}a sync that goes on from there fails: the cursor has run out"),
        ),
        (
            "no-state",
            "the sync sets no state: one that is stopped begins anew. Set one after each page".to_owned(),
        ),
        (
            "stops-with-ok",
            "asked to stop from the start, the sync says that it is finished (Ok) and has left out records; end it \
             with what `cancellation.check()?` gives\n  {\"_type\":\"Branch\",\"name\":\"1\"}\
             \n  {\"_type\":\"Branch\",\"name\":\"2\"}\n  {\"_type\":\"Branch\",\"name\":\"3\"}"
                .to_owned(),
        ),
        (
            "stops-midway-with-ok",
            "asked to stop after 1 of 3 records, the sync says that it is finished (Ok) and has left out records; end \
             it with what `cancellation.check()?` gives\n  {\"_type\":\"Branch\",\"name\":\"2\"}\
             \n  {\"_type\":\"Branch\",\"name\":\"3\"}"
                .to_owned(),
        ),
        (
            "forgetful",
            "the sync goes on from its last state and produces everything again, as from every other: is state.get() \
             read?"
                .to_owned(),
        ),
    ];
    for (fault, message) in table {
        let configuration = json!({ "count": 3, "fault": fault });
        let told = panic_of(|| assert_resumes::<Numbers>(&configuration, &stream(), CUTOFF));
        assert_eq!(told, message, "{fault}");
    }
}
