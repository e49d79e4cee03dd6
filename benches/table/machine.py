"""What the numbers were measured on."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import datetime, timezone
from pathlib import Path

# More than this at the start, and other work takes part of the cores.
QUIET_LOAD = 0.5


def first_line(*command: str, folder: Path | None = None) -> str:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.partition("\n")[0] or "unknown"


def processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def memory() -> str:
    return f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GiB"


def load() -> str:
    """How busy it was: a table from a busy machine says so itself."""
    average = os.getloadavg()[0]
    return f"{average:.1f} at the start" + ("" if average < QUIET_LOAD else ", NOT QUIET: times are too long")


def describe(root: Path) -> dict[str, str]:
    return {
        "date": f"{datetime.now(timezone.utc):%Y-%m-%d}",
        "commit": first_line("git", "rev-parse", "--short", "HEAD", folder=root),
        "processor": f"{processor()}, {len(os.sched_getaffinity(0))} cores, {memory()}",
        "kernel": platform.release().partition("-")[0],
        "compiler": first_line("rustc", "--version", folder=root),
        "load": load(),
    }
