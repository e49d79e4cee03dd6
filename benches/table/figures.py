"""Numbers that were measured several times: their middle, their spread, and how they read."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figures:
    """What one program took in each round."""

    values: tuple[float, ...]

    @classmethod
    def of(cls, values: Iterable[float]) -> Figures:
        return cls(tuple(values))

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def spread(self) -> float:
        """From the smallest to the largest, as a share of the median."""
        return (max(self.values) - min(self.values)) / self.median if self.median else 0.0

    def each(self, change) -> Figures:
        return Figures.of(map(change, self.values))

    def over(self, other: Figures) -> Figures:
        """The ratio in each round: what disturbs a round disturbs both programs in it."""
        return Figures.of(mine / theirs for mine, theirs in zip(self.values, other.values, strict=True))


def per_second(count: float) -> str:
    """A rate as people say it."""
    if count >= 1e6:
        return f"{count / 1e6:.2f} million/s"
    return f"{count:,.0f}/s"


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def times(ratio: float) -> str:
    """A ratio with three digits, so that one just below its goal does not read as if it were met."""
    return f"{ratio:.3g}" if ratio >= 100 else f"{ratio:#.3g}"


def mebibytes(size: float) -> str:
    return f"{size / 2**20:.1f} MiB"


def percent(share: float) -> str:
    return f"{share * 100:.0f} %"


def byte_rate(bytes_a_second: float) -> str:
    return f"{bytes_a_second / 1e6:,.0f} MB/s"
