"""A small reader of EDN, Clojure's data notation, that knows on which line each form stands.

Keywords and symbols become strings (`:invoke` is "invoke"), vectors and lists tuples, sets
frozensets, maps dictionaries. A tag is dropped, but for the pairs of Jepsen's independent keys
(`Keyed`). `#_` and metadata are skipped. What has no equal in Python (`##NaN`, a regular
expression) is read as `Odd`, so that it only matters where somebody needs it. A list at the top is
read element by element. Limit: 100 forms in one another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

DEEPEST = 100
_TOKEN = re.compile(
    r"""(?P<space>[\s,]+|;[^\n]*|\#![^\n]*)
    |(?P<skip>\#_)
    |(?P<meta>\#?\^)
    |(?P<open>\#\{|\#\(|\#::?[\w.*+!?<>=-]*\s*\{|[\[({])
    |(?P<close>[\])}])
    |(?P<text>"(?:[^"\\]|\\.)*")
    |(?P<pattern>\#"(?:[^"\\]|\\.)*")
    |(?P<char>\\(?:[a-zA-Z0-9]+|.))
    |(?P<odd>\#\#[A-Za-z]+)
    |(?P<tag>\#[a-zA-Z][\w./*+!?<>=$-]*)
    |(?P<quote>['`@~]@?)
    |(?P<atom>[^\s,\[\](){}"\#;\\'`@~^][^\s,\[\](){}";]*)""",
    re.VERBOSE | re.DOTALL,
)
_CLOSING = {"[": "]", "(": ")", "{": "}"}
_WORDS: dict[str, Any] = {"nil": None, "true": True, "false": False}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", '"': '"', "\\": "\\"}
_CHARACTERS = {
    "newline": "\n", "space": " ", "tab": "\t", "return": "\r", "backspace": "\b", "formfeed": "\f",
}  # fmt: skip
_INTEGER = re.compile(
    r"([+-]?)(?:0[xX]([0-9a-fA-F]+)|(\d{1,2})[rR]([0-9a-zA-Z]+)|0([0-7]+)|(\d+))N?"
)
_FLOAT = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?M?")
_RATIO = re.compile(r"[+-]?\d+/\d+")


class EdnError(ValueError):
    """A text that is no EDN: what was found, and on which line."""

    def __init__(self, found: str, line: int) -> None:
        self.found, self.line = found, line
        super().__init__(f"line {line}: {found}")


@dataclass(frozen=True, slots=True)
class Odd:
    """A form that has no equal in Python, as it was written."""

    source: str


class Keyed(NamedTuple):
    """A value that the test itself marked as a pair of an independent key and a value."""

    key: Any
    value: Any


class _Token(NamedTuple):
    kind: str
    source: str
    line: int


class _Level:
    """An open bracket: what stands in it so far, and what is to be done with the next form."""

    def __init__(self, opening: str, line: int, tag: str) -> None:
        self.opening, self.line, self.tag = opening, line, tag
        self.items: list[Any] = []
        self.skip: list[int] = []
        self.next_tag = ""

    def add(self, form: Any) -> None:
        """Take a form, unless `#_` or `^` says that it does not count."""
        if self.skip:
            self.skip[-1] -= 1
            if self.skip[-1] == 0:
                self.skip.pop()
        else:
            self.items.append(form)


def read_forms(source: str) -> Iterator[tuple[int, Any]]:
    """The forms of `source` with their lines; a vector or list at the top gives its elements.

    Raises `EdnError` for brackets that do not match and for text that is no EDN.
    """
    top = _Level("", 1, "")
    levels = [top]
    unwrapped = False
    for kind, piece, line in _tokens(source):
        here = levels[-1]
        if kind in ("skip", "meta"):
            here.skip.append(1)
        elif kind == "tag":
            here.next_tag = piece[1:]
        elif kind == "open" and piece in "[(" and len(levels) == 1 and not here.next_tag:
            unwrapped = True
            levels.append(_Level(piece, line, "top"))
        elif kind == "open":
            _check_depth(levels, line)
            levels.append(_Level(piece, line, here.next_tag))
            here.next_tag = ""
        elif kind == "close":
            start, form = _closed(levels, piece, line)
            if form is not _TOP:
                yield from _given(levels, unwrapped, start, form)
        else:
            here.next_tag = ""
            yield from _given(levels, unwrapped, line, _atom(kind, piece))
    if len(levels) > 1:
        last = levels[-1]
        raise EdnError(f"{last.opening!r} without its {_closing(last.opening)!r}", last.line)


_TOP = object()


def _given(
    levels: list[_Level], unwrapped: bool, line: int, form: Any
) -> Iterator[tuple[int, Any]]:
    """Put a finished form where it belongs; one at the top, or in the top's list, comes out."""
    here = levels[-1]
    here.add(form)
    outside = len(levels) == 1 or (unwrapped and len(levels) == 2 and here.tag == "top")
    if outside and here.items:
        here.items.clear()
        yield line, form


def _check_depth(levels: list[_Level], line: int) -> None:
    if len(levels) > DEEPEST:
        raise EdnError(f"more than {DEEPEST} forms in one another", line)


def _tokens(source: str) -> Iterator[_Token]:
    at, line = 0, 1
    while at < len(source):
        match = _TOKEN.match(source, at)
        if match is None:
            raise EdnError(repr(source[at : at + 20]), line)
        kind = str(match.lastgroup)
        if kind not in ("space", "quote"):
            yield _Token(kind, match.group(), line)
        line += match.group().count("\n")
        at = match.end()


def _closing(opening: str) -> str:
    return _CLOSING[opening[-1]]


def _closed(levels: list[_Level], piece: str, line: int) -> tuple[int, Any]:
    """Close the last bracket, and give what it holds."""
    if len(levels) == 1 or _closing(levels[-1].opening) != piece:
        wanted = f", expected {_closing(levels[-1].opening)!r}" if len(levels) > 1 else ""
        raise EdnError(f"{piece!r}{wanted}", line)
    level = levels.pop()
    if level.tag == "top":
        return level.line, _TOP
    if level.opening == "#{":
        return level.line, _set(level.items)
    if level.opening.endswith("{"):
        prefix = level.opening.strip("#:{ \n\t")
        return level.line, _dictionary(level.items, level.line, prefix)
    if level.tag.endswith(("tuple", "Tuple")) and len(level.items) == 2:
        return level.line, Keyed(*level.items)
    return level.line, tuple(level.items)


def _dictionary(forms: list[Any], line: int, prefix: str) -> dict[Any, Any] | Odd:
    """A map; Python has none in which 1 and true are two keys."""
    if len(forms) % 2:
        raise EdnError("a map with a key that has no value", line)
    keys = [f"{prefix}/{key}" if prefix and isinstance(key, str) else key for key in forms[::2]]
    found = dict(zip(map(_as_key, keys), forms[1::2], strict=True))
    return found if len(found) == len(keys) else Odd(f"a map in which two of {keys!r:.60} are one")


def _set(forms: list[Any]) -> frozenset[Any] | Odd:
    """A set; Python has none in which 1 and true, or 1 and 1.0, are two."""
    items = frozenset(map(_as_key, forms))
    return (
        items if len(items) == len(forms) else Odd(f"a set in which two of {forms!r:.60} are one")
    )


def _as_key(form: Any) -> Any:
    """A form that can be hashed: a map becomes the tuple of its pairs, in a fixed order."""
    if isinstance(form, dict):
        return tuple(sorted(((key, _as_key(form[key])) for key in form), key=repr))
    if isinstance(form, tuple):
        return tuple(map(_as_key, form))
    return form


def _atom(kind: str, piece: str) -> Any:
    if kind == "text":
        return _text(piece[1:-1])
    if kind in ("pattern", "odd"):
        return Odd(piece)
    if kind == "char":
        return _character(piece[1:])
    if piece in _WORDS:
        return _WORDS[piece]
    if match := _INTEGER.fullmatch(piece):
        return _integer(match)
    if _RATIO.fullmatch(piece) and len(piece) < 4_000 and int(piece.partition("/")[2]):
        return _whole(Fraction(piece))
    if _FLOAT.fullmatch(piece):
        return float(piece.rstrip("M"))
    if piece[0].isdigit() or piece == ":":
        return Odd(piece)
    return piece.removeprefix(":").removeprefix(":")


def _whole(ratio: Fraction) -> Fraction | int:
    return int(ratio) if ratio.denominator == 1 else ratio


def _integer(match: re.Match[str]) -> Any:
    sign, sixteen, base, digits, eight, ten = match.groups()
    try:
        if sixteen or eight:
            number = int(sixteen or eight, 16 if sixteen else 8)
        elif base:
            number = int(digits, int(base))
        else:
            number = int(ten)
    except ValueError:
        return Odd(f"a number of {len(match.group()):,} digits")
    return -number if sign == "-" else number


def _text(inner: str) -> str:
    def plain(found: re.Match[str]) -> str:
        code = found[1]
        if code[0] == "u" and len(code) == 5:
            return chr(int(code[1:], 16))
        return chr(int(code, 8)) if code.isdigit() else _ESCAPES.get(code, code)

    return re.sub(r"\\(u[0-9a-fA-F]{4}|[0-7]{1,3}|.)", plain, inner, flags=re.DOTALL)


def _character(name: str) -> str:
    if re.fullmatch(r"u[0-9a-fA-F]{4}", name):
        return chr(int(name[1:], 16))
    return _CHARACTERS.get(name, name)
