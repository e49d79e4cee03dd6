"""Bytes a second of records of other sizes and shapes, and of all record types."""

from __future__ import annotations

import json
from collections.abc import Mapping

from peers.incidents import FIRST, incident

from ..figures import Figures, byte_rate, times
from ..programs import SCHEMAS, Bench
from ..row import Goal, Result, Row, Table

# Of the rate of the incident that everything else is measured with.
NO_CLIFF = Goal("no cliff: at least a third of the incident's", least=1 / 3)
INCIDENT = "Incident, 343 bytes"
# Deeper than a record may be nested is invalid.
DEEP = 100
WIDE = 1000


def shapes() -> dict[str, Mapping]:
    plain = incident(FIRST)
    nested: dict = {}
    for _ in range(DEEP):
        nested = {"within": nested}
    return {
        INCIDENT: plain,
        "1 KiB, a long title": plain | {"title": "x" * (1024 - len(as_json(plain)) + len(plain["title"]))},
        "64 KiB, a long title": plain | {"title": "x" * (65536 - len(as_json(plain)) + len(plain["title"]))},
        "64 KiB, a title of escapes": plain | {"title": '"\n' * 16250},
        f"deep: {DEEP} objects within each other": plain | {"details": nested},
        f"wide: {WIDE} further members": plain | {f"member{number}": number for number in range(WIDE)},
    }


def examples() -> dict[str, Mapping]:
    """The first example of each record type."""
    schemas = [json.loads(path.read_text()) for path in sorted(SCHEMAS.iterdir())]
    return {schema["title"]: schema["examples"][0] for schema in schemas}


def as_json(record: Mapping) -> str:
    return json.dumps(record, separators=(",", ":"), ensure_ascii=False)


def measure(bench: Bench) -> Result:
    records = shapes() | examples()
    rounds = [
        {name: rate(bench, record) for name, record in records.items()} for _ in range(rounds_of(bench))
    ]
    rates = {name: Figures.of(round_[name] for round_ in rounds) for name in records}
    ratios = {name: figures.over(rates[INCIDENT]) for name, figures in rates.items()}
    slowest = min(ratios, key=lambda name: ratios[name].median)
    ratio = ratios[slowest]
    measured = f"{times(ratio.median)}: {slowest}"
    row = Row("MB/s of records of every size, shape and type", NO_CLIFF, measured, ratio.median, ratio.spread)
    return Result([row], [table(records, rates, ratios)])


def rounds_of(bench: Bench) -> int:
    """There are fifty of them, and a cliff is no matter of a tenth."""
    return bench.scale.rounds // 2


def rate(bench: Bench, record: Mapping) -> float:
    """Bytes of records a second, whole program."""
    size = len(as_json(record).encode())
    count = bench.scale.bytes // size
    return count * size / bench.programs.run_sync({"records": count, "record": record}).wall


def table(
    records: Mapping[str, Mapping], rates: Mapping[str, Figures], ratios: Mapping[str, Figures]
) -> Table:
    lines = [
        [
            name,
            f"{len(as_json(record).encode()):,}",
            byte_rate(rates[name].median),
            times(ratios[name].median),
        ]
        for name, record in records.items()
    ]
    return Table(
        "Records of every size, shape and type", ("record", "bytes", "rate", "against the incident"), lines
    )
