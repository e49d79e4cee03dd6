//! What a sync would do, for people and for programs.

use serde::Serialize;

use crate::exit_code::ExitCode;

use super::{
    super::{CliError, args::Format, print, printable_lines, table::table},
    results::Results,
    selection::Step,
};

/// One stream, for programs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    connection: &'a str,
    stream: &'a str,
    /// What would be done; null where nothing would.
    plan: Option<&'a Step>,
    /// Why nothing would be done.
    left_out: Option<&'static str>,
}

/// Prints it; the exit code is the worst ending of what had to be done for it.
pub(super) fn print_plan(results: &Results, format: Format) -> Result<ExitCode, CliError> {
    let rows = results.plans.iter().flat_map(|(line, plan)| {
        let connection = &*results.connections[*line].name;
        let synced = plan.streams.iter().map(move |planned| Row {
            connection,
            stream: &planned.name,
            plan: Some(&planned.step),
            left_out: None,
        });
        let left_out = plan.left_out.iter().map(move |(stream, why)| Row {
            connection,
            stream,
            plan: None,
            left_out: Some(*why),
        });
        synced.chain(left_out)
    });
    match format {
        Format::Text => print(printable_lines(&text(rows, results)).as_bytes())?,
        Format::Json => print(json(rows).as_bytes())?,
    };
    Ok(results.exit_code())
}

fn text<'a>(rows: impl Iterator<Item = Row<'a>>, results: &Results) -> String {
    let cells = |row: Row<'a>| {
        let what = row.plan.map(Step::text).or_else(|| row.left_out.map(|why| format!("left out: {why}")));
        vec![row.connection.to_owned(), row.stream.to_owned(), what.unwrap_or_default()]
    };
    let head = ["connection", "stream", "what a sync would do"].map(ToOwned::to_owned).to_vec();
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(rows.map(cells)).collect();
    let synced: usize = results.connections.iter().map(|end| end.streams).sum();
    let left_out: usize = results.connections.iter().map(|end| end.left_out).sum();
    format!("{}{synced} to sync, {left_out} left out\n", table(&rows, &[]))
}

fn json<'a>(rows: impl Iterator<Item = Row<'a>>) -> String {
    rows.map(|row| serde_json::to_string(&row).unwrap_or_default() + "\n").collect()
}
