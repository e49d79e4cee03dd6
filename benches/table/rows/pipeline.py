"""The whole pipeline against a loop in one process: the time it takes, and the processors' time."""

from __future__ import annotations

import os
import time

from ..figures import Figures, times
from ..processes import Command, Process, Usage, below
from ..programs import WORKER, Bench
from ..row import Goal, Result, Row, Table

WALL = Goal("at most 1.3", most=1.3)
PROCESSOR = Goal("at most 1.6", most=1.6)


def measure(bench: Bench) -> Result:
    records = bench.scale.records
    rounds = [one_round(bench, records) for _ in range(bench.scale.rounds)]
    ours, check, write = (Usages(column) for column in zip(*rounds, strict=True))
    wall, processor = ours.wall.over(check.wall), ours.processor.over(write.processor)
    rows = [
        Row(
            "wall time of the pipeline against parse and check alone",
            WALL,
            times(wall.median),
            wall.median,
            wall.spread,
        ),
        Row(
            "processor time of all processes against a loop in one",
            PROCESSOR,
            times(processor.median),
            processor.median,
            processor.spread,
        ),
    ]
    named = {"the pipeline": ours, "loop: parse, check": check, "loop: parse, check, write": write}
    lines = [line(name, usages, records) for name, usages in named.items()]
    return Result(
        rows, [Table("Microseconds a record", ("", "wall", "processor"), lines), breakdown(bench, records)]
    )


class Usages:
    """What one program took in every round."""

    def __init__(self, column: tuple[Usage, ...]):
        self.wall = Figures.of(usage.wall for usage in column)
        self.processor = Figures.of(usage.processor for usage in column)


def one_round(bench: Bench, records: int) -> tuple[Usage, Usage, Usage]:
    programs = bench.programs
    check, write = (programs.loop(verb, records) for verb in ("check", "write"))
    return programs.run_sync({"records": records}), check.run(), write.run()


def line(name: str, usages: Usages, records: int) -> list[str]:
    return [name, *(f"{figures.median / records * 1e6:.3f}" for figures in (usages.wall, usages.processor))]


def breakdown(bench: Bench, records: int) -> Table:
    """The processors' time by process, in one more sync. Its clock ticks a hundred times a second."""
    supervisor, worker, all_children = processor_of_each(bench.programs.sync({"records": records}))
    named = {
        "worker": worker,
        "supervisor": supervisor,
        "guardian, and what was not seen": all_children - worker,
    }
    lines = [[name, f"{seconds / records * 1e6:.2f}"] for name, seconds in named.items()]
    return Table("Microseconds of processor a record, by process", ("process", "a record"), lines)


def processor_of_each(command: Command) -> tuple[float, float, float]:
    """Seconds of the supervisor, of the worker as last seen, and of all children of the supervisor."""
    worker, seen = None, 0.0
    with command.started() as process:
        while not has_ended(process.pid):
            worker = worker or below(process.pid, WORKER)
            seen = last_seen(worker, seen)
        supervisor = Process(process.pid).processor
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise command.failed(f"exit status {process.returncode}")
    return supervisor, seen, used.ru_utime + used.ru_stime - supervisor


def has_ended(pid: int) -> bool:
    """Whether it is over after a moment; it is not waited for, so that `/proc` still has it."""
    time.sleep(0.01)
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None


def last_seen(worker: Process | None, before: float) -> float:
    try:
        return worker.processor if worker else before
    except OSError:
        return before
