"""What a mapping is: how the events of a log are read as steps of a specification."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from raftnb.conform.lines import Lines, at_line
from raftnb.conform.misfit import EventError
from raftnb.conform.now import Now, Play
from raftnb.data.names import listed, nearest
from raftnb.data.trace import State
from raftnb.language.spec import Model, Spec

Event = Mapping[str, Any]
"""One line of a log: a JSON object."""
MOST_SERVERS = 100
"""The largest cluster: what a state holds grows with the square of its servers."""


def kinds_of(
    texts: str = "", numbers: str = "", objects: str = "", lists: str = "", flags: str = ""
) -> dict[str, tuple[type, ...]]:
    """A table of what fields hold, from their names."""
    told = ((texts, str), (numbers, int), (objects, dict), (lists, list), (flags, bool))
    return {name: (kind,) for names, kind in told for name in names.split()}


class EventMapping(ABC):
    """How the events of one kind of log are read as steps of a specification.

    For each event it gives the alternatives, functions without parameters that take steps on `now`
    and compare what comes of them with what is logged. Where there is one alternative, the search
    goes on without looking back. What has to be remembered of earlier events is noted on `now`.
    `words` says how the log calls members that have another name in the model, `kinds_of_values`
    what a field holds, for an error where something else is logged.
    """

    words: Mapping[str, str] = {}
    kinds_of_values: Mapping[str, tuple[type, ...]] = {}

    def begin(self, events: Iterable[Event], history: bool = False) -> tuple[Model, State]:
        """The model of a log, and the state in which it begins; an error has its line.

        With `history` the model keeps its history variables, for the claims that read them.
        """
        lines = Lines(events)
        try:
            model = _model_of(self, self.model(lines))
            if history and not model.history:
                model = model.spec(**model.constants, history=True)
            return model, _state_of(self, self.start(model))
        except Exception as error:
            raise at_line(error, lines.at, lines.event if lines.at else None, self) from None

    @abstractmethod
    def model(self, events: Iterable[Event]) -> Model:
        """The model that the events are of: which specification, and how many servers."""

    @abstractmethod
    def start(self, model: Model) -> State:
        """The state in which the log begins."""

    @abstractmethod
    def __call__(self, event: Event, now: Now) -> Sequence[Play]:
        """The alternatives of an event; raises `EventError` for one that cannot be read.

        An event without alternatives fits nowhere; one that stands for no step has `lambda: None`.
        """


def _model_of(mapping: EventMapping, given: Any) -> Model:
    """What `model` of a mapping has returned, if it is a model."""
    if isinstance(given, Model):
        return given
    raise EventError(
        f"`model` of `{type(mapping).__name__}`, which returns {_kind_of(given)}",
        allowed="a model: a Spec with its constants",
        cure="call it: `return SPEC(servers=3)`"
        if isinstance(given, Spec)
        else "write `return SPEC(servers=3)`",
    )


def _kind_of(given: Any) -> str:
    return "None" if given is None else f"a {type(given).__name__}"


def _state_of(mapping: EventMapping, given: Any) -> State:
    """What `start` of a mapping has returned, if it is a state."""
    if isinstance(given, State):
        return given
    raise EventError(
        f"`start` of `{type(mapping).__name__}`, which returns {_kind_of(given)}",
        allowed="a state of the model",
        cure="write `return model.initial_states[0]`",
    )


def begun(model: Model, **known: Any) -> State:
    """The initial state, but for variables that have these values at every server."""
    (first,) = model.initial_states
    servers = model.names["Server"]
    return first.seen_as(model.layout, {(s, n): v for s in servers for n, v in known.items()})


def cluster(number: Any, what: str) -> int:
    """How many servers there are; raises `EventError` for what is no size of a cluster."""
    if type(number) is int and 1 <= number <= MOST_SERVERS:
        return number
    raise EventError(
        f"{what} {brief(number)}",
        allowed=f"a number of servers, 1 to {MOST_SERVERS}",
        cure="is it the number of the servers in the cluster?",
    )


def no_start(number: int, example: str) -> EventError:
    """The error for a log whose event `start` is not its first, and its first only."""
    late = "the event `start`, which is not the first of the log"
    return EventError(
        late if number else "a log that does not begin with the event `start`",
        allowed=f"{example} as the first event, and once",
        cure="leave it out, or hold each run's log by itself" if number else "write it first",
    )


def brief(value: Any) -> str:
    """A value from a log as JSON, cut short where it is long."""
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "..."


def first_value(model: Model) -> Any:
    """The first of the values that entries may have."""
    with model.start() as world:
        return world.members(model.spec.domains[0])[0]


def field(event: Any, name: str, within: str = "an event") -> Any:
    """A field of an event, or of an object in one; raises `EventError` if it is not there."""
    try:
        return event[name]
    except (KeyError, TypeError, IndexError):
        if not isinstance(event, Mapping):
            raise EventError(
                f"{brief(event)} as {within}",
                allowed="a JSON object",
                cure=f'write it as an object: {{"{name}": ...}}',
            ) from None
    raise EventError(
        f"{within} without `{name}`",
        allowed=f"with `{name}`; here is {listed(list(event))}" if event else f"with `{name}`",
        cure=nearest(name, list(event)) or "log it, or use another format",
    )


def one_of(table: Mapping[Any, Any], key: Any, what: str) -> Any:
    """What a table of known names has for a name; raises `EventError` for an unknown one."""
    try:
        return table[key]
    except (KeyError, TypeError):
        names = [str(name) for name in table]
        raise EventError(
            f"{what} {brief(key)}",
            allowed=", ".join(names),
            cure=nearest(str(key), names) or "use the format of the log's library",
        ) from None
