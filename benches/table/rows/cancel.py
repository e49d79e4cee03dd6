"""From SIGTERM to the runner until it and the worker are gone, while a connector that obeys produces."""

from __future__ import annotations

import os
import select
import signal
import time

from ..figures import Figures, milliseconds
from ..processes import below, wait_until
from ..programs import CANCELLED, WITHOUT_END, WORKER, Bench, Programs
from ..row import Goal, Result, Row, Table

GOAL = Goal("under 100 ms", most=0.1)
# Enough that it is in full swing.
WRITTEN = 5_000_000


def measure(bench: Bench) -> Result:
    seconds = Figures.of(one(bench.programs) for _ in range(bench.scale.cancellations))
    row = Row(
        "cancel to gone: runner, guardian and worker",
        GOAL,
        milliseconds(seconds.median),
        seconds.median,
        seconds.spread,
    )
    line = [milliseconds(figure) for figure in (min(seconds.values), seconds.median, max(seconds.values))]
    return Result([row], [Table("Cancel to gone", ("fastest", "median", "slowest"), [line])])


def one(programs: Programs) -> float:
    command = programs.sync({"records": WITHOUT_END})
    with command.started() as process:
        worker = wait_until(lambda: below(process.pid, WORKER))
        wait_until(lambda: written(programs) > WRITTEN)
        handle = os.pidfd_open(worker.pid)
        start = time.perf_counter()
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
        select.select([handle], [], [], 30)
        seconds = time.perf_counter() - start
        os.close(handle)
    if process.returncode != CANCELLED:
        raise command.failed(f"exit status {process.returncode}, not {CANCELLED}")
    return seconds


def written(programs: Programs) -> int:
    return sum(path.stat().st_size for path in programs.files())
