"""Several threads of a connector that produce at the same time, against one."""

from __future__ import annotations

from ..figures import Figures, per_second, times
from ..programs import Bench
from ..row import Goal, Result, Row, Table

THREADS = (1, 2, 4, 8, 16)
GOAL = Goal("at least 0.9", least=0.9)


def measure(bench: Bench) -> Result:
    records = bench.scale.records
    rounds = [[one(bench, threads) for threads in THREADS] for _ in range(bench.scale.rounds)]
    rates = {
        threads: Figures.of(column)
        for threads, column in zip(THREADS, zip(*rounds, strict=True), strict=True)
    }
    ratios = {threads: figures.over(rates[1]) for threads, figures in rates.items()}
    worst = min((threads for threads in THREADS if threads > 1), key=lambda threads: ratios[threads].median)
    ratio = ratios[worst]
    measured = f"{times(ratio.median)}, with {worst} threads"
    row = Row("n threads that produce, against one", GOAL, measured, ratio.median, ratio.spread)
    lines = [
        [str(threads), per_second(rates[threads].median), times(ratios[threads].median)]
        for threads in THREADS
    ]
    title = f"Threads that produce, {records:,} records"
    return Result([row], [Table(title, ("threads", "records", "against one"), lines)])


def one(bench: Bench, threads: int) -> float:
    records = bench.scale.records
    return records / bench.programs.run_sync({"records": records, "threads": threads}).wall
