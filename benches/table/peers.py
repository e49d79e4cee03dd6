"""Programs of others that do what ours does, installed from their registries."""

from __future__ import annotations

import hashlib
import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from peers.incidents import FIRST, incident

from .processes import Command, Usage
from .programs import ROOT, SCHEMAS, Programs
from .row import Failed, Skip

HERE = ROOT / "benches/peers"
CONFIGURATION_SCHEMA = ROOT / "benches/connector/configuration.schema.json"
# Of so many records one is compared with ours, and the last one.
COMPARED = 997

CATALOG = {
    "streams": [
        {
            "stream": {"name": "incidents", "json_schema": {}, "supported_sync_modes": ["full_refresh"]},
            "sync_mode": "full_refresh",
            "destination_sync_mode": "append",
        }
    ]
}


@dataclass(frozen=True)
class Peer:
    """A program of others."""

    name: str
    # The folder it is installed in: two of a package share it.
    package: str
    # The share of our records that it is given: as many as make its start a small part of it.
    share: float
    install: Callable[[Path], None]
    sync: Callable[[Path, Programs, int], Command]
    # What is checked before a sync, as far as it has that.
    verify: Callable[[Path, Programs], Command] | None
    # What is written around a record.
    record: Callable[[dict], dict | None]

    def run_sync(self, installed: Path, programs: Programs, records: int) -> Usage:
        """Runs it to its end, and looks at what it has written."""
        command = self.sync(installed, programs, records)
        usage = command.run()
        self.compare(output_of(self, programs), records)
        return usage

    def compare(self, output: Path, expected: int) -> None:
        """As many records as were asked for, in their order, each as ours."""
        found = 0
        with output.open() as lines:
            for line in lines:
                if '"id":"INC' not in line:
                    continue
                if found % COMPARED == 0 or found == expected - 1:
                    expect_record(self.name, self.record(json.loads(line)), found)
                found += 1
        if found != expected:
            raise Failed(f"{self.name} wrote {found} records, and was asked for {expected}")


def expect_record(name: str, found: dict | None, position: int) -> None:
    wanted = incident(FIRST + position)
    if found != wanted:
        raise Failed(f"record {position} of {name} is {found}, and not {wanted}")


def output_of(peer: Peer, programs: Programs) -> Path:
    return programs.scratch / f"{peer.name}.ndjson"


def installed(peer: Peer, cache: Path) -> Path:
    """The folder that a peer is in. It is installed where it is not yet, or in other versions."""
    folder = cache / peer.package
    mark, wanted = folder / "installed", versions()
    if not mark.exists() or mark.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        print(f"installing {peer.package}", file=sys.stderr)
        peer.install(folder)
        mark.write_text(wanted)
    return folder


def versions() -> str:
    files = sorted([*HERE.glob("requirements-*.txt"), HERE / "package-lock.json"])
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def install_with(needs: str, *commands: tuple[object, ...], folder: Path | None = None) -> None:
    for words in commands:
        try:
            subprocess.run(tuple(map(str, words)), cwd=folder, check=True, capture_output=True, text=True)
        except OSError as error:
            raise Skip(f"{needs}: {error}") from error
        except subprocess.CalledProcessError as error:
            last = (error.stderr or error.stdout).strip().splitlines()[-1:]
            raise Skip(f"{needs}: {' '.join(last)}") from error


def npm(folder: Path) -> None:
    for name in ("package.json", "package-lock.json", "node.mjs"):
        shutil.copy(HERE / name, folder)
    install_with(
        "wants Node with npm, and npm's registry",
        ("npm", "ci", "--silent", "--no-audit", "--no-fund"),
        folder=folder,
    )


def pip(package: str) -> Callable[[Path], None]:
    def install(folder: Path) -> None:
        requirements = HERE / f"requirements-{package}.txt"
        options = ("install", "--quiet", "--disable-pip-version-check", "--requirement", requirements)
        make = ("python3", "-m", "venv", folder / "venv")
        install_with("wants python3 with venv, and PyPI", make, (folder / "venv/bin/pip", *options))

    return install


def python(folder: Path, script: str) -> tuple[Path, ...]:
    return folder / "venv/bin/python", HERE / script


def node_sync(folder: Path, programs: Programs, records: int) -> Command:
    words = ("node", folder / "node.mjs", "sync", records, SCHEMAS, programs.scratch / "node.ndjson")
    return Command.of(*words, output=programs.scratch / "node.out")


def node_verify(folder: Path, programs: Programs) -> Command:
    configuration = programs.configuration("node", {})
    words = ("node", folder / "node.mjs", "verify", configuration, CONFIGURATION_SCHEMA, SCHEMAS)
    return Command.of(*words, output=programs.scratch / "node.out")


def checked_sync(folder: Path, programs: Programs, records: int) -> Command:
    words = (*python(folder, "checked.py"), records, SCHEMAS, programs.scratch / "jsonschema-rs.ndjson")
    return Command.of(*words, output=programs.scratch / "checked.out")


def airbyte_sync(folder: Path, programs: Programs, records: int) -> Command:
    configuration = programs.configuration("airbyte", {"records": records})
    catalog = programs.written("catalog.json", json.dumps(CATALOG))
    words = ("read", "--config", configuration, "--catalog", catalog)
    return Command.of(*python(folder, "source.py"), *words, output=programs.scratch / "airbyte.ndjson")


def airbyte_verify(folder: Path, programs: Programs) -> Command:
    configuration = programs.configuration("airbyte-check", {"records": 1})
    words = ("check", "--config", configuration)
    return Command.of(*python(folder, "source.py"), *words, output=programs.scratch / "airbyte.out")


def singer_sync(folder: Path, programs: Programs, records: int) -> Command:
    configuration = programs.configuration("singer", {"records": records})
    return Command.of(
        *python(folder, "tap.py"), "--config", configuration, output=programs.scratch / "singer.ndjson"
    )


def singer_pipeline(folder: Path, programs: Programs, records: int) -> Command:
    """The tap piped into a target, as singer-sdk is used; the target checks and writes."""
    tap = singer_sync(folder, programs, records).words
    path = programs.scratch / "singer-target.ndjson"
    configuration = programs.configuration("target", {"path": str(path), "add_record_metadata": False})
    target = (*python(folder, "target.py"), "--config", configuration)
    both = f"{shlex.join(tap)} | {shlex.join(map(str, target))}"
    return Command.of("bash", "-o", "pipefail", "-c", both, output=programs.scratch / "target.out")


def singer_verify(folder: Path, programs: Programs) -> Command:
    configuration = programs.configuration("singer-start", {"records": 1})
    words = ("--config", configuration, "--test=schema")
    return Command.of(*python(folder, "tap.py"), *words, output=programs.scratch / "singer.out")


NODE = Peer("node", "node", 1, npm, node_sync, node_verify, lambda line: line.get("record"))
AIRBYTE = Peer(
    "airbyte",
    "airbyte",
    0.4,
    pip("airbyte"),
    airbyte_sync,
    airbyte_verify,
    lambda line: line.get("record", {}).get("data"),
)
SINGER = Peer(
    "singer", "singer", 0.25, pip("singer"), singer_sync, singer_verify, lambda line: line.get("record")
)
SINGER_PIPELINE = Peer(
    "singer-target", "singer", 0.1, pip("singer"), singer_pipeline, None, lambda line: line.get("record")
)
JSONSCHEMA_RS = Peer(
    "jsonschema-rs",
    "jsonschema-rs",
    0.6,
    pip("jsonschema-rs"),
    checked_sync,
    None,
    lambda line: line.get("record"),
)
PEERS = (NODE, AIRBYTE, SINGER, SINGER_PIPELINE, JSONSCHEMA_RS)
