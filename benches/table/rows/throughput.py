"""Records a second of a whole program, ours and those of others, in turn."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ..figures import Figures, per_second, times
from ..peers import AIRBYTE, JSONSCHEMA_RS, NODE, PEERS, SINGER, SINGER_PIPELINE, Peer, installed
from ..programs import Bench
from ..row import Goal, Result, Row, Skip, Table

RATE = Goal("over 1.2 million/s on two quiet cores", least=1.2e6)
TIMES = {
    NODE: Goal("at least 5", least=5),
    AIRBYTE: Goal("at least 20", least=20),
    SINGER: Goal("at least 60", least=60),
    SINGER_PIPELINE: Goal("at least 60", least=60),
    JSONSCHEMA_RS: None,
}
TITLES = {
    NODE: "Node with ajv",
    AIRBYTE: "airbyte-cdk, which checks nothing",
    SINGER: "singer-sdk, a tap alone, which checks nothing",
    SINGER_PIPELINE: "singer-sdk, a tap into a target that checks",
    JSONSCHEMA_RS: "Python with jsonschema-rs",
}
FORMS = ("json", "typed", "value")


@dataclass(frozen=True)
class Contestant:
    """A peer that is installed, or the reason why not."""

    peer: Peer
    folder: Path | None
    reason: str = ""


def measure(bench: Bench) -> Result:
    contestants = [prepare(bench, peer) for peer in PEERS] if bench.peers else []
    present = [contestant for contestant in contestants if contestant.folder]
    rounds = [one_round(bench, present) for _ in range(bench.scale.rounds)]
    rates = {name: Figures.of(round_[name] for round_ in rounds) for name in rounds[0]}
    ours = rates["json"]
    rows = [
        Row("records/s to a folder, with all checks", RATE, per_second(ours.median), ours.median, ours.spread)
    ]
    rows += [against(contestant, ours, rates) for contestant in contestants]
    return Result(rows, [table(bench, present, rates)])


def prepare(bench: Bench, peer: Peer) -> Contestant:
    try:
        return Contestant(peer, installed(peer, bench.peers))
    except Skip as skip:
        return Contestant(peer, None, str(skip))


def one_round(bench: Bench, present: list[Contestant]) -> dict[str, float]:
    """Records a second of each."""
    records = bench.scale.records
    rates = {
        form: records / bench.programs.run_sync({"records": records, "form": form}).wall for form in FORMS
    }
    for contestant in present:
        peer, count = contestant.peer, share(bench, contestant.peer)
        rates[peer.name] = count / peer.run_sync(contestant.folder, bench.programs, count).wall
    return rates


def share(bench: Bench, peer: Peer) -> int:
    return int(bench.scale.records * peer.share)


def against(contestant: Contestant, ours: Figures, rates: dict[str, Figures]) -> Row:
    peer = contestant.peer
    what = f"times {TITLES[peer]}"
    if contestant.folder is None:
        return Row(what, TIMES[peer], f"SKIPPED: {contestant.reason}")
    ratio = ours.over(rates[peer.name])
    return Row(what, TIMES[peer], times(ratio.median), ratio.median, ratio.spread)


def table(bench: Bench, present: list[Contestant], rates: dict[str, Figures]) -> Table:
    records = {form: bench.scale.records for form in FORMS}
    records |= {contestant.peer.name: share(bench, contestant.peer) for contestant in present}
    titles = {form: f"ours, records as {form}" for form in FORMS}
    titles |= {peer.name: title for peer, title in TITLES.items()}
    lines = [
        [titles[name], f"{records[name]:,}", per_second(figures.median)] for name, figures in rates.items()
    ]
    return Table("Records a second of a whole program", ("program", "records", "rate"), lines)
