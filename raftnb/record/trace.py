"""Record what an implementation in Python does, in the format that `conforms` reads by default.

    with TraceRecorder("run.jsonl", servers=["s1", "s2", "s3"]) as trace:
        with trace.step("receive", "s2", message={"type": "RequestVote", ...}) as step:
            node.handle(message)
            step.state = {"currentTerm": node.term, "votedFor": node.vote}

Every event is one line of JSON, written at once and unbuffered, before what it tells of is done: so
nothing is lost when the program dies. The state is written after it. An event without a state, its
server's last before a `restart`, may not have been done.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic_ns
from typing import Any, TypeVar

from raftnb.data.errors import UsageError
from raftnb.data.lines import LineFile

F = TypeVar("F", bound=Callable[..., Any])
EVENTS = ("time_out", "restart", "request", "send", "receive", "state")


class RecordedStep:
    """A step while it is taken; set `state` to what is to be logged after it."""

    def __init__(self) -> None:
        self.state: Mapping[str, Any] | None = None


class TraceRecorder:
    """A trace that is being written to `path`; threads may share it.

    With `servers`, their names, the file must be new; without, another process of the machine has
    begun it, and this one joins. Raises `UsageError` for a file that is there already, or is not.
    """

    def __init__(self, path: str | Path, servers: Sequence[str] | None = None) -> None:
        self._file = LineFile(
            path,
            allowed="a new file with `servers`, one that was begun without",
            one="an event",
            many="events",
            joined=servers is None,
        )
        if servers is not None:
            self._write({"event": "start", "servers": list(servers)})

    def event(self, event: str, server: str, **fields: Any) -> None:
        """Write one event; `fields` are some of message, value and state."""
        if event not in EVENTS or not fields.keys() <= {"message", "value", "state"}:
            raise UsageError(
                f"the event {event!r} with {', '.join(fields) or 'nothing'}",
                place="a trace that is recorded",
                allowed=f"{', '.join(EVENTS)}; with some of message, value, state",
                cure="see docs/conform-format.md",
            )
        self._write({"event": event, "server": server, **fields})

    @contextmanager
    def step(self, event: str, server: str, **fields: Any) -> Iterator[RecordedStep]:
        """A `with` block around one step; the event is written before it, its state after it.

        Where the block raises, no state is written, and the exception is passed on.
        """
        self.event(event, server, **fields)
        step = RecordedStep()
        yield step
        if step.state is not None:
            self.event("state", server, state=dict(step.state))

    def records(
        self,
        event: str,
        *,
        server: Callable[..., str],
        state: Callable[..., Mapping[str, Any]] | None = None,
        message: Callable[..., Mapping[str, Any]] | None = None,
        value: Callable[..., Any] | None = None,
    ) -> Callable[[F], F]:
        """A decorator for a method that takes one step.

        `server`, `message` and `value` are called with the method's arguments, the object first,
        and `state` with the object alone, after the step.
        """

        def decorate(method: F) -> F:
            @functools.wraps(method)
            def recorded(node: Any, *arguments: Any, **named: Any) -> Any:
                asked = {"message": message, "value": value}
                fields = {k: f(node, *arguments, **named) for k, f in asked.items() if f}
                name = server(node, *arguments, **named)
                with self.step(event, name, **fields) as step:
                    result = method(node, *arguments, **named)
                    step.state = state(node) if state else None
                return result

            return recorded  # type: ignore[return-value]

        return decorate

    def close(self) -> None:
        """Close the file; no event can be recorded after."""
        self._file.close()

    def __enter__(self) -> TraceRecorder:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _write(self, fields: dict[str, Any]) -> None:
        try:
            self._file.write(fields | {"time": monotonic_ns()})
        except (TypeError, ValueError) as error:
            raise UsageError(
                f"{error}, in {fields!r:.80}",
                place="a trace that is recorded",
                allowed="texts, numbers, true, false, null, lists and objects of them",
                cure="give names and numbers",
            ) from None


__all__ = ["RecordedStep", "TraceRecorder"]
