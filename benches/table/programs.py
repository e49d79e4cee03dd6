"""What is measured: the runner with the connector for benchmarks, and a loop in one process."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .processes import Command, Usage
from .row import Failed

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "schemas/schemas/records"
STREAM = '{"_type":"Stream","id":"s","self":"https://incidents.example.com/s","name":"s"}'
CUTOFF = "2020-01-01"
INCIDENT_BYTES = 343
# What the worker calls itself.
WORKER = "codeclimate-connector-worker"
# More records than a sync comes to before it is cancelled, and the exit status of one that was.
WITHOUT_END = 10**12
CANCELLED = 143

# The runner as the README builds it, alone: what is built together may have more features.
BUILDS = (
    (),
    ("--package", "codeclimate-connector-bench"),
    ("--package", "connector-benches", "--bin", "bench-loop"),
)


def build() -> Path:
    """Builds all of it, and returns the folder it is in."""
    for packages in BUILDS:
        words = ("cargo", "build", "--release", "--locked", "--quiet", *packages)
        if subprocess.run(words, cwd=ROOT, check=False).returncode != 0:
            raise Failed(f"{' '.join(words)} failed")
    return target() / "release"


def target() -> Path:
    """Where cargo builds."""
    return ROOT / os.environ.get("CARGO_TARGET_DIR", "target")


@dataclass(frozen=True)
class Programs:
    """Built files, and a folder for what they write."""

    binaries: Path
    scratch: Path

    @property
    def runner(self) -> Path:
        return self.built("codeclimate-connector")

    @property
    def connector(self) -> Path:
        return self.built("libcodeclimate_connector_bench.so")

    def built(self, name: str) -> Path:
        path = self.binaries / name
        if not path.exists():
            raise Failed(f"there is no {path}; without --binaries it is built")
        return path

    def written(self, name: str, text: str) -> Path:
        path = self.scratch / name
        path.write_text(text)
        return path

    def configuration(self, program: str, settings: Mapping[str, object]) -> Path:
        return self.written(f"{program}.json", json.dumps(settings))

    def sync(self, settings: Mapping[str, object]) -> Command:
        """A sync of one stream into an empty folder, with all that is on by default."""
        configuration = self.configuration("sync", settings)
        for folder in (self.records, self.data):
            shutil.rmtree(folder, ignore_errors=True)
        words = (
            "sync-stream",
            self.connector,
            configuration,
            STREAM,
            CUTOFF,
            "--sink",
            f"folder:{self.records}",
        )
        return Command.of(self.runner, *words, "--data-folder", self.data, output=self.scratch / "ours.out")

    def run_sync(self, settings: Mapping[str, object]) -> Usage:
        """Runs a sync and counts what it has written."""
        usage = self.sync(settings).run()
        expect_lines(self.files(), int(settings["records"]))
        return usage

    def verify(self) -> Command:
        configuration = self.configuration("verify", {})
        words = ("verify-configuration", self.connector, configuration)
        return Command.of(self.runner, *words, output=self.scratch / "verify.out")

    def loop(self, verb: str, records: int) -> Command:
        """The loop in one process: `check` parses and checks, `write` also writes envelopes into a file."""
        words = (verb, records, *([self.scratch / "loop.ndjson"] if verb == "write" else []))
        return Command.of(self.built("bench-loop"), *words, output=self.scratch / "loop.out")

    @property
    def records(self) -> Path:
        return self.scratch / "records"

    @property
    def data(self) -> Path:
        return self.scratch / "data"

    def files(self) -> list[Path]:
        """What the sink has, in the order it was written."""
        return sorted(self.records.rglob("*.ndjson"))


def count_lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(piece.count(b"\n") for piece in iter(lambda: file.read(1 << 20), b""))


def expect_lines(files: list[Path], expected: int) -> None:
    found = sum(map(count_lines, files))
    if found != expected:
        raise Failed(
            f"{expected} records were asked for and {found} lines written, in {', '.join(map(str, files))}"
        )


@dataclass(frozen=True)
class Scale:
    """How much is measured."""

    rounds: int
    records: int
    verifications: int
    bytes: int
    cancellations: int
    # Records of all streams together, where there are several.
    streamed: int


FULL = Scale(
    rounds=7, records=1_000_000, verifications=40, bytes=200_000_000, cancellations=10, streamed=8_000_000
)
# Enough to see a change of a tenth, in two minutes.
QUICK = Scale(
    rounds=3, records=200_000, verifications=10, bytes=30_000_000, cancellations=3, streamed=1_600_000
)


@dataclass(frozen=True)
class Bench:
    """All that a measurement is given. Without `peers`, programs of others are not asked for."""

    programs: Programs
    scale: Scale
    peers: Path | None
