"""Record what the clients of a real store call and are answered, while it runs.

    with Recorder("run.jsonl") as history:
        with history.call("A", "write", "x", 1):
            store.write("x", 1)
        with history.call("A", "read", "x") as call:
            call.result = store.read("x")

Every event is one line of JSON, written at once and unbuffered, so that nothing is lost when the
program dies. `read_history` reads the file, even if its last line was cut short.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from inspect import signature
from itertools import chain, count
from pathlib import Path
from reprlib import repr as shortened
from threading import Lock
from time import monotonic_ns
from types import TracebackType
from typing import Any, TypeVar

from raftnb.data.errors import HistoryError, UsageError
from raftnb.data.events import UNSAID, Value, exact, freeze, text
from raftnb.data.histories import History
from raftnb.data.lines import LineFile
from raftnb.linear.readers import read_history
from raftnb.linear.writers import plain

NEMESIS = "nemesis"
"""Who makes the faults; what it did are remarks."""
F = TypeVar("F", bound=Callable[..., Any])
Failures = tuple[type[BaseException], ...]


class Recorder:
    """A history that is being written to `path`, a new file that ends in .jsonl.

    Threads and tasks may share it; the order of the lines is that of the events. A process whose
    call ended in nobody knows what (`info`) never calls again: its later calls are recorded under a
    new name, such as `A/2`. Raises `UsageError` for a file that is there already, and for a process
    that calls while it is waiting.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        if self.path.suffix != ".jsonl":
            raise UsageError(
                f"the name {self.path.name}", allowed="a file that ends in .jsonl", cure="rename it"
            )
        allowed = "a file that is not there yet, in a directory that is"
        self._file = LineFile(path, allowed=allowed, one="a call", many="calls")
        self._lock, self._start = Lock(), monotonic_ns()
        self._names: dict[Value, Value] = {}
        self._taken: set[Value] = set()
        self._waiting: set[Value] = set()

    def call(
        self, process: Value, name: str, *arguments: Any, fails: Failures = (), key: Value = None
    ) -> RecordedCall:
        """A `with` or `async with` block around one call of operation `name` by `process`.

        Set `call.result` to what was answered. An exception of `fails` says that nothing happened
        (`fail`), as does `call.fail()`; with any other nobody knows (`info`). It is passed on.
        `key` names the object, where a history has several. Raises `UsageError` for what could not
        be read back: only numbers, texts, true, false, null, and lists of them can.
        """
        if not isinstance(name, str) or process == NEMESIS:
            raise UsageError(
                f"operation {_shown(name)} of process {_shown(process)}",
                allowed=f"an operation named by a text, of any process but {NEMESIS}",
                cure=f"faults are noted by remark(), as {NEMESIS}; give this process another name",
            )
        fields: dict[str, Any] = {"f": name}
        if key is not None:
            fields["key"] = _as_json("key", key)
        asked = {"arguments": _as_json("arguments", arguments)} if arguments else {}
        who: Value = freeze(_as_json("process", process))
        return RecordedCall(self, who, fields, asked, fails)

    def operation(self, function: F | None = None, *, fails: Failures = ()) -> Any:
        """A decorator for functions, also of asyncio, whose first argument is the process.

        The function's name is the operation's, its other arguments are the operation's, in the
        order of its parameters, and what it returns is the result.
        """
        if function is None:
            return functools.partial(self.operation, fails=fails)
        made, parameters = function, signature(function)

        def call_of(*given: Any, **named: Any) -> RecordedCall:
            bound = parameters.bind(*given, **named)
            process, *arguments = (*bound.args, *bound.kwargs.values())
            return self.call(process, made.__name__, *arguments, fails=fails)

        @functools.wraps(made)
        def record(*given: Any, **named: Any) -> Any:
            with call_of(*given, **named) as call:
                call.result = made(*given, **named)
            return call.result

        @functools.wraps(made)
        async def record_async(*given: Any, **named: Any) -> Any:
            async with call_of(*given, **named) as call:
                call.result = await made(*given, **named)
            return call.result

        return record_async if asyncio.iscoroutinefunction(made) else record

    def remark(self, name: str, words: str = "") -> None:
        """Note a fault, or what the test does: `remark("start", "kill n1")`, `remark("stop")`."""
        fields = {"process": NEMESIS, "type": "info", "f": str(name), "value": str(words)}
        with self._lock:
            self._append(fields)

    def history(self) -> History:
        """What was recorded so far; calls that are open are pending."""
        return read_history(self.path)

    def close(self) -> None:
        """Close the file; no call can be recorded after."""
        with self._lock:
            self._file.close()

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def begin(self, process: Value, fields: dict[str, Any]) -> Value:
        """Write that a call begins; gives the name under which the process calls now."""
        with self._lock:
            if exact(process) in self._waiting:
                raise UsageError(
                    f"process {text(process)} calls while it is waiting",
                    allowed="one call at a time for each process",
                    cure="give each thread or task a process of its own",
                )
            self._waiting.add(exact(process))
            name = self._name_of(process)
            self._append({"process": plain(name), "type": "invoke"} | fields)
        return name

    def end(self, process: Value, fields: dict[str, Any]) -> None:
        """Write how a call ended; after `info` the process has a new name."""
        with self._lock:
            self._append(fields)
            self._waiting.discard(exact(process))
            if fields["type"] == "info":
                del self._names[exact(process)]

    def _name_of(self, process: Value) -> Value:
        """Under which name a process calls: its own, unless that has crashed or is another's."""
        if exact(process) not in self._names:
            word = process if isinstance(process, str) else text(process)
            names = chain((process,), (f"{word}/{n}" for n in count(2)))
            name = next(name for name in names if exact(name) not in self._taken)
            self._names[exact(process)] = name
            self._taken.add(exact(name))
        return self._names[exact(process)]

    def _append(self, fields: dict[str, Any]) -> None:
        self._file.write(fields | {"time": monotonic_ns() - self._start})


class RecordedCall:
    """One call, while it runs; `result` is what was answered, if the block says so."""

    def __init__(
        self,
        recorder: Recorder,
        process: Value,
        fields: dict[str, Any],
        asked: dict[str, Any],
        fails: Failures,
    ) -> None:
        self.result: Any = UNSAID
        self._recorder, self._process, self._fails = recorder, process, fails
        self._fields, self._asked = fields, asked
        self._failed = False

    def fail(self) -> None:
        """The store said that the operation did not take place."""
        self._failed = True

    def __enter__(self) -> RecordedCall:
        self.result, self._failed = UNSAID, False
        self._name = self._recorder.begin(self._process, self._fields | self._asked)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        fields = {"process": plain(self._name), "type": ""} | self._fields
        if error is not None:
            failed = self._failed or isinstance(error, self._fails)
            words = {"error": f"{type(error).__name__}: {error}"[:500]}
            return self._recorder.end(self._process, fields | self._type(failed, "info") | words)
        answer = {} if self.result is UNSAID or self._failed else self._answer(fields)
        return self._recorder.end(self._process, fields | self._type(self._failed, "ok") | answer)

    async def __aenter__(self) -> RecordedCall:
        return self.__enter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.__exit__(kind, error, trace)

    def _type(self, failed: bool, otherwise: str) -> dict[str, Any]:
        return {"type": "fail" if failed else otherwise}

    def _answer(self, fields: dict[str, Any]) -> dict[str, Any]:
        """The answer as JSON; one that has no form in JSON ends the call as nobody knows how."""
        try:
            return {"result": _as_json("result", self.result)}
        except UsageError:
            self._recorder.end(self._process, fields | {"type": "info", "error": "not recordable"})
            raise


def _as_json(what: str, value: Any) -> Any:
    """A value as JSON data; raises `UsageError` for one that could not be read back."""
    try:
        return plain(freeze(value))
    except (HistoryError, TypeError, ValueError, RecursionError):
        raise UsageError(
            f"the {what} {_shown(value)}",
            allowed="numbers, texts, true, false, null, and lists of them",
            cure=f"record of the {what} what matters, as one of these",
        ) from None


def _shown(value: Any) -> str:
    try:
        return shortened(value)
    except ValueError:  # Python writes no number with so many digits
        return f"of class {type(value).__name__}"
