"""How long a program takes that only checks a configuration: from nothing to its end."""

from __future__ import annotations

from ..figures import Figures, milliseconds, times
from ..peers import AIRBYTE, NODE, PEERS, SINGER, Peer
from ..processes import Command
from ..programs import Bench
from ..row import Goal, Result, Row, Table
from .throughput import Contestant, prepare

TITLES = {
    NODE: "a start of Node with ajv and the schemas",
    AIRBYTE: "`check` of airbyte-cdk",
    SINGER: "a start of a tap",
}
MILLISECONDS = Goal("under 15 ms", most=0.015)
SHARE = Goal("under a tenth", most=0.1)


def measure(bench: Bench) -> Result:
    peers = [peer for peer in PEERS if peer.verify]
    contestants = [prepare(bench, peer) for peer in peers] if bench.peers else []
    commands = {"ours": bench.programs.verify()} | {
        contestant.peer.name: contestant.peer.verify(contestant.folder, bench.programs)
        for contestant in contestants
        if contestant.folder
    }
    seconds = in_turn(bench.scale.verifications, commands)
    ours = seconds["ours"]
    first = Row(
        "verify-configuration, cold process to its end",
        MILLISECONDS,
        milliseconds(ours.median),
        ours.median,
        ours.spread,
    )
    rows = [against(contestant, seconds) for contestant in contestants]
    return Result([first, *rows], [table(seconds)])


def in_turn(rounds: int, commands: dict[str, Command]) -> dict[str, Figures]:
    """Seconds of each, without the first round: files come from the disk there, and Python compiles."""
    taken = [{name: command.run().wall for name, command in commands.items()} for _ in range(rounds + 1)]
    return {name: Figures.of(round_[name] for round_ in taken[1:]) for name in commands}


def against(contestant: Contestant, seconds: dict[str, Figures]) -> Row:
    peer = contestant.peer
    what, goal = f"the same as a share of {TITLES[peer]}", goal_of(peer)
    if contestant.folder is None:
        return Row(what, goal, f"SKIPPED: {contestant.reason}")
    ratio = seconds["ours"].over(seconds[peer.name])
    return Row(what, goal, times(ratio.median), ratio.median, ratio.spread)


def goal_of(peer: Peer) -> Goal | None:
    """The goal is the SDK on Node, which is on no registry; what it would load stands in for it."""
    return SHARE if peer is NODE else None


def table(seconds: dict[str, Figures]) -> Table:
    titles = {peer.name: title for peer, title in TITLES.items()} | {"ours": "verify-configuration"}
    lines = [
        [titles[name], milliseconds(min(figures.values)), milliseconds(figures.median)]
        for name, figures in seconds.items()
    ]
    return Table("Checking a configuration, whole program", ("program", "fastest", "median"), lines)
