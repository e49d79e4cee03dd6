//! Bars, as inline SVG that stretches: words stand beside it in HTML, and so stay readable at any width.

use maud::{Markup, html};

/// The height of a chart in its own units.
const HEIGHT: f64 = 120.0;
/// What of it is for bars; the rest lets a small one be seen.
const USED: f64 = 112.0;
/// The width of a bar with the gap behind it.
const STEP: usize = 10;
/// The least height of a bar that is not zero.
const LEAST: f64 = 3.0;

/// One bar of a chart over time.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Bar {
    /// What it tells, in words.
    pub(crate) title: String,
    /// Stands on the line.
    pub(crate) main: u64,
    /// Stands on top of that, and is narrow.
    pub(crate) narrow: u64,
    /// Hangs below the line.
    pub(crate) below: u64,
}

/// Bars over time, with a title and a sentence that tells the same.
pub(crate) fn bars(id: &str, title: &str, description: &str, bars: &[Bar]) -> Markup {
    let above = bars.iter().map(|bar| bar.main.saturating_add(bar.narrow)).max().unwrap_or(0);
    let below = bars.iter().map(|bar| bar.below).max().unwrap_or(0);
    let unit = USED / above.saturating_add(below).max(1) as f64;
    let least_below = if below > 0 { LEAST } else { 0.0 };
    let line = HEIGHT - (below as f64 * unit).max(least_below) - 1.0;
    let width = bars.len().max(1) * STEP;
    html! {
        svg.chart viewBox={ "0 0 " (width) " " (HEIGHT) } preserveAspectRatio="none" role="img"
            aria-labelledby={ (id) "-title " (id) "-desc" } {
            title id={ (id) "-title" } { (title) }
            desc id={ (id) "-desc" } { (description) }
            @for (number, bar) in bars.iter().enumerate() { (one_bar(bar, number * STEP, line, unit)) }
            line.axis x1="0" x2=(width) y1=(round(line)) y2=(round(line)) {}
        }
    }
}

fn one_bar(bar: &Bar, left: usize, line: f64, unit: f64) -> Markup {
    let [main, narrow, below] = [bar.main, bar.narrow, bar.below].map(|number| height(number, unit));
    html! {
        g {
            title { (bar.title) }
            // So that the title is shown over the whole column.
            rect.column x=(left) y="0" width=(STEP) height=(HEIGHT) {}
            @if bar.main > 0 { (rectangle("main", left + 1, 8, line - main, main)) }
            @if bar.narrow > 0 { (rectangle("narrow", left + 3, 4, line - main - narrow, narrow)) }
            @if bar.below > 0 { (rectangle("below", left + 1, 8, line, below)) }
        }
    }
}

fn rectangle(class: &str, left: usize, width: usize, top: f64, height: f64) -> Markup {
    html! { rect class=(class) x=(left) y=(round(top)) width=(width) height=(round(height)) {} }
}

fn height(number: u64, unit: f64) -> f64 {
    if number == 0 { 0.0 } else { (number as f64 * unit).max(LEAST) }
}

fn round(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

/// One bar that lies, with a mark at a hundred percent where `mark` is given. The words stand beside it.
pub(crate) fn lying(class: &str, percent: f64, has_mark: bool) -> Markup {
    // What is beyond a mark has room too.
    let room = if has_mark { 1.15 } else { 1.0 };
    let width = round(percent.clamp(0.0, 100.0 * room) / room).max(if percent > 0.0 { 0.5 } else { 0.0 });
    html! {
        svg.lying viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" {
            rect.column x="0" y="0" width="100" height="10" {}
            rect class=(class) x="0" y="1" width=(width) height="8" {}
            @if has_mark { line.mark x1=(round(100.0 / room)) x2=(round(100.0 / room)) y1="0" y2="10" {} }
        }
    }
}
