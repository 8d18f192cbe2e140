"""A small reader of EDN, Clojure's data notation, that knows on which line each form stands.

Keywords and symbols become strings (`:invoke` is "invoke"), vectors, lists and sets become tuples,
maps become dictionaries, and a tag such as `#jepsen.history.Op` is dropped. A list at the top
keeps the lines of its elements. Limits: the characters, numbers and texts of a Jepsen history;
no namespaced maps, no `#_` and no symbolic values such as ##NaN.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

_TOKEN = re.compile(
    r"""(?P<space>[\s,]+|;[^\n]*)
    |(?P<open>\#\{|[\[({])
    |(?P<close>[\])}])
    |(?P<text>"(?:[^"\\]|\\.)*")
    |(?P<tag>\#[a-zA-Z][\w./-]*)
    |(?P<atom>[^\s,\[\](){}"\#;][^\s,\[\](){}";]*)""",
    re.VERBOSE,
)
_CLOSING = {"[": "]", "(": ")", "{": "}", "#{": "}"}
_WORDS: dict[str, Any] = {"nil": None, "true": True, "false": False}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}


class EdnError(ValueError):
    """A text that is no EDN: what was found, and on which line."""

    def __init__(self, found: str, line: int) -> None:
        self.found, self.line = found, line
        super().__init__(f"line {line}: {found}")


class _Token(NamedTuple):
    kind: str
    source: str
    line: int


class _Level(NamedTuple):
    opening: str
    line: int
    items: list[tuple[int, Any]]


def read_forms(source: str) -> Iterator[tuple[int, Any]]:
    """The forms of `source`, each with its line number; a top-level vector as (line, form) pairs.

    Raises `EdnError` for brackets that do not match and for text that is no EDN.
    """
    levels: list[_Level] = []
    for kind, piece, line in _tokens(source):
        if kind == "open":
            levels.append(_Level(piece, line, []))
            continue
        if kind == "close":
            line, form = _closed(levels, piece, line)
        else:
            form = _atom(kind, piece, line)
        if levels:
            levels[-1].items.append((line, form))
        else:
            yield line, form
    if levels:
        raise EdnError(
            f"{levels[-1].opening!r} without its {_CLOSING[levels[-1].opening]!r}", levels[-1].line
        )


def _tokens(source: str) -> Iterator[_Token]:
    at, line = 0, 1
    while at < len(source):
        match = _TOKEN.match(source, at)
        if match is None:
            raise EdnError(repr(source[at : at + 20]), line)
        kind = str(match.lastgroup)
        if kind not in ("space", "tag"):
            yield _Token(kind, match.group(), line)
        line += match.group().count("\n")
        at = match.end()


def _closed(levels: list[_Level], piece: str, line: int) -> tuple[int, Any]:
    if not levels or _CLOSING[levels[-1].opening] != piece:
        expected = f", expected {_CLOSING[levels[-1].opening]!r}" if levels else ""
        raise EdnError(f"{piece!r}{expected}", line)
    opening, start, items = levels.pop()
    if opening == "{":
        return start, _dictionary([form for _, form in items], start)
    if not levels and opening != "#{":
        return start, items
    return start, tuple(form for _, form in items)


def _dictionary(forms: list[Any], line: int) -> dict[Any, Any]:
    if len(forms) % 2:
        raise EdnError("a map with a key that has no value", line)
    if any(isinstance(key, dict) for key in forms[::2]):
        raise EdnError("a map as the key of a map", line)
    return dict(zip(forms[::2], forms[1::2], strict=True))


def _atom(kind: str, piece: str, line: int) -> Any:
    if kind == "text":
        return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), piece[1:-1])
    if piece in _WORDS:
        return _WORDS[piece]
    if re.fullmatch(r"[+-]?\d+N?", piece):
        return int(piece.rstrip("N"))
    if re.fullmatch(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?M?", piece):
        return float(piece.rstrip("M"))
    if piece[0] in ":\\" and len(piece) == 1:
        raise EdnError(repr(piece), line)
    return piece.removeprefix(":").removeprefix("\\")
