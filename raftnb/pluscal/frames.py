"""Counterexamples of other tools, as they write them: the states, and where they begin again.

TLC writes text, and with `-dumpTrace json` JSON; Apalache and Quint write the Informal Trace Format
(ITF), https://apalache-mc.org/docs/adr/015adr-trace.html. What is read here are values without
types: numbers, truth values, texts, and the classes below.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from raftnb.data.errors import UsageError


@dataclass(frozen=True)
class Pairs:
    """A function: its arguments and values."""

    items: tuple[tuple[Any, Any], ...]


@dataclass(frozen=True)
class Several:
    """A sequence, or a set: which of them it is, TLC's JSON does not say."""

    items: tuple[Any, ...]


@dataclass(frozen=True)
class Frames:
    """The states of a behavior, variables by name; `loop` is where it begins again."""

    states: tuple[dict[str, Any], ...]
    loop: int | None = None


def frames(text: str) -> Frames:
    """The states that a text has, in any of three forms; raises `UsageError` for another."""
    stripped = text.lstrip()
    if not stripped.startswith("{"):
        return _of_text(text)
    try:
        data = json.loads(stripped)
    except (json.JSONDecodeError, RecursionError) as error:
        raise _unreadable(f"JSON that cannot be read: {error}") from None
    if "states" in data and "vars" in data:
        return _of_itf(data)
    if "action" in data or "state" in data:
        return _of_tlc(data)
    raise _unreadable(f"JSON with {', '.join(sorted(data)) or 'nothing in it'}")


def _unreadable(found: str) -> UsageError:
    return UsageError(
        found,
        place="the counterexample",
        allowed="TLC's output, TLC's -dumpTrace json, or ITF (Apalache, Quint)",
        cure="give the whole file as the tool wrote it",
    )


# TLC's JSON.


def _of_tlc(data: dict[str, Any]) -> Frames:
    found: dict[int, dict[str, Any]] = {}
    loop = None
    try:
        for number, state in data.get("state", ()):
            found[number] = state
        for before, _, after in data.get("action", ()):
            for number, state in (before, after):
                found.setdefault(number, state)
            if after[0] <= before[0]:
                loop = after[0] - 1
        states = tuple(
            {name: _plain(value) for name, value in found[number].items()}
            for number in sorted(found)
        )
    except (TypeError, ValueError, AttributeError):
        raise _unreadable("JSON that is no trace of TLC's") from None
    return _looped(states, loop)


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return Several(tuple(map(_plain, value)))
    if isinstance(value, dict):
        return Pairs(tuple((key, _plain(one)) for key, one in value.items()))
    return value


def _looped(states: tuple[dict[str, Any], ...], loop: int | None) -> Frames:
    """A behavior that goes back to a state ends with that state."""
    if not states:
        raise _unreadable("a trace without a state")
    if loop is None:
        return Frames(states)
    return Frames((*states, states[loop]), loop)


# The Informal Trace Format.


def _of_itf(data: dict[str, Any]) -> Frames:
    try:
        states = tuple(
            {name: _of_itf_value(value) for name, value in state.items() if name != "#meta"}
            for state in data["states"]
        )
    except (TypeError, ValueError, AttributeError, KeyError):
        raise _unreadable("ITF that is no trace") from None
    return _looped(states, data.get("loop"))


def _of_itf_value(value: Any) -> Any:
    if isinstance(value, list):
        return Several(tuple(map(_of_itf_value, value)))
    if not isinstance(value, dict):
        return value
    if "#bigint" in value:
        return int(value["#bigint"])
    for kind in ("#tup", "#set"):
        if kind in value:
            return Several(tuple(map(_of_itf_value, value[kind])))
    if "#map" in value:
        return Pairs(tuple((_of_itf_value(k), _of_itf_value(v)) for k, v in value["#map"]))
    if "#unserializable" in value:
        raise _unreadable(f"the value {value['#unserializable']}, which ITF could not write")
    return Pairs(tuple((key, _of_itf_value(one)) for key, one in value.items()))


# TLC's text.


def _of_text(text: str) -> Frames:
    parts = re.split(r"^(?:\d+: )?State (\d+): ?.*$|^\d+: <.*$", text, flags=re.MULTILINE)
    if len(parts) < 3:
        if "No error has been found" in text:
            raise _unreadable("what TLC writes where it finds no error: there is no trace in it")
        raise _unreadable("a text without a line `State 1: ...`")
    stays = re.search(r"^State (\d+): Stuttering", text, re.MULTILINE)
    last = int(stays[1]) - 1 if stays else None
    states = tuple(_state(part) for part in parts[2::2][:last])
    if last is not None:
        return _looped(states, last - 1)
    back = re.search(r"Back to state:? (\d+)", text)
    if back is None and (again := re.search(r"^(\d+): Back to state", text, re.MULTILINE)):
        back = again
    return _looped(states, int(back[1]) - 1 if back else None)


def _state(text: str) -> dict[str, Any]:
    lines = text.lstrip("\n").split("\n\n")[0]
    found = {}
    for part in re.split(r"^/\\ ", lines, flags=re.MULTILINE):
        name, equals, value = part.partition(" = ")
        if equals and re.fullmatch(r"\w+", name.strip()):
            found[name.strip()] = value_of(value)
    return found


TOKENS = re.compile(r'\s*(<<|>>|\|->|:>|@@|[\[\](){},]|-?\d+|"(?:[^"\\]|\\.)*"|\w+)', re.DOTALL)


def value_of(text: str) -> Any:
    """A value as TLC writes it."""
    tokens = TOKENS.findall(text)
    if "".join(tokens) != "".join(re.findall(r'"(?:[^"\\]|\\.)*"|\S', text)):
        raise _unreadable(f"the value `{text.strip()[:60]}`")
    reader = _Values(tokens)
    try:
        found = reader.value()
    except (IndexError, RecursionError):
        raise _unreadable(f"the value `{text.strip()[:60]}`") from None
    if reader.at < len(tokens):
        raise _unreadable(f"the value `{text.strip()[:60]}`")
    return found


class _Values:
    """Reads values from tokens."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens, self.at = tokens, 0

    def value(self) -> Any:
        token = self._next()
        if token in ("<<", "{"):
            return Several(tuple(self._list({"<<": ">>", "{": "}"}[token], self.value)))
        if token == "[":
            return Pairs(tuple(self._list("]", lambda: self._pair("|->", self._next))))
        if token == "(":
            return Pairs(tuple(self._list(")", lambda: self._pair(":>", self.value), "@@")))
        if token in ("TRUE", "FALSE"):
            return token == "TRUE"
        if token.startswith('"'):
            return token[1:-1]
        return int(token) if token.lstrip("-").isdigit() else token

    def _next(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1]

    def _pair(self, sign: str, key: Callable[[], Any]) -> tuple[Any, Any]:
        first = key()
        if self._next() != sign:
            raise IndexError
        return first, self.value()

    def _list(self, end: str, item: Callable[[], Any], separator: str = ",") -> list[Any]:
        found: list[Any] = []
        while self.tokens[self.at] != end:
            if found and self._next() != separator:
                raise IndexError
            found.append(item())
        self.at += 1
        return found
