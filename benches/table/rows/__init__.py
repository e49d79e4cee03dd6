"""The measurements by the names they are chosen by, in the order of the table."""

from __future__ import annotations

from . import cancel, memory, parallel, pipeline, sizes, start, threads, throughput

MEASUREMENTS = {
    "throughput": throughput.measure,
    "pipeline": pipeline.measure,
    "threads": threads.measure,
    "start": start.measure,
    "memory": memory.measure,
    "sizes": sizes.measure,
    "parallel": parallel.measure,
    "cancel": cancel.measure,
}
