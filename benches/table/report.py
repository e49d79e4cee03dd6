"""Rows and tables as Markdown for people, and as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from .figures import percent
from .row import Result, Row, Table

HEADS = ("what", "asked for", "measured", "spread", "verdict")


def markdown_table(heads: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rows = [heads, ["---"] * len(heads), *lines]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in rows)


def cells(row: Row) -> list[str]:
    spread = "" if row.spread is None else percent(row.spread)
    return [row.what, row.goal.text if row.goal else "", row.measured, spread, row.verdict]


def section(table: Table) -> str:
    return f"### {table.title}\n\n{markdown_table(table.heads, table.lines)}"


def markdown(machine: Mapping[str, str], results: Sequence[Result]) -> str:
    """The whole report."""
    rows = [cells(row) for result in results for row in result.rows]
    notes = [note for result in results for note in result.notes]
    parts = [
        "\n".join(f"- {name}: {value}" for name, value in machine.items()),
        markdown_table(HEADS, rows),
        "\n".join(f"- {note}" for note in notes),
        *(section(table) for result in results for table in result.tables),
    ]
    return "\n\n".join(part for part in parts if part)


def as_json(machine: Mapping[str, str], results: Sequence[Result]) -> str:
    rows = [asdict(row) | {"verdict": row.verdict.strip("*")} for result in results for row in result.rows]
    tables = [asdict(table) for result in results for table in result.tables]
    notes = [note for result in results for note in result.notes]
    return json.dumps({"machine": machine, "rows": rows, "tables": tables, "notes": notes}, indent=2)
