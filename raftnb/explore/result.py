"""What an exploration found, and within what bounds."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from raftnb.data.trace import Trace
from raftnb.data.verdict import Answer, Verdict, counted
from raftnb.explore.given import at_least
from raftnb.language.claims import Property

View = Callable[..., Any]
"""A function of the state: what of it is to be told apart."""


DEADLOCK = "deadlock"
"""What is violated in a state without a next one."""


class Stop(Exception):
    """The exploration ends here, with this verdict."""

    def __init__(self, verdict: Verdict, **found: Any) -> None:
        super().__init__(verdict)
        self.verdict, self.found = verdict, found


@dataclass(frozen=True)
class ExplorationOptions:
    """What an exploration is asked for, and where it stops (`max_memory` in bytes).

    States of which `view` says the same are visited once; a step of which one of the
    `action_constraints` is false is not followed.
    Claims that are asked `everywhere` have no verdict: an engine may be asked where they are true.
    With `folder` its states are there, with checkpoints from which `resume` goes on.
    """

    deadlock: bool = True
    max_states: int | None = None
    max_depth: int | None = None
    max_memory: int | None = None
    symmetry: bool = False
    threads: int | None = None
    progress: bool = True
    view: View | None = None
    action_constraints: tuple[Property, ...] = ()
    folder: Path | None = None
    resume: bool = False
    everywhere: tuple[Property, ...] = ()

    def __post_init__(self) -> None:
        names = ("max_states", "max_depth", "max_memory", "threads")
        at_least(1, **{name: getattr(self, name) for name in names})

    @property
    def spills(self) -> bool:
        """Whether states are to go to disk where that can be had.

        Where a view hides states, one that is met again is to be told from one that is hidden.
        """
        return (self.folder is not None or self.max_memory is not None) and self.view is None

    @property
    def memory(self) -> int:
        """The memory that may be used, in bytes: as given, or 80% of what is free."""
        return self.max_memory or free_memory() * 4 // 5

    @property
    def workers(self) -> int:
        """How many threads: as given, or one for each processor, at most 16."""
        usable = getattr(os, "sched_getaffinity", lambda _: range(os.cpu_count() or 1))
        return min(self.threads or len(usable(0)), 16)


def free_memory() -> int:
    """How many bytes of memory are free, as far as the system tells."""
    free = [8 << 30]
    meminfo = Path("/proc/meminfo")
    if meminfo.exists():
        rows = dict(line.split(":") for line in meminfo.read_text().splitlines())
        free = [int(rows["MemAvailable"].split()[0]) << 10]
    group = Path("/sys/fs/cgroup")
    limit, used = group / "memory.max", group / "memory.current"
    if limit.exists() and used.exists() and limit.read_text().strip() != "max":
        free.append(int(limit.read_text()) - int(used.read_text()))
    return max(256 << 20, min(free))


@dataclass(frozen=True)
class Violation:
    """A claim that is violated, a shortest trace to where it is, and why where that is not plain.

    The claim is named as in `Exploration.property`; there is no trace to what no state shows.
    """

    property: str | None
    trace: Trace | None
    reason: str | None

    def as_json(self) -> dict[str, Any]:
        """The violation as plain JSON data."""
        trace = None if self.trace is None else self.trace.as_json()
        return {"property": self.property, "reason": self.reason, "trace": trace}

    def lines(self) -> list[str]:
        """What is violated, why, and the trace, as text."""
        reason = [f"reason: {self.reason}"] if self.reason else []
        trace = [] if self.trace is None else [str(self.trace)]
        return [f"violated: {self.property}", *reason, *trace]


@dataclass(frozen=True, repr=False)
class Exploration(Answer):
    """What an exploration found.

    `distinct` states, `generated` successors (initial states included, one for each action and
    choice, as TLC counts them), `depth` of the deepest state (an initial state has depth 1),
    `seconds`. `property` is the name of what is violated and `trace` the shortest way there;
    `witnesses` has, for each `sometimes` property, a shortest trace to a state that shows it, or
    None; `reason` says in words why the last state is a violation, where the property alone does
    not; `coverage` says how often each process took each action, `bound` what stopped an
    *unknown*. `complete` says whether all states within the constraints were met, and then
    `never_taken` names the actions that no process took. `cut` counts the generated states that
    are outside the constraints, `merged` those that were not visited because another state has the
    same view. `not_checked` are the properties that need history variables that
    were left out, `partial` says what else the answer does not cover. `others` are the violations
    that were found when the exploration was continued after this one. `interpreted` are the actions
    and claims that compiled code ran in Python, each with what in it cannot be said in C, or that
    this was asked of the whole model.
    """

    verdict: Verdict
    distinct: int
    generated: int
    depth: int
    seconds: float
    property: str | None = None
    trace: Trace | None = None
    reason: str | None = None
    witnesses: Mapping[str, Trace | None] = field(default_factory=dict)
    coverage: dict[str, int] = field(default_factory=dict)
    bound: str | None = None
    not_checked: tuple[str, ...] = ()
    complete: bool = False
    never_taken: tuple[str, ...] = ()
    cut: int = 0
    merged: int = 0
    partial: tuple[str, ...] = ()
    others: tuple[Violation, ...] = ()
    interpreted: tuple[str, ...] = ()

    @cached_property
    def not_reached(self) -> tuple[str, ...]:
        """The `sometimes` properties that no state showed; empty unless it is complete."""
        if not self.complete or self.verdict is Verdict.HOLDS:
            return ()
        return tuple(name for name, witness in self.witnesses.items() if witness is None)

    def as_json(self) -> dict[str, Any]:
        """The result as plain JSON data."""
        data: dict[str, Any] = {
            "verdict": str(self.verdict),
            "distinct": self.distinct,
            "generated": self.generated,
            "depth": self.depth,
            "seconds": round(self.seconds, 3),
        }
        optional = {
            "property": self.property,
            "reason": self.reason,
            "trace": None if self.trace is None else self.trace.as_json(),
            "bound": self.bound,
            "cut": self.cut or None,
            "merged": self.merged or None,
            "not_reached": list(self.not_reached) or None,
            "not_checked": list(self.not_checked) or None,
            "never_taken": list(self.never_taken) or None,
            "partial": list(self.partial) or None,
            "interpreted": list(self.interpreted) or None,
            "others": [violation.as_json() for violation in self.others] or None,
        }
        return data | {k: v for k, v in optional.items() if v is not None}

    def __str__(self) -> str:
        counts = f"{counted(self.distinct, 'distinct state')}, {self.generated:,} generated"
        lines = [f"{self.verdict}: {counts}, depth {self.depth}"]
        if self.verdict is Verdict.VIOLATED:
            lines.append(f"violated: {self.property}")
        if self.reason:
            lines.append(f"reason: {self.reason}")
        if self.bound:
            lines.append(f"stopped: {self.bound}")
        if self.not_checked:
            lines.append(f"not checked without history: {', '.join(self.not_checked)}")
        if self.never_taken:
            lines.append(f"warning: never taken: {', '.join(self.never_taken)}")
        if self.interpreted:
            lines.append(f"run in Python: {', '.join(self.interpreted)}")
        lines += [f"note: {sentence}" for sentence in self.partial]
        if self.trace is not None:
            lines.append(str(self.trace))
        lines += [line for violation in self.others for line in violation.lines()]
        return "\n".join(lines)


def nothing_found(bound: str) -> Exploration:
    """What there is to say where an exploration has ended before anything was found."""
    return Exploration(Verdict.UNKNOWN, 0, 0, 0, 0.0, bound=bound)
