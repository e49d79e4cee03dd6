"""Private memory of worker and supervisor while they work, for few records and for ten times as many."""

from __future__ import annotations

import time
from dataclasses import dataclass

from ..figures import mebibytes
from ..processes import Process, below
from ..programs import WORKER, Bench
from ..row import Goal, Result, Row, Skip, Table

UNDER = Goal("under 12 MiB", most=12 * 2**20)
FLAT = Goal("flat: at most 1 MiB", most=2**20)
# The sealed copy of the connector's library, as the kernel calls it.
LIBRARY = "memfd:connector"
TIMES_AS_MANY = 10


@dataclass(frozen=True)
class Peaks:
    """The most that was seen of each."""

    supervisor: int = 0
    worker: int = 0
    library: int = 0

    def with_more(self, seen: Peaks) -> Peaks:
        """The larger of each."""
        return Peaks(
            max(self.supervisor, seen.supervisor),
            max(self.worker, seen.worker),
            max(self.library, seen.library),
        )

    @property
    def own(self) -> int:
        """The worker without the connector's library."""
        return self.worker - self.library


def measure(bench: Bench) -> Result:
    counts = (bench.scale.records // 5, bench.scale.records // 5 * TIMES_AS_MANY)
    few, many = (peaks(bench, records) for records in counts)
    growth = max(many.supervisor - few.supervisor, many.own - few.own)
    rows = [
        Row(
            "private memory of the worker, above the connector's library",
            UNDER,
            mebibytes(many.own),
            many.own,
        ),
        Row("private memory of the supervisor", UNDER, mebibytes(many.supervisor), many.supervisor),
        Row(f"either's growth with {TIMES_AS_MANY} times as many records", FLAT, mebibytes(growth), growth),
    ]
    lines = [line(records, found) for records, found in zip(counts, (few, many), strict=True)]
    heads = ("records", "supervisor", "worker", "of that, the connector's library")
    return Result(rows, [Table("The most private memory that was seen", heads, lines)])


def line(records: int, found: Peaks) -> list[str]:
    return [f"{records:,}", *map(mebibytes, (found.supervisor, found.worker, found.library))]


def peaks(bench: Bench, records: int) -> Peaks:
    found, worker = Peaks(), None
    command = bench.programs.sync({"records": records})
    with command.started() as process:
        while process.poll() is None:
            worker = worker or below(process.pid, WORKER)
            found = found.with_more(seen(Process(process.pid), worker) or Peaks())
            time.sleep(0.02)
    if process.returncode != 0:
        raise command.failed(f"exit status {process.returncode}")
    if found == Peaks():
        raise Skip("the memory of the runner's processes could not be read; only root may")
    return found


def seen(supervisor: Process, worker: Process | None) -> Peaks | None:
    """What there is while both work: pages of the program are private to whoever maps them alone."""
    try:
        return worker and Peaks(supervisor.private(), worker.private(), worker.private_of(LIBRARY))
    except OSError:
        return None
