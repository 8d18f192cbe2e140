"""What TLC finds beside what raftnb finds: docs/tlc-agreement.md.

`python -m tests.pluscal.agreement` makes the page.
TLA2TOOLS_JAR names the tla2tools.jar. Rows that are asked for by their numbers alone replace those
of an earlier run, which are kept in build/tlc.json.
"""

from __future__ import annotations

import json
import os
import platform
import re
import sys
import tempfile
import textwrap
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

from book import ROOT
from raftnb.data.trace import Trace
from raftnb.experiments.mutation import find_out, played
from raftnb.explore import check, state_graph
from raftnb.language import Model, World
from raftnb.pluscal import algorithm, plain_module, trace_module
from raftnb.specs import SPECS
from raftnb.specs.raft.mistakes import FAMILIES, MUTANTS
from tests.pluscal.tools import JAR, model_check, run, tlc, translated

PAGE = ROOT / "docs" / "tlc-agreement.md"
KEPT = ROOT / "build" / "tlc.json"
SIZES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("sequential-store", {}),
    ("sequential-store", {"clients": 3, "keys": 2, "values": 2}),
    ("sequential-store", {"history": True, "max_log": 6}),
    ("fair-store", {}),
    ("fair-store", {"clients": 3}),
    ("queue-store", {}),
    ("queue-store", {"keys": 2}),
    ("linearizable-store", {}),
    ("linearizable-store", {"keys": 2}),
    ("stale-store", {}),
    ("stale-store", {"values": 2}),
    ("internal-memory", {}),
    ("internal-memory", {"addresses": 2}),
    ("write-through-cache", {}),
    ("write-through-cache", {"values": 1}),
    ("raft", {"servers": 2}),
    ("raft", {"servers": 2, "history": True, "max_restarts": 1}),
    ("raft", {"servers": 3, "max_log": 0, "max_restarts": 1}),
    ("raft", {"servers": 3, "duplicates": 0, "max_messages": 2}),
    ("timely-raft", {}),
    ("timely-raft", {"max_restarts": 0}),
    ("orderly-raft", {}),
    ("orderly-raft", {"servers": 2}),
    ("raft-tla", {}),
    ("raft-tla", {"max_log": 0}),
    ("raft-prevote", {"max_messages": 3, "history": True}),
    ("raft-prevote", {"max_log": 0}),
    ("unhurried-prevote", {"max_term": 1}),
    ("unhurried-prevote", {}),
    ("raft-transfer", {}),
    ("raft-transfer", {"max_log": 1, "duplicates": 0, "max_messages": 1, "history": True}),
    ("unhurried-transfer", {"max_log": 0}),
    ("unhurried-transfer", {"max_term": 1}),
    ("raft-snapshots", {"history": True}),
    ("raft-snapshots", {"servers": 3, "duplicates": 0, "max_messages": 2}),
    ("catching-up", {"servers": 2}),
    ("catching-up", {}),
    ("raft-joint", {"history": True}),
    ("raft-joint", {"max_term": 2, "max_messages": 1, "history": True}),
    ("raft-one-by-one", {"history": True}),
    ("raft-one-by-one", {"max_term": 2, "max_messages": 1, "history": True}),
    ("raft-disks", {"history": True}),
    ("raft-disks", {"max_term": 2, "max_messages": 1, "history": True}),
    ("raft-torn-disks", {"history": True}),
    ("raft-torn-disks", {"max_term": 2, "max_messages": 1, "history": True}),
    ("raft-log", {"servers": 2, "history": True}),
    ("raft-log", {"servers": 2, "max_restarts": 1, "history": True}),
    ("raft-log", {"servers": 3, "max_log": 0, "history": True}),
    ("raft-read-index", {"servers": 2, "history": True}),
    ("raft-read-index", {"servers": 3, "max_log": 0}),
    ("raft-store", {"max_messages": 2, "history": True}),
    ("raft-store", {"servers": 3, "max_messages": 3}),
    ("raft-store-read-index", {"max_messages": 2, "history": True}),
    ("raft-store-read-index", {"servers": 3, "max_messages": 3}),
    ("raft-store-leases", {"max_messages": 2, "history": True}),
    ("raft-store-leases", {"servers": 3, "max_messages": 2}),
    ("raft-joint-snapshots", {"max_log": 1, "max_messages": 1, "history": True}),
    ("raft-joint-snapshots", {"max_log": 1}),
    ("raft-learners", {"values": 2, "max_log": 2, "max_restarts": 1, "history": True}),
    ("raft-learners", {"values": 1, "max_log": 1, "max_term": 2}),
    ("raft-emptied-disks", {"max_messages": 1, "history": True}),
    ("raft-emptied-disks", {"max_log": 0}),
)
ALL_MUTANTS = tuple({m.row: m for family in FAMILIES.values() for m in family}.values())
EXPLORED = tuple(m for m in MUTANTS if m.row in (7, 16, 17, 18, 20, 25, 29, 30, 31))
HEAD = """# What TLC finds, and what raftnb finds

Every specification of the package, printed as a plain module of TLA+ by `raftnb.pluscal` and
checked by TLC, the model checker of TLA+, which is not ours; beside it what `raftnb` says of the
same model. Numbers are distinct states / states generated / depth. The last column is the PlusCal
algorithm, filled in by PlusCal's translator and checked by TLC. `timely-raft`, `orderly-raft` and
`catching-up` come to an end, so there neither tool looks for deadlocks; in the plain module of
`catching-up` a step stays in each state where nobody leads, which TLC counts and raftnb does not.

"""
COME_TO_AN_END = {"timely-raft", "orderly-raft", "catching-up"}
SECONDS = """Seconds are of the processor; TLC's are with the start of Java and what it compiles,
raftnb's without the start of Python and what it compiles once."""
MISTAKES = """## Mistakes

Mistakes in Raft, its extensions, and the store on top of it: what is violated after how many steps.
*Explored by TLC*: TLC finds its own shortest counterexample. Where several claims break at the same
depth, each tool names the one that it meets first. *Scene*, *script*, *walk*: TLC follows a trace
that `raftnb` has played or found (`trace_module`); each step is one of the printed module, and the
claim is false at the end and not before. TLC's own shortest counterexample is not known there: to
explore so far would take it long. *All states*: there is nothing to find, and TLC has looked at as
many states."""
NOT_SAID = """TLC is not asked of mistakes {rows}: that something stays possible from every state,
and that a loop without end is fair, no trace of states shows to it. Nor is it asked of mistake
96, whose servers ask for their place among all (`self.index`), which is not printed."""
NOT_PRINTED = (96,)


def versions() -> str:
    """The tools and their versions."""
    with tempfile.TemporaryDirectory() as folder:
        version = re.search(r"Version (\S+).*?rev: (\w+)", run(Path(folder), "tlc2.TLC"))
        java = re.search(r'version "([^"]+)"', run(Path(folder), "-version"))
    tools = [f"raftnb {version_of('raftnb')}", f"Python {platform.python_version()}"]
    tools += [f"TLC {version[1]} (revision {version[2]})"] if version else []
    tools += [f"Java {java[1]}, one worker"] if java else []
    return "; ".join(tools)


def settings(size: dict[str, Any]) -> str:
    """The constants of a row, as on the command line."""
    words = [f"{name}={value}" for name, value in size.items() if name != "history"]
    return ", ".join([*words, *(["`--history`"] if size.get("history") else [])]) or "defaults"


def specification(name: str, size: dict[str, Any]) -> list[str]:
    """A row: what we find of a model, and what TLC finds of what is printed."""
    model = SPECS[name](**size)
    ends = name in COME_TO_AN_END
    check(model, deadlock=not ends)  # so that what is compiled once is not part of the time
    start = of_the_processor()
    ours = check(model, deadlock=not ends)
    seconds = of_the_processor() - start
    with tempfile.TemporaryDirectory() as folder:
        start = of_the_processor()
        options = ["-deadlock"] if ends else []
        theirs = tlc(Path(folder), plain_module(model), *options, long=True)
        their_seconds = of_the_processor() - start
        printed = algorithm(model)
        translated(Path(folder), printed)
        again = model_check(Path(folder), printed.name, *options, long=ours.distinct > 10_000)
    assert not theirs.violated
    assert not again.violated
    counts = [counted(one) for one in ((ours.distinct, ours.generated, ours.depth), theirs.counts)]
    generated = ours.generated + ends_met(model)
    assert counted((ours.distinct, generated, ours.depth)) == counts[1], (name, size, counts)
    assert counted(again.counts) == counts[0], (name, size, again.counts)
    times = [f"{seconds:.1f}", f"{their_seconds:.1f}"]
    return [f"`{name}`", settings(size), *counts, *times, counted(again.counts)]


def of_the_processor() -> float:
    """The processor's seconds of this process, and of those that it has started and that ended."""
    return sum(os.times()[:4])


def ends_met(model: Model) -> int:
    """In how many states the end is said to be: there the module of TLA+ has a step that stays."""
    final = model.spec.final
    if final is None:
        return 0
    graph, world, found = state_graph(model, max_states=100_000), World(model), 0
    for state in graph.states:
        world.load(state)
        found += world.failure(final) is None
    return found


def counted(counts: tuple[int, int, int | None]) -> str:
    """Counts as text."""
    return " / ".join(f"{n:,}" if n is not None else "" for n in counts)


def mistake(mutant: Any) -> list[str]:
    """A row: after how many steps we and TLC find a mistake."""
    model = mutant.spec()(history=True, **mutant.constants)
    ours = check(model)
    with tempfile.TemporaryDirectory() as folder:
        theirs = tlc(Path(folder), plain_module(model))
    assert ours.trace is not None
    assert theirs.violated
    assert theirs.steps == len(ours.trace), (mutant.row, theirs.steps, len(ours.trace))
    said = claim_named(theirs.text)
    size = settings(mutant.constants)
    return [f"{mutant.row}. {mutant.title}", size, f"`{ours.property}`", str(len(ours.trace)),
            "explored by TLC", f"`{said}`", str(theirs.steps)]  # fmt: skip


def followed(mutant: Any) -> list[str]:
    """A row: TLC follows the trace that we find of a mistake, and says where it goes wrong."""
    explored = mutant.how == "exploration" and mutant.scene is not None
    found = played(mutant) if explored else find_out(mutant)
    assert isinstance(found.trace, Trace)
    with tempfile.TemporaryDirectory() as folder:
        theirs = tlc(Path(folder), trace_module(mutant.model(), found.trace))
    said = claim_named(theirs.text)
    assert theirs.violated
    assert (said, theirs.steps) == (found.property, len(found.trace)), (mutant.row, theirs.text)
    return [f"{mutant.row}. {mutant.title}", settings(mutant.constants), f"`{found.property}`",
            str(len(found.trace)), "scene" if explored else mutant.how, f"`{said}`",
            str(theirs.steps)]  # fmt: skip


def never_elected(mutant: Any) -> list[str]:
    """A row: TLC as well finds no leader in any state of a mistake by which nobody is elected."""
    model = mutant.model()
    ours = check(model, deadlock=False)
    printed, claim = plain_module(model), mutant.breaks.__name__
    name = f"{printed.name}.tla"
    text = printed.files[name].replace("\n====", f"\nNever == ~{claim}\n\n====")
    config = {f"{printed.name}.cfg": printed.files[f"{printed.name}.cfg"] + "INVARIANT Never\n"}
    printed = replace(printed, files={**printed.files, name: text, **config})
    with tempfile.TemporaryDirectory() as folder:
        theirs = tlc(Path(folder), printed, "-deadlock", long=True)
    assert not theirs.violated
    assert theirs.counts == (ours.distinct, ours.generated, ours.depth)
    assert claim in ours.not_reached
    said = f"none of {ours.distinct:,} states"
    return [f"{mutant.row}. {mutant.title}", settings(mutant.constants), f"`{claim}` in {said}",
            "", "all states", f"in {said}", ""]  # fmt: skip


def equivalent(mutant: Any) -> list[str]:
    """A row: both say so of a mistake that breaks nothing, or a claim about its own steps."""
    size = {**mutant.constants, "max_term": 1}
    model = mutant.spec()(**size)
    only = mutant.base.variant("only", mutant.server, invariants=(), sometimes=(),
                               transitions=(mutant.breaks,))(**size)  # fmt: skip
    ours, shortest = check(model, deadlock=False), check(only, deadlock=False)
    with tempfile.TemporaryDirectory() as folder:
        theirs = tlc(Path(folder), plain_module(model), "-deadlock", long=True)
        found = tlc(Path(folder), plain_module(only), "-deadlock")
    assert not theirs.violated
    assert theirs.counts == (ours.distinct, ours.generated, ours.depth)
    assert found.violated == (shortest.trace is not None)
    said, steps = f"nothing in {ours.distinct:,} states", ""
    if shortest.trace is not None:
        said, steps = f"{said}; `{mutant.breaks.__name__}`", str(len(shortest.trace))
        assert str(found.steps) == steps
    return [f"{mutant.row}. {mutant.title}", settings(size), said, steps, "all states", said, steps]


def can_be_asked(mutant: Any) -> bool:
    """Whether a trace of states, or all states, show what a mistake breaks."""
    shown = mutant.how != "lasso" and mutant.breaks not in mutant.base.possible
    return shown and mutant.row not in NOT_PRINTED


def way_of(mutant: Any) -> Callable[[Any], list[str]]:
    """How TLC is asked about a mistake."""
    ways = {"liveness": never_elected, "equivalent": equivalent}
    return mistake if mutant in EXPLORED else ways.get(mutant.how, followed)


def claim_named(text: str) -> str:
    """The claim of which TLC says that it is violated."""
    named = re.search(r"Invariant (\w+) is|Action property (\w+) |property (\w+) of", text)
    return next((word for word in named.groups() if word), "") if named else "deadlock"


def page(rows: dict[str, list[str]]) -> str:
    """The page."""
    head = ["specification", "constants", "raftnb", "TLC", "s", "s TLC", "TLC, algorithm"]
    tools = "\n".join(textwrap.wrap(f"With {versions()}. {' '.join(SECONDS.split())}", 100))
    lines = [HEAD + tools, ""]
    lines += table(head, [rows[k] for k in sorted(rows) if k.startswith("spec")])
    lines += ["", MISTAKES, ""]
    head = ["mistake", "constants", "raftnb", "steps", "how", "TLC", "steps"]
    lines += table(head, [rows[k] for k in sorted(rows) if k.startswith("mutant")])
    wanted = {f"spec {i:02}": f"`{n}` ({settings(s)})" for i, (n, s) in enumerate(SIZES)}
    wanted |= {f"mutant {m.row:03}": f"mistake {m.row}" for m in ALL_MUTANTS if can_be_asked(m)}
    rows_unsaid = {m.row for m in ALL_MUTANTS if not can_be_asked(m)}
    unsaid = sorted(rows_unsaid.difference(NOT_PRINTED))
    lines += ["", *textwrap.wrap(NOT_SAID.format(rows=", ".join(map(str, unsaid))), 100)]
    left_out = [said for key, said in wanted.items() if key not in rows]
    lines += ["", f"Not in this run: {', '.join(left_out)}."] if left_out else []
    return "\n".join(lines) + "\n"


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    """A table in Markdown."""
    lines = [f"| {' | '.join(row)} |" for row in (head, *rows)]
    return [lines[0], "|" + "-|" * len(head), *lines[1:]]


def main(words: list[str]) -> None:
    """Make the rows, or those of these keys, and write the page after each."""
    assert JAR, "TLA2TOOLS_JAR names no jar"
    rows = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    work = {f"spec {i:02}": (specification, row) for i, row in enumerate(SIZES)}
    work |= {f"mutant {m.row:03}": (way_of(m), (m,)) for m in ALL_MUTANTS if can_be_asked(m)}
    for key, (make, arguments) in work.items():
        if (words and key not in words) or (not words and key in rows):
            continue
        rows[key] = make(*arguments)
        print(key, *rows[key], sep=" | ", flush=True)
        KEPT.parent.mkdir(exist_ok=True)
        KEPT.write_text(json.dumps(rows), encoding="utf-8")
        PAGE.write_text(page(rows), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
