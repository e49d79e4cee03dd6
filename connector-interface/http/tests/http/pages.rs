//! Every way to tell where the next page is.

use connector_http::{Error, Http, Page, Pages, Position, Request};
use connector_testing::{Answer, FakeRunner, MockServer, Received};
use serde::Deserialize;
use serde_json::json;

use crate::{answering, api, builder};

#[derive(Debug, Deserialize)]
struct Items {
    items: Vec<u64>,
    next: Option<String>,
}

/// Five pages of two items, found by cursor `c1` to `c4`, number 1 to 5, offset 0 to 8, or link, whichever is asked for.
fn source() -> MockServer {
    MockServer::start(|request: &Received| {
        let number = |name: &str| {
            request.query_value(name).and_then(|value| value.trim_start_matches('c').parse().ok())
        };
        let page: u64 = match request.path() {
            "/numbers" => number("page").unwrap_or(1) - 1,
            "/offsets" => number("offset").unwrap_or(0) / 2,
            _ => number("at").unwrap_or(0),
        };
        let items = if page < 5 { vec![page * 2, page * 2 + 1] } else { vec![] };
        let is_last = page >= 4;
        let next = match request.path() {
            "/cursors" => format!("c{}", page + 1),
            _ => format!("{}?at={}", request.path(), page + 1),
        };
        let body = json!({ "items": items, "next": (!is_last).then_some(&next) });
        let answer = Answer::json(200, &body);
        if is_last {
            answer
        } else {
            answer.header("Link", &format!("<{next}>; rel=\"next\"")).header("X-Next", &next)
        }
    })
}

type Kind = (&'static str, fn() -> Pages<Items>);

const KINDS: [Kind; 6] = [
    ("/cursors", || Pages::cursor("at", |body: &Items| body.next.clone())),
    ("/cursors", || Pages::cursor_in_header("at", "x-next")),
    ("/numbers", || Pages::number("page", 1, |body: &Items| !body.items.is_empty())),
    ("/offsets", || Pages::offset("offset", |body: &Items| body.items.len())),
    ("/links", Pages::link_header),
    ("/urls", || Pages::next_url(|body: &Items| body.next.clone())),
];

fn items(pages: impl Iterator<Item = Result<Page<Items>, Error>>) -> Vec<u64> {
    pages.flat_map(|page| page.unwrap().body.items).collect()
}

#[test]
fn every_kind_of_pages_is_read_to_its_end() {
    for (path, pages) in KINDS {
        let server = source();
        assert_eq!(items(api(&server).get(path).pages(pages())), (0..10).collect::<Vec<_>>(), "{path}");
    }
}

#[test]
fn every_kind_of_pages_goes_on_from_any_position() {
    for (path, pages) in KINDS {
        let server = source();
        let api = api(&server);
        let positions: Vec<Option<Position>> =
            api.get(path).pages(pages()).map(|page| page.unwrap().next).collect();
        for (read, position) in (1..).zip(positions.into_iter().flatten()) {
            let kept = serde_json::to_value(&position).unwrap();
            let position: Position = serde_json::from_value(kept).unwrap();
            let rest = items(api.get(path).pages(pages().starting_at(Some(position))));
            assert_eq!(rest, (read * 2..10).collect::<Vec<_>>(), "{path}");
        }
    }
}

#[test]
fn a_source_that_leads_in_a_circle_is_found_out() {
    let same = || answering(vec![Answer::json(200, &json!({ "items": [1], "next": "again" }))]);
    for (pages, most) in [
        (Pages::cursor("at", |body: &Items| body.next.clone()), 2),
        (Pages::next_url(|body: &Items| body.next.clone()), 2),
        (Pages::number("page", 1, |_: &Items| true), 3),
        (Pages::offset("offset", |body: &Items| body.items.len()), 3),
    ] {
        let server = same();
        let mut pages: Vec<_> = api(&server).get("/x").pages(pages).collect();
        let error = pages.pop().unwrap().unwrap_err();
        // Each page that came is given out.
        assert_eq!((server.requests().len(), pages.len()), (most, most), "{error}");
        assert!(pages.iter().all(Result::is_ok));
        assert!(error.to_string().starts_with("cannot read the pages of GET http"), "{error}");
    }
}

#[test]
fn equal_pages_are_no_circle_where_the_source_goes_on() {
    let empty = || Answer::json(200, &json!({ "items": [], "next": "more" }));
    let last = Answer::json(200, &json!({ "items": [1], "next": null }));
    let server = answering(vec![empty(), empty(), last]);
    let pages = Pages::number("page", 1, |body: &Items| body.next.is_some());
    assert_eq!(items(api(&server).get("/x").pages(pages)), [1]);
}

#[test]
fn a_circle_of_many_pages_is_found_out_too() {
    let server = MockServer::start(|request: &Received| {
        let at: u64 = request.query_value("at").map_or(0, |at| at.parse().unwrap());
        Answer::json(200, &json!({ "items": [at], "next": ((at + 1) % 3).to_string() }))
    });
    let pages = Pages::cursor("at", |body: &Items| body.next.clone());
    let error = api(&server).get("/x").pages(pages).find_map(Result::err).unwrap();
    assert!(error.to_string().contains("has sent already"), "{error}");
}

#[test]
fn pages_end_with_their_first_error() {
    let server = answering(vec![
        Answer::json(200, &json!({ "items": [1], "next": "b" })),
        Answer::json(404, &json!({})),
        Answer::json(200, &json!({ "items": [2], "next": "c" })),
    ]);
    let mut pages = api(&server).get("/x").pages(Pages::cursor("at", |body: &Items| body.next.clone()));
    assert!(pages.next().unwrap().is_ok());
    assert_eq!(pages.next().unwrap().unwrap_err().status(), Some(404));
    assert!(pages.next().is_none());
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_next_page_at_another_place_is_not_asked() {
    let evil = Answer::json(200, &json!({ "items": [1], "next": "https://evil.example/x" }))
        .header("Link", "<//evil.example/x>; rel=next");
    for pages in [Pages::next_url(|body: &Items| body.next.clone()), Pages::link_header()] {
        let server = answering(vec![evil.clone()]);
        let error = api(&server).get("/x").pages(pages).find_map(Result::err).unwrap();
        assert_eq!(server.requests().len(), 1);
        assert!(error.to_string().contains("evil.example/x: it is not at http://127.0.0.1"), "{error}");
    }
}

#[test]
fn a_position_cannot_lead_to_another_place() {
    let server = source();
    for position in [".evil.example/x", "@evil.example/x", "https://evil.example/x"] {
        let pages = Pages::<Items>::link_header().starting_at(Some(position.into()));
        let error = api(&server).get("/links").pages(pages).find_map(Result::err).unwrap();
        assert!(error.to_string().starts_with("cannot go on from the page"), "{error}");
    }
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn a_link_is_resolved_against_where_its_page_came_from_at_last() {
    let server = MockServer::start(|request: &Received| match request.target() {
        "/old" => Answer::redirect(302, "/new/list"),
        "/new/list" => Answer::json(200, &json!({ "items": [1], "next": "?at=1" })),
        "/new/list?at=1" => Answer::json(200, &json!({ "items": [2], "next": null })),
        _ => Answer::bytes(404, ""),
    });
    let pages = Pages::next_url(|body: &Items| body.next.clone());
    assert_eq!(items(api(&server).get("/old").pages(pages)), [1, 2]);
}

#[test]
fn the_other_pairs_of_the_query_stay_and_the_positions_own_is_replaced() {
    let server = source();
    let request: fn(&Http) -> Request = |api| api.get("/cursors").query("limit", 2).query("at", "c3");
    let pages = Pages::cursor("at", |body: &Items| body.next.clone());
    assert_eq!(items(request(&api(&server)).pages(pages)), [6, 7, 8, 9]);
    assert_eq!(server.requests()[1].target(), "/cursors?limit=2&at=c4");
}

#[test]
fn no_position_holds_a_secret_and_every_page_is_asked_with_it() {
    let server = MockServer::start(|request: &Received| {
        let next = (request.query_value("at").is_none()).then(|| "/x?at=1&key=secret-key".to_owned());
        Answer::json(200, &json!({ "items": [1], "next": next }))
    });
    let request =
        builder(&server, &FakeRunner::new()).build().unwrap().get("/x").secret_query("key", "secret-key");
    let pages: Vec<Page<Items>> =
        request.pages(Pages::next_url(|body: &Items| body.next.clone())).map(Result::unwrap).collect();
    assert_eq!(pages[0].next.as_ref().unwrap().as_str(), "/x?at=1");
    let targets: Vec<String> = server.requests().iter().map(|request| request.target().to_owned()).collect();
    assert_eq!(targets, ["/x?key=secret-key", "/x?at=1&key=secret-key"]);
}
