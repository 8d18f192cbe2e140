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
import json
import os
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from time import monotonic_ns
from types import TracebackType
from typing import Any, TypeVar

from raftnb.data.errors import HistoryError, UsageError
from raftnb.data.events import UNSAID, Value, freeze, text
from raftnb.data.histories import History
from raftnb.linear.readers import read_history
from raftnb.linear.writers import plain

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
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
        try:
            self._file = os.open(self.path, flags, 0o644)
        except OSError as error:
            raise UsageError(
                error.strerror or str(error),
                place=str(path),
                allowed="a file that is not there yet, in a directory that is",
                cure="choose another name, or delete the file",
            ) from None
        self._lock, self._start = Lock(), monotonic_ns()
        self._lives: dict[Value, int] = {}
        self._waiting: set[Value] = set()
        self._open = True

    def call(
        self, process: Value, name: str, *arguments: Any, fails: Failures = (), key: Value = None
    ) -> RecordedCall:
        """A `with` or `async with` block around one call of operation `name` by `process`.

        Set `call.result` to what was answered. An exception of `fails` says that nothing happened
        (`fail`), as does `call.fail()`; with any other nobody knows (`info`). It is passed on.
        `key` names the object, where a history has several.
        """
        return RecordedCall(self, process, name, arguments, fails, key)

    def operation(self, function: F | None = None, *, fails: Failures = ()) -> Any:
        """A decorator for functions, also of asyncio, whose first argument is the process.

        The function's name is the operation's, its other arguments are the operation's, and what it
        returns is the result.
        """
        if function is None:
            return functools.partial(self.operation, fails=fails)
        made = function

        @functools.wraps(made)
        def record(process: Value, *arguments: Any) -> Any:
            with self.call(process, made.__name__, *arguments, fails=fails) as call:
                call.result = made(process, *arguments)
            return call.result

        @functools.wraps(made)
        async def record_async(process: Value, *arguments: Any) -> Any:
            async with self.call(process, made.__name__, *arguments, fails=fails) as call:
                call.result = await made(process, *arguments)
            return call.result

        return record_async if asyncio.iscoroutinefunction(made) else record

    def remark(self, name: str, words: str = "") -> None:
        """Note a fault, or what the test does: `remark("start", "kill n1")`, `remark("stop")`."""
        self._write({"process": "nemesis", "type": "info", "f": name, "value": words})

    def history(self) -> History:
        """What was recorded so far; calls that are open are pending."""
        return read_history(self.path)

    def close(self) -> None:
        """Close the file; no call can be recorded after."""
        with self._lock:
            if self._open:
                os.close(self._file)
            self._open = False

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def begin(self, process: Value, fields: dict[str, Any]) -> Value:
        """Write that a call begins; gives the name under which the process calls now."""
        with self._lock:
            life = self._lives.get(process, 1)
            name = process if life == 1 else f"{text(process)}/{life}"
            if process in self._waiting:
                raise UsageError(
                    f"process {text(process)} calls while it is waiting",
                    allowed="one call at a time for each process",
                    cure="give each thread or task a process of its own",
                )
            self._append({"process": plain(name), "type": "invoke"} | fields)
            self._waiting.add(process)
        return name

    def end(self, process: Value, fields: dict[str, Any]) -> None:
        """Write how a call ended; after `info` the process has a new name."""
        with self._lock:
            self._append(fields)
            self._waiting.discard(process)
            if fields["type"] == "info":
                self._lives[process] = self._lives.get(process, 1) + 1

    def _write(self, fields: dict[str, Any]) -> None:
        with self._lock:
            self._append(fields)

    def _append(self, fields: dict[str, Any]) -> None:
        if not self._open:
            raise UsageError(
                "a call after the recorder was closed",
                allowed="calls within its `with` block",
                cure="close it when all threads have ended",
            )
        line = json.dumps(fields | {"time": monotonic_ns() - self._start}) + "\n"
        os.write(self._file, line.encode())


class RecordedCall:
    """One call, while it runs; `result` is what was answered, if the block says so."""

    def __init__(
        self,
        recorder: Recorder,
        process: Value,
        name: str,
        arguments: tuple[Any, ...],
        fails: Failures,
        key: Value,
    ) -> None:
        self.result: Any = UNSAID
        self._recorder, self._process, self._fails = recorder, process, fails
        self._failed = False
        self._fields: dict[str, Any] = {"f": name} | ({} if key is None else {"key": plain(key)})
        self._asked = {"arguments": plain(freeze(arguments))} if arguments else {}

    def fail(self) -> None:
        """The store said that the operation did not take place."""
        self._failed = True

    def __enter__(self) -> RecordedCall:
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
            return {"result": plain(freeze(self.result))}
        except (HistoryError, TypeError) as error:
            self._recorder.end(self._process, fields | {"type": "info", "error": "not recordable"})
            raise UsageError(
                f"the result {self.result!r:.60}",
                allowed="numbers, texts, true, false, null, and lists of them",
                cure="set call.result to what of it matters",
            ) from error
