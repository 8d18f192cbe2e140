"""Scenes with what a library answered in them, to be played where the library is not installed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

from raftnb.data.calls import told_plainly
from raftnb.data.errors import UsageError
from raftnb.data.names import nearest
from raftnb.drive.adapter import Adapter, Sent
from raftnb.drive.driving import replay
from raftnb.drive.result import Driven
from raftnb.drive.scene import RECEIVE
from raftnb.drive.written import where_is
from raftnb.language.spec import Model

FOLDER = Path(str(files("raftnb") / "drive" / "scenes"))
WAYS = ("joined", "hidden", "undriven", "unsent", "dropped")


@dataclass(frozen=True)
class RecordedScene:
    """A scene in which a library does otherwise than Figure 2, and what it answered.

    `title` says what it does, `line` which line of Figure 2 is broken. `inputs` are rows as
    `replay` takes them, `model` is what it is held against, and `adapter` gives the answers again.
    """

    name: str
    library: str
    title: str
    line: str
    model: Model
    inputs: tuple[tuple[Any, ...], ...]
    adapter: Playback

    def play(self) -> Driven:
        """What `replay` says of it."""
        return replay(self.model, self.adapter, self.inputs)


class Playback(Adapter):
    """Answers as they were recorded; raises `UsageError` for an input that was not."""

    def __init__(self, name: str, record: Mapping[str, Any]) -> None:
        self.name, self.record = name, record
        self.inputs = [tuple(row) for row in record["inputs"]]
        for way in WAYS:
            setattr(self, way, tuple(record[way]))

    def start(self, processes: tuple[str, ...]) -> None:
        """Nothing has been answered yet."""
        self.at = 0
        self.states = dict(self.record["start"])

    def state(self, process: str) -> Mapping[str, Any]:
        """The state of a process after the last input that it was given."""
        found: Mapping[str, Any] = self.states[process]
        return found

    def receive(self, process: str, sent: Sent) -> Sequence[Sent]:
        """What was answered to a message."""
        return self._next(process, RECEIVE)

    def __getattr__(self, name: str) -> Callable[..., Sequence[Sent]]:
        """An action of the specification."""
        if name.startswith("_") or name not in {row[1] for row in self.inputs}:
            raise AttributeError(name)
        return lambda process, *arguments: self._next(process, name, *arguments)

    def _next(self, process: str, action: str, *arguments: Any) -> Sequence[Sent]:
        row = self.inputs[self.at] if self.at < len(self.inputs) else ()
        if row[:2] != (process, action) or (action != RECEIVE and row[2:] != arguments):
            raise UsageError(
                f"input {self.at + 1}: {process} {action}, which was not recorded",
                place=repr(self),
                allowed=" ".join(map(str, row)) or "no further input",
                cure="play the scene as it was recorded",
            )
        answer = self.record["answers"][self.at]
        self.at += 1
        self.states[process] = answer["state"]
        return [Sent(*one) for one in answer["sent"]]

    def __repr__(self) -> str:
        return f"{self.record['adapter']}, as recorded"


class Listener(Adapter):
    """Another adapter, whose answers are written down."""

    def __init__(self, adapter: Adapter) -> None:
        self.adapter, self.answers, self.first = adapter, list[Any](), dict[str, Any]()
        for way in WAYS:
            setattr(self, way, getattr(adapter, way))

    def start(self, processes: tuple[str, ...]) -> None:
        """Begin anew."""
        self.adapter.start(processes)
        self.answers = []
        self.first = {name: self.adapter.state(name) for name in processes}

    def state(self, process: str) -> Mapping[str, Any]:
        """The state, as it is."""
        return self.adapter.state(process)

    def receive(self, process: str, sent: Sent) -> Sequence[Sent]:
        """A message arrives."""
        return self._noted(self.adapter.receive, process, sent)

    def __getattr__(self, name: str) -> Callable[..., Sequence[Sent]]:
        """An action of the specification."""
        if name == "adapter" or name.startswith("_"):
            raise AttributeError(name)
        method = getattr(self.adapter, name)
        return lambda *arguments: self._noted(method, *arguments)

    def _noted(self, method: Any, process: str, *rest: Any) -> Sequence[Sent]:
        found: Sequence[Sent] = method(process, *rest)
        sent = [(one.kind, one.source, one.dest, dict(one.fields)) for one in found]
        self.answers.append({"state": self.adapter.state(process), "sent": sent})
        return found

    def stop(self) -> None:
        """The cluster is not needed any more."""
        self.adapter.stop()


def record_of(model: Model, adapter: Adapter, inputs: Sequence[Any], **told: str) -> dict[str, Any]:
    """A scene, played with the library, as JSON data; `told` is library, title and line."""
    listener = Listener(adapter)
    answer = replay(model, listener, inputs)
    record = {
        **told,
        "adapter": repr(adapter),
        "specification": ":".join(where_is(model.spec)),
        "constants": model.constants,
        "inputs": [list(row) for row in inputs],
        "verdict": str(answer.verdict),
        **{way: list(getattr(adapter, way)) for way in WAYS},
        "start": listener.first,
        "answers": listener.answers,
    }
    return json.loads(json.dumps(record))  # type: ignore[no-any-return]


@cache
def recorded_scenes() -> dict[str, RecordedScene]:
    """The scenes that come with the package, by name."""
    found = {}
    for path in sorted(FOLDER.glob("*.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        module, _, spec = record["specification"].partition(":")
        model = getattr(import_module(module), spec)(**record["constants"])
        found[path.stem] = RecordedScene(
            path.stem,
            record["library"],
            record["title"],
            record["line"],
            model,
            tuple(tuple(row) for row in record["inputs"]),
            Playback(path.stem, record),
        )
    return found


@told_plainly
def recorded_scene(name: str) -> RecordedScene:
    """One of the scenes that come with the package; raises `UsageError` for an unknown name."""
    known = recorded_scenes()
    if name not in known:
        raise UsageError(
            f"no recorded scene {name!r}",
            allowed=", ".join(known),
            cure=nearest(name, list(known)) or "choose one of them",
        )
    return known[name]


__all__ = ["RecordedScene", "record_of", "recorded_scene", "recorded_scenes"]
