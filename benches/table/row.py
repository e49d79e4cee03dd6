"""A row of the table: what was asked for, what was measured, and whether the one meets the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Goal:
    """What a figure must be: at least, or at most, or below a number."""

    text: str
    least: float | None = None
    most: float | None = None

    def is_met(self, value: float) -> bool:
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)


@dataclass(frozen=True)
class Row:
    """One line. Without a value it could not be measured, and `measured` says why."""

    what: str
    goal: Goal | None
    measured: str
    value: float | None = None
    spread: float | None = None

    @property
    def verdict(self) -> str:
        if self.value is None:
            return "not measured"
        if self.goal is None:
            return ""
        return "met" if self.goal.is_met(self.value) else "**not met**"


@dataclass(frozen=True)
class Table:
    """What stands below the rows: the figures they come from."""

    title: str
    heads: Sequence[str]
    lines: Sequence[Sequence[str]]


@dataclass
class Result:
    """What one measurement found."""

    rows: list[Row] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Skip(Exception):
    """Something that a measurement needs is not here; the text says what, and what to do."""


class Failed(Exception):
    """A program did not do what it was measured at; a time of that is no result."""
