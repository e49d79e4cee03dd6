"""Programs run to their end, with what they took; and processes that are looked at while they run."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .row import Failed

TICK = os.sysconf("SC_CLK_TCK")
# No program that is measured takes longer.
DEADLINE = 600


@dataclass(frozen=True)
class Usage:
    """What a program took from its start to its end, with all children that were waited for."""

    wall: float
    processor: float


@dataclass(frozen=True)
class Command:
    """A program, and where what it prints goes."""

    words: tuple[str, ...]
    output: Path
    folder: Path | None = None

    @classmethod
    def of(cls, *words: object, output: Path, folder: Path | None = None) -> Command:
        return cls(tuple(map(str, words)), output, folder)

    @property
    def errors(self) -> Path:
        return self.output.with_name(self.output.name + ".err")

    def failed(self, why: str) -> Failed:
        tail = "\n".join(self.errors.read_text(errors="replace").splitlines()[-10:])
        return Failed(f"{why}: {' '.join(self.words)}\n{tail}")

    @contextmanager
    def started(self) -> Iterator[subprocess.Popen]:
        """The running program; it is killed where whoever looks at it fails."""
        with self.output.open("wb") as output, self.errors.open("wb") as errors:
            process = subprocess.Popen(
                self.words, stdout=output, stderr=errors, stdin=subprocess.DEVNULL, cwd=self.folder
            )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
                process.wait()

    def run(self, expected: Sequence[int] = (0,)) -> Usage:
        """Runs it to its end."""
        start = time.perf_counter()
        with self.started() as process:
            signal.alarm(DEADLINE)
            _, status, used = os.wait4(process.pid, 0)
            wall = time.perf_counter() - start
            signal.alarm(0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in expected:
            raise self.failed(f"exit status {process.returncode}")
        return Usage(wall, used.ru_utime + used.ru_stime)


def take_alarm(_number: int, _frame: object) -> None:
    raise Failed(f"a program took longer than {DEADLINE} s")


signal.signal(signal.SIGALRM, take_alarm)


@dataclass(frozen=True)
class Process:
    """A process as `/proc` tells of it. Whatever is asked of one that is gone is an `OSError`."""

    pid: int

    def _stat(self) -> list[str]:
        # The name, in parentheses, may hold anything.
        return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()

    @property
    def name(self) -> str:
        """The first of its arguments, by which a process of the runner is told from another."""
        return os.fsdecode(Path(f"/proc/{self.pid}/cmdline").read_bytes().partition(b"\0")[0])

    @property
    def parent(self) -> int:
        return int(self._stat()[1])

    @property
    def processor(self) -> float:
        """Seconds on processors, its children's not among them."""
        fields = self._stat()
        return (int(fields[11]) + int(fields[12])) / TICK

    def private(self) -> int:
        """Bytes of memory that only this process has."""
        found = private(Path(f"/proc/{self.pid}/smaps_rollup").read_text())
        if not found:
            raise ProcessLookupError(f"process {self.pid} has ended")
        return found

    def private_of(self, mapping: str) -> int:
        """The same of the mappings whose path holds this word."""
        return private_of(Path(f"/proc/{self.pid}/smaps").read_text(), mapping)


def private(smaps: str) -> int:
    """The private bytes of a text in the form of `smaps`."""
    lines = (
        line.split() for line in smaps.splitlines() if line.startswith(("Private_Clean:", "Private_Dirty:"))
    )
    return sum(int(words[1]) for words in lines) * 1024


def private_of(smaps: str, mapping: str) -> int:
    """The private bytes of the mappings whose path holds `mapping`."""
    total, wanted = 0, False
    for line in smaps.splitlines():
        words = line.split()
        if not words[0].endswith(":"):
            wanted = mapping in " ".join(words[5:])
        elif wanted:
            total += private(line)
    return total


def descendants(pid: int) -> list[Process]:
    """All processes below this one."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                children.setdefault(Process(int(entry)).parent, []).append(int(entry))
            except OSError:
                continue
    found, queue = [], [pid]
    while queue:
        below = children.get(queue.pop(), [])
        found += below
        queue += below
    return [Process(child) for child in found]


def below(pid: int, name: str) -> Process | None:
    """The process of this name below another."""
    for process in descendants(pid):
        try:
            if process.name == name:
                return process
        except OSError:
            continue
    return None


def wait_until(condition, seconds: float = 30, pause: float = 0.005):
    """What `condition` answers as soon as that is something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(pause)
    raise Failed(f"waited {seconds:.0f} s for nothing")
