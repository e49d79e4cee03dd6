//! The frame of the page, and the parts that its sections share.

use jiff::Timestamp;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{
    Span,
    kind::Kind,
    words::{count, counted, shown, since, time},
};

const STYLE: &str = include_str!("style.css");
/// Nothing is loaded and nothing is run, whatever stands in the page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/// The whole page.
pub(crate) fn document(sections: &[Markup], runs: usize, span: &Span) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { "Connector runs until " (time(span.now)) " UTC" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header { h1 { "Connector runs" } (subject(span)) }
                main { @for section in sections { (section) } }
                (footer(runs, span))
            }
        }
    }
}

fn subject(span: &Span) -> Markup {
    html! {
        p.muted {
            @if let Some(connection) = &span.connection { "Connection " bdi { (shown(connection, 80)) } ", f" }
            @else { "F" }
            "rom " (moment(span.since)) " to " (moment(span.now)) ". All times are in UTC."
        }
    }
}

fn footer(runs: usize, span: &Span) -> Markup {
    html! {
        footer.muted {
            p {
                "Made by codeclimate-connector " (env!("CARGO_PKG_VERSION")) " at " (moment(span.now)) " from "
                (counted(runs as u64, "remembered run")) ". "
                code { "codeclimate-connector runs list" } " lists them, " code { "runs show RUN" }
                " tells all about one, and " code { "explain CODE" } " what an exit code means."
            }
        }
    }
}

/// A section with its heading.
pub(crate) fn section(id: &str, heading: &str, content: &Markup) -> Markup {
    html! {
        section id=(id) aria-labelledby={ (id) "-heading" } {
            h2 id={ (id) "-heading" } { (heading) }
            (content)
        }
    }
}

/// A column of a table: its head, and the class of its cells.
pub(crate) type Column = (&'static str, &'static str);

/// A table whose first column names the rows. It scrolls within its own box where it is wide, which can be reached with
/// the keyboard; on a phone each row is a block, with the heads beside its cells. The roles say that it is a table still.
pub(crate) fn table(caption: &str, columns: &[Column], rows: &[Vec<Markup>]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(caption) {
            table role="table" {
                caption { (caption) }
                thead role="rowgroup" {
                    tr role="row" {
                        @for (head, class) in columns { th.(class) scope="col" role="columnheader" { (head) } }
                    }
                }
                tbody role="rowgroup" { @for cells in rows { tr role="row" { (row(columns, cells)) } } }
            }
        }
    }
}

fn row(columns: &[Column], cells: &[Markup]) -> Markup {
    html! {
        @for (number, ((head, class), cell)) in columns.iter().zip(cells).enumerate() {
            @if number == 0 { th scope="row" role="rowheader" { (cell) } }
            @else { td.(class) role="cell" data-head=(head) { div { (cell) } } }
        }
    }
}

/// What is said where a table ends before its data does.
pub(crate) fn more(all: usize, most: usize, what: &str, hint: &str) -> Markup {
    let left = all.saturating_sub(most) as u64;
    html! {
        @if left > 0 {
            p.muted.more { "… and " (count(left)) " more " (what) "; " code { "codeclimate-connector " (hint) } " lists them." }
        }
    }
}

/// A time, also for programs.
pub(crate) fn moment(at: Timestamp) -> Markup {
    html! { time datetime=(at) { (time(at)) } }
}

/// A time, and how long it is since then.
pub(crate) fn moment_ago(at: Timestamp, now: Timestamp) -> Markup {
    html! { (moment(at)) " " span.muted { "(" (since(at, now)) " ago)" } }
}

/// A word for an ending with its sign and colour.
pub(crate) fn badge(kind: Kind, text: &str) -> Markup {
    html! { span class={ "badge " (kind.word()) } { span aria-hidden="true" { (kind.sign()) } " " (text) } }
}

/// A foreign name, which runs in its own direction.
pub(crate) fn name(text: &str) -> Markup {
    html! { bdi.name { (text) } }
}
