"""What the clients of Raft see: seeded walks with faults, and the histories that come of them.

A walk takes one step after the other by chance: mostly it delivers a message or a server goes on,
now and then a timer runs out, a server fails, a message is lost, a client loses its patience, or a
leader is cut off from the other servers for a while. What clients call and hear is a history, which
the checker of `raftnb.linear` judges. A walk only ever takes steps that the specification allows.
"""

from __future__ import annotations

import random
import time
from bisect import bisect
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import accumulate
from types import MappingProxyType
from typing import Any

from raftnb.data.errors import UsageError
from raftnb.data.events import Event, Invocation, Response
from raftnb.data.histories import History
from raftnb.data.trace import Trace
from raftnb.data.verdict import Answer, Verdict, counted
from raftnb.experiments.mutation import play
from raftnb.language.instances import ActionInstance
from raftnb.language.processes import Disabled
from raftnb.language.spec import Model, Spec
from raftnb.language.world import World
from raftnb.linear import Register, check
from raftnb.parallel import Cluster, Lost, in_order
from raftnb.specs.raft.clients import Calls, Client, StoreServer
from raftnb.specs.raft.mistakes import Mutant
from raftnb.specs.raft.server import Role, Server, Value
from raftnb.specs.store.sequential import Op

TRIES = 20_000
DELIVER, CUT = "deliver", "cut"
NOTHING = "nothing"
WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        DELIVER: 5,
        CUT: 0.003,
        "time_out": 0.005,
        "restart": 0.002,
        "lose": 0.02,
        "lose_patience": 0.03,
        "tick": 0.02,
        "hand_over": 0.005,
        "ask": 0.1,
        "respond": 0.1,
        "append_entries": 0.2,
    }
)
"""How often each kind of step is tried, where one that is not named here counts 1."""
SIZES: Mapping[str, int] = MappingProxyType(
    {"servers": 3, "clients": 3, "values": 24, "duplicates": 0}
)
"""The sizes of what is walked through: so many operations, by so many clients."""


class Chance(World):
    """A world in which chance makes the choices."""

    def __init__(self, model: Model, chance: random.Random) -> None:
        super().__init__(model)
        self.chance = chance
        self.load(model.initial_states[0])

    def choose(self, options: tuple[Any, ...]) -> Any:
        """Any of the options."""
        if not options:
            raise Disabled
        pick = int(self.chance.random() * len(options))
        self.choices.append((pick, options))
        return options[pick]

    def attempt(self, instance: ActionInstance, message: Any = None) -> bool:
        """Take a step, if it is enabled."""
        cells, bag = list(self.cells), dict(self.bag)
        try:
            self.execute(instance.process, instance.action, instance.bound(message))
        except Disabled:
            self.cells, self.bag = cells, bag
            return False
        return True


class Walk:
    """One walk: what clients call and hear is in `events`, the number of steps in `steps`."""

    def __init__(self, model: Model, seed: int, weights: Mapping[str, float]) -> None:
        self.world = Chance(model, random.Random(seed))
        self.chance = self.world.chance
        self.servers = self.world[StoreServer]
        self.operations = len(self.world[Value])
        self.cut_off: Any = None
        self.events: list[Event] = []
        self.steps = self.answered = 0
        self.receivers: dict[Any, list[ActionInstance]] = {}
        groups: dict[tuple[str, str], list[ActionInstance]] = {}
        for instance in self.world.instances:
            if instance.receives is not None and not instance.process.everywhere:
                self.receivers.setdefault(instance.process, []).append(instance)
            else:
                key = instance.process.name, instance.action.name
                groups.setdefault(key, []).append(instance)
        self.turns: list[Any] = [DELIVER, CUT, *groups.values()]
        names = [DELIVER, CUT, *(action for _, action in groups)]
        self.upto = list(accumulate(weights.get(name, 1.0) for name in names))

    def go(self, steps: int) -> History:
        """Take so many steps, or fewer where every command is answered, and tell the history."""
        tries = 0
        with self.world:
            while self.steps < steps and tries < TRIES and self.answered < self.operations:
                turn = self.turns[bisect(self.upto, self.chance.random() * self.upto[-1])]
                taken = self._deliver() if turn is DELIVER else self._act(turn)
                self.steps, tries = self.steps + taken, 0 if taken else tries + 1
        return History(self.events)

    def _any(self, among: list[Any]) -> Any:
        return among[int(self.chance.random() * len(among))]

    def _act(self, turn: Any) -> bool:
        """A process or the network does something of its own, or a leader is cut off."""
        if turn is CUT:
            leaders = [s for s in self.servers if s.role == Role.LEADER]
            self.cut_off = self._any(leaders) if leaders and self.cut_off is None else None
            return False
        instance = self._any(turn)
        message = None
        if instance.receives is not None:
            if not self.world.bag:
                return False
            message = self._any(list(self.world.bag))
        if not self.world.attempt(instance, message):
            return False
        if instance.action.name == "call":
            self._called(*instance.arguments)
        return True

    def _deliver(self) -> bool:
        """A message in flight reaches its receiver, which does with it what it may."""
        arriving = list(self.world.bag)
        if self.cut_off is not None:
            arriving = [m for m in arriving if not self._is_cut(m.source, m.dest)]
        if not arriving:
            return False
        message = self._any(arriving)
        waited = isinstance(message.dest, Client) and message.dest.command == message.command
        fitting = [i for i in self.receivers[message.dest] if isinstance(message, i.kind)]
        for instance in fitting:
            if self.world.attempt(instance, message):
                if waited and instance.action.name == "receive":
                    self._heard(message.command, message.value)
                return True
        return False

    def _is_cut(self, source: Any, dest: Any) -> bool:
        apart = self.cut_off in (source, dest)
        return apart and source in self.servers and dest in self.servers

    def _called(self, command: Any, key: Any) -> None:
        call = self.world.read(self.world.bases[Calls])[command]
        self.events.append(invocation(call, command))

    def _heard(self, command: Any, value: Any) -> None:
        call = self.world.read(self.world.bases[Calls])[command]
        self.events.append(response(call, command, value))
        self.answered += 1


def invocation(call: Any, command: Any) -> Invocation:
    """A call, as a client begins it: a command that writes writes itself."""
    arguments = (command.name,) if call.op == Op.WRITE else ()
    return Invocation(call.client.name, call.op.value, arguments, call.key.name)


def response(call: Any, command: Any, value: Any) -> Response:
    """The answer to a call, as its client hears it: a value, or of a write that it was done.

    A write is done when what it wrote comes back. Any other answer is told: no write gives it.
    """
    told = value.name if value is not None else None
    if call.op == Op.WRITE:
        told = None if value == command else told or NOTHING
    return Response(call.client.name, told, call.key.name)


def client_history(trace: Trace) -> History:
    """What clients called and heard in a trace of Raft with clients."""
    events: list[Event] = []
    for before, step, after in zip(trace.states, trace.steps, trace.states[1:], strict=False):
        arguments = dict(step.arguments)
        if step.action == "call":
            command = arguments["command"]
            events.append(invocation(after["Calls", "of"][command], command))
        elif step.action == "receive":
            heard = arguments["m"]
            if heard.command == before[step.process, "command"]:
                events.append(
                    response(before["Calls", "of"][heard.command], heard.command, heard.value)
                )
    return History(events)


def history_told(mutant: Mutant, server: type[Server] | None = None) -> History:
    """What clients hear where a mistake (or another server in its place) plays its scene.

    Where a step of the scene is not enabled, the history ends: the operation stays pending.
    """
    if mutant.told is None:
        raise UsageError(
            f"row {mutant.row}, a mistake without clients",
            allowed="the mistakes in `STORE_MUTANTS`",
            cure="look at its trace: `played(mutant)`",
        )
    return client_history(play(mutant.model(server), mutant.told))


@dataclass(frozen=True, repr=False)
class ClientHistories(Answer):
    """What seeded walks of Raft with clients came to.

    `operations` were answered, in `histories` walks of `steps` steps in all. *violated*, with the
    `history` and the `seed` of its walk, where one is not linearizable; else *unknown*, since walks
    prove nothing.
    """

    name: str
    operations: int
    histories: int
    steps: int
    seconds: float
    verdict: Verdict = Verdict.UNKNOWN
    history: History | None = None
    judged: Answer | None = None
    seed: int | None = None
    bound: str | None = None
    partial: tuple[str, ...] = ()
    property: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The answer as plain JSON data."""
        told = {
            "specification": self.name,
            "operations": self.operations,
            "histories": self.histories,
            "steps": self.steps,
            "seconds": round(self.seconds, 3),
        }
        if self.history is not None:
            told |= {"seed": self.seed, "history": str(self.history).splitlines()}
        return told

    def __str__(self) -> str:
        many = self.histories
        histories = "1 history" if many == 1 else f"{many:,} histories"
        lines = [
            f"{self.verdict}: {counted(self.operations, 'operation')} in "
            f"{histories} of {self.name} ({counted(self.steps, 'step')})"
        ]
        if self.history is not None:
            lines += [f"not linearizable, seed {self.seed}:", str(self.history)]
        lines += [f"stopped: {self.bound}"] if self.bound else []
        return "\n".join([*lines, *(f"note: {sentence}" for sentence in self.partial)])


def sized(spec: Spec, *, history: bool = False, **constants: Any) -> Model:
    """A model of Raft with clients of a size to walk through: `SIZES`, but for what is given.

    Raises `UsageError` for another specification, as it does for a wrong constant.
    """
    if Calls not in spec.shared:
        raise UsageError(
            f"`{spec.name}`, a specification without the clients of Raft",
            place="the specification to walk through",
            allowed="raft-store, raft-store-read-index, raft-store-leases, and their variants",
            cure="use one of these",
        )
    return spec(history=history, **{**SIZES, **constants})


@dataclass(frozen=True, eq=False)
class Walked:
    """One walk: its seed, what clients saw, how many steps it had, and how it is judged."""

    seed: int
    history: History
    steps: int
    judged: Answer


@dataclass(frozen=True, eq=False)
class ClientWalks:
    """Walks through Raft with clients, by their numbers; each has a seed of its own.

    The model is one that `sized` makes; raises `UsageError` for a network that keeps the order, or
    repeats messages by itself.
    """

    walked: Model
    steps: int = 1500
    seed: int = 0
    weights: Mapping[str, float] = field(default_factory=lambda: dict(WEIGHTS))

    def __post_init__(self) -> None:
        if self.walked.channels or self.walked.keeps:
            raise UsageError(
                f"the network of `{self.walked.spec.name}` with these constants",
                allowed="duplicates=0 and reorders=1: messages are a bag (clients do ask again)",
                cure="leave these constants out",
            )

    def __call__(self, number: int) -> Iterator[Walked]:
        """A walk, judged."""
        walk = Walk(self.walked, self.seed + number, self.weights)
        history = walk.go(self.steps)
        yield Walked(self.seed + number, history, walk.steps, check(history, Register()))

    def model(self, number: int) -> None:
        """What clients saw is told in texts: there are no states."""


def client_histories(
    model: Model,
    *,
    operations: int = 1000,
    steps: int = 1500,
    seed: int = 0,
    weights: Mapping[str, float] = WEIGHTS,
    cluster: Cluster | None = None,
) -> ClientHistories:
    """Walk until so many operations were answered, or a history is not linearizable.

    With a `cluster` several walks are taken at a time; the answer is the same.
    """
    started, done, walked, taken = time.perf_counter(), 0, 0, 0
    found: dict[str, Any] = {}
    walks = ClientWalks(model, steps, seed, dict(weights))
    with _until_interrupted(found), closing(in_order(walks, MOST, cluster or 1)) as told:  # type: ignore[type-var]
        for one in told:
            if isinstance(one, Lost):
                found = {"bound": f"a process that walked ended ({one.why})"}
                break
            done += sum(isinstance(event, Response) for event in one.history)
            walked, taken = walked + 1, taken + one.steps
            if one.judged.verdict is Verdict.VIOLATED:
                found = {"verdict": Verdict.VIOLATED, "history": one.history, "seed": one.seed}
                found |= {"judged": one.judged, "property": "linearizable"}
            if found or done >= operations:
                break
    found = found or {
        "bound": f"{counted(walked, 'walk')} of at most {counted(steps, 'step')}, from seed {seed}"
    }
    seconds = time.perf_counter() - started
    return ClientHistories(model.spec.name, done, walked, taken, seconds, **found)


MOST = 10**9
"""More walks than anybody takes."""


@contextmanager
def _until_interrupted(found: dict[str, Any]) -> Iterator[None]:
    """Ctrl-C ends the walks, and what was seen so far is told."""
    try:
        yield
    except KeyboardInterrupt:
        found["bound"] = "interrupted"


__all__ = [
    "SIZES",
    "WEIGHTS",
    "ClientHistories",
    "ClientWalks",
    "client_histories",
    "client_history",
    "history_told",
    "sized",
]
