//! Tests of what `check` prints.

use super::*;

fn report() -> Report {
    let finding = Finding::new("records are missing from a sync that was stopped and gone on with")
        .stream("first")
        .record("Incident https://acme.example/3")
        .moment("killed after checkpoint 1 of 2")
        .expected("the 6 records of the whole sync")
        .found("2 records that differ,\nof which this is the \u{1b}[31mfirst")
        .remedy("set a state only after every record before it has been produced");
    let second = Finding::new("no checkpoint is set").stream("second").found("1,000 records");
    let many =
        (0..12).map(|number| Finding::new("a key has no description").key(format!("key{number}"))).collect();
    let verdicts = [
        (Test::Loads, Verdict::passed("")),
        (Test::ConfigurationSchema, Verdict::of(many, String::new)),
        (Test::RecordsValid, Verdict::passed("18,204 records of 3 types")),
        (Test::Resume, Verdict::of(vec![finding, second], String::new)),
        (Test::Cancel, Verdict::waits_for(Test::RecordsValid)),
        (
            Test::MemoryFlat,
            Verdict::skipped("no grown configuration is given", "give one with `--grown CONFIG`"),
        ),
    ];
    of(verdicts)
}

fn of(verdicts: impl IntoIterator<Item = (Test, Verdict)>) -> Report {
    let mut report = Report::new("demo", "0.1.0", 7);
    verdicts.into_iter().for_each(|(test, verdict)| report.add(test, verdict));
    report
}

#[test]
fn the_text_has_a_line_for_each_test_and_what_is_behind_it() {
    let report = report();
    let lines: String = report.verdicts.iter().map(|(test, verdict)| Report::line(*test, verdict)).collect();
    insta::assert_snapshot!("text", lines + &report.summary());
}

#[test]
fn the_document_has_the_same_for_programs() {
    insta::assert_snapshot!("json", report().json());
}

#[test]
fn names_stand_in_one_column() {
    assert!(Test::ALL.iter().all(|test| test.name().len() <= NAME_WIDTH));
}

#[test]
fn one_failed_test_is_enough_and_skipped_ones_are_said() {
    let passed = || (Test::Loads, Verdict::passed(""));
    let skipped = || (Test::Verify, Verdict::waits_for(Test::Loads));
    let failed = || (Test::Streams, Finding::new("no stream").into());
    let all = || Test::ALL.map(|test| (test, Verdict::passed("")));
    let cases = [
        (of(all()), 0, "demo 0.1.0 conforms: 21 passed, 0 failed, 0 skipped of 21 tests (seed 7)\n"),
        (
            of([passed()]),
            0,
            "demo 0.1.0 conforms as far as it was tried: 1 passed, 0 failed, 0 skipped of 1 test; 20 left out (seed 7)\n",
        ),
        (
            of([passed(), skipped()]),
            0,
            "demo 0.1.0 conforms as far as it was tried: 1 passed, 0 failed, 1 skipped of 2 tests; 19 left out (seed 7)\n",
        ),
        (
            of([passed(), failed()]),
            28,
            "demo 0.1.0 does not conform: 1 passed, 1 failed, 0 skipped of 2 tests; 19 left out (seed 7)\n",
        ),
    ];
    for (report, code, text) in cases {
        assert_eq!((report.exit_code().number(), report.summary()), (code, text.to_owned()));
    }
}

#[test]
fn a_connector_conforms_where_every_test_was_passed() {
    let conforms = |report: Report| {
        let document: serde_json::Value = serde_json::from_str(&report.json()).unwrap();
        document["conforms"].as_bool()
    };
    let all = || Test::ALL.map(|test| (test, Verdict::passed("")));
    let mut one_skipped = all();
    one_skipped[20].1 = Verdict::skipped("no time", "take it");
    assert_eq!(conforms(of(all())), Some(true));
    assert_eq!(conforms(of(one_skipped)), None);
    assert_eq!(conforms(of(all().into_iter().take(1))), None);
    assert_eq!(conforms(of([(Test::Streams, Finding::new("no stream").into())])), Some(false));
}
