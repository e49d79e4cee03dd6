"""Many streams at once, by `sync`: what all of them reach, and whether each gets its part."""

from __future__ import annotations

import json
import math
import shutil
from datetime import datetime
from pathlib import Path

from ..figures import Figures, per_second, percent, times
from ..processes import Command
from ..programs import CUTOFF, Bench, count_lines
from ..row import Failed, Goal, Result, Row, Skip, Table

STREAMS = (1, 4, 16, 64)
# Two runs of the same are a tenth apart on a machine that does nothing else.
FLAT = Goal("flat or rising: at least 0.9 of one stream's", least=0.9)
FAIR = Goal("fair within 20 %", most=0.2)

# Bytes of a record in its envelope, and as many again to spare.
ROOM = 1100

PROJECT = """
jobs = {streams}
data-folder = "data"

[defaults]
cutoff = "{cutoff}"
sink = "folder:records"

# What all of them may have together must be there.
[defaults.limits]
memory = "128MiB"

[connections.bench]
connector = "{connector}"
configuration = {{ records = {records}, streams = {streams} }}
"""


def measure(bench: Bench) -> Result:
    expect_room(bench)
    rounds = [[one(bench, streams) for streams in STREAMS] for _ in range(bench.scale.rounds // 2)]
    columns = dict(zip(STREAMS, zip(*rounds, strict=True), strict=True))
    rates = {streams: Figures.of(rate for rate, _ in column) for streams, column in columns.items()}
    ratios = {streams: figures.over(rates[1]) for streams, figures in rates.items()}
    apart = {streams: Figures.of(farthest(ends) for _, ends in column) for streams, column in columns.items()}
    most = {streams: Figures.of(farthest(ends, 0.9) for _, ends in column) for streams, column in columns.items()}
    lines = [
        [
            str(streams),
            per_second(rates[streams].median),
            times(ratios[streams].median),
            percent(apart[streams].median),
            percent(most[streams].median),
        ]
        for streams in STREAMS
    ]
    heads = (
        "streams",
        "records of all",
        "against one stream",
        "farthest end from the middle",
        "nine of ten ends are within",
    )
    title = f"Streams at once, {bench.scale.streamed:,} records in all"
    return Result([flat_row(ratios), fair_row(apart)], [Table(title, heads, lines)])


def expect_room(bench: Bench) -> None:
    scratch, needed = bench.programs.scratch, bench.scale.streamed * ROOM
    if shutil.disk_usage(scratch).free < needed:
        raise Skip(f"wants {needed / 2**30:.0f} GiB in {scratch.parent}; TMPDIR names another folder")


def flat_row(ratios: dict[int, Figures]) -> Row:
    worst = min(STREAMS[1:], key=lambda streams: ratios[streams].median)
    ratio = ratios[worst]
    measured = f"{times(ratio.median)}, with {worst} streams"
    return Row("throughput of 4 to 64 streams at once", FLAT, measured, ratio.median, ratio.spread)


def fair_row(apart: dict[int, Figures]) -> Row:
    worst = max(STREAMS[1:], key=lambda streams: apart[streams].median)
    measured = f"{percent(apart[worst].median)}, with {worst} streams"
    return Row("when each is done, farthest from the middle", FAIR, measured, apart[worst].median)


def one(bench: Bench, streams: int) -> tuple[float, list[float]]:
    """Records a second of all streams, and the second at which each was done. All have as many records."""
    folder = bench.programs.scratch / "project"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    records = bench.scale.streamed // streams
    text = PROJECT.format(streams=streams, cutoff=CUTOFF, connector=bench.programs.connector, records=records)
    (folder / "codeclimate-connector.toml").write_text(text)
    usage = Command.of(
        bench.programs.runner, "sync", output=bench.programs.scratch / "sync.out", folder=folder
    ).run()
    expect_records(folder / "records/bench", records, streams)
    shutil.rmtree(folder / "records")
    return records * streams / usage.wall, ends(remembered(bench, folder))


def expect_records(folder: Path, records: int, streams: int) -> None:
    found = [sum(map(count_lines, stream.glob("*.ndjson"))) for stream in folder.iterdir()]
    if found != [records] * streams:
        raise Failed(f"{records} records of each of {streams} streams were asked for, and {found} written")


def remembered(bench: Bench, folder: Path) -> list[dict]:
    """The runs of the streams, as the runner remembers them."""
    words = ("runs", "export", "-", "--data-folder", "data")
    export = Command.of(bench.programs.runner, *words, output=bench.programs.scratch / "runs", folder=folder)
    export.run()
    runs = map(json.loads, export.output.read_text().splitlines())
    return [run for run in runs if run["verb"] == "sync-stream"]


def ends(runs: list[dict]) -> list[float]:
    """Seconds from the start of the first run to the end of each."""
    starts = [datetime.fromisoformat(run["startedAt"]).timestamp() for run in runs]
    begun = min(starts)
    return [
        start - begun + run["durationMilliseconds"] / 1000 for start, run in zip(starts, runs, strict=True)
    ]


def farthest(seconds: list[float], share: float = 1) -> float:
    """How far one of them is from the middle at most, as a share of that; or of this share of them, the nearest."""
    middle = Figures.of(seconds).median
    distances = sorted(abs(second / middle - 1) for second in seconds)
    return distances[math.ceil(share * len(distances)) - 1]
