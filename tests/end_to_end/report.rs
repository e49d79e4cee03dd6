//! The page about runs.

use std::fs;

use connector_tests::Runner;

fn report(data: &std::path::Path, arguments: &[&str]) -> Runner {
    Runner::new(["report", "--data-folder"]).with([data]).with(arguments)
}

#[test]
fn a_page_is_written_where_it_is_wanted_and_its_place_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let ended = report(&data, &[]).folder(folder.path()).run();
    ended.assert(0, "codeclimate-connector-report.html");
    let page = fs::read_to_string(folder.path().join("codeclimate-connector-report.html")).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("No run is remembered"), "{page}");
    let printed = report(&data, &["--output", "-", "--connection", "a&b"]).run();
    let page = printed.assert(0, "").output();
    assert!(page.contains("<bdi>a&amp;b</bdi>") && page.ends_with("</html>"), "{page}");
}

#[test]
fn a_page_that_cannot_be_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    report(folder.path(), &["--since", "yesterday"]).run().assert(2, "--since cannot be read");
    report(folder.path(), &["-o", "/none/page.html"])
        .run()
        .assert(40, "cannot write the page to /none/page.html");
}
