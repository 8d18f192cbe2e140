"""What an implementation did beside what the specification could have done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, NamedTuple

from raftnb.data.values import Message, Record, show
from raftnb.drive.adapter import Adapter, Sent
from raftnb.drive.asking import wrong_answer
from raftnb.drive.specification import Specification, Way
from raftnb.drive.values import Incomparable, same

NOTHING = "nothing"


class Mismatch(NamedTuple):
    """One thing that differs: a variable, or a message with its field; both values as text."""

    what: str
    specification: str
    implementation: str

    def __str__(self) -> str:
        return f"{self.what}: {self.specification} in the specification, {self.implementation} here"


class Seen(NamedTuple):
    """What an implementation did in one step: how a process stands then, and what was sent."""

    process: str
    method: str
    state: Mapping[str, Any]
    sent: Sequence[Sent]


class Comparison:
    """Compares one step of an implementation with the ways that the specification has."""

    def __init__(self, specification: Specification, adapter: Adapter) -> None:
        self.specification, self.adapter = specification, adapter
        kinds = specification.model.spec.vocabulary.kinds
        self.kinds: dict[str, type[Record]] = {
            cls.__name__: cls for cls in kinds if issubclass(cls, Message) and cls is not Message
        }

    def checked(self, process: str, method: str, sent: Any, state: Any) -> Seen:
        """What the adapter returned; raises `UsageError` if it is no answer."""
        if not isinstance(sent, list | tuple):
            raise wrong_answer(
                self.adapter, method, repr(sent), "a list of `Sent`", "return [] if nothing is sent"
            )
        for one in sent:
            self._refuse_message(method, one)
        known = [c.variable for c in self.specification.model.layout.cells if c.owner == process]
        if not isinstance(state, Mapping) or not state.keys() <= set(known):
            strange = (
                sorted(map(str, state.keys() - set(known)))
                if state is not None and (isinstance(state, Mapping))
                else repr(state)
            )
            raise wrong_answer(
                self.adapter, "state", f"{strange}", f"a dict of some of {', '.join(known)}",
                "name the variables as the specification does",
            )  # fmt: skip
        return Seen(process, method, state, sent)

    def _refuse_message(self, method: str, one: Any) -> None:
        if not isinstance(one, Sent):
            raise wrong_answer(
                self.adapter, method, repr(one), "a list of `Sent`", "wrap each message in a `Sent`"
            )
        if one.kind not in self.kinds:
            raise wrong_answer(
                self.adapter, method, f"a message of kind {one.kind!r}", ", ".join(self.kinds),
                "name the kind as the specification does",
            )  # fmt: skip
        ends = self.specification.processes
        if one.source not in ends or one.dest not in ends:
            raise wrong_answer(
                self.adapter, method, f"a message from {one.source!r} to {one.dest!r}",
                ", ".join(ends), "name processes as the specification does",
            )  # fmt: skip
        names = {f.name for f in fields(self.kinds[one.kind])}  # type: ignore[arg-type]
        if not isinstance(one.fields, Mapping) or not one.fields.keys() <= names:
            raise wrong_answer(
                self.adapter, method, f"{one.kind} with {one.fields!r}",
                f"a dict of some of {', '.join(sorted(names))}",
                "name the fields as the specification does",
            )  # fmt: skip

    def mismatches(self, way: Way, seen: Seen) -> tuple[list[Mismatch], dict[int, Message]]:
        """What differs; and which of the specification's messages each of those sent is."""
        found = [
            Mismatch(f"{seen.process}.{name}", show(value), _told(given))
            for name, given in seen.state.items()
            for value in (way.state[seen.process, name],)
            if not self._same(value, given, f"{seen.process}.{name}", "state")
        ]
        pairs, wrong = self._paired(way.sent, seen)
        return found + wrong, pairs

    def _paired(
        self, sent: Sequence[Message], seen: Seen
    ) -> tuple[dict[int, Message], list[Mismatch]]:
        left, pairs, wrong = list(sent), {}, []
        for number, one in enumerate(seen.sent):
            alike = [m for m in left if _ends(m) == (one.kind, one.source, one.dest)]
            if not alike:
                wrong.append(Mismatch(f"{one.kind} to {one.dest}", NOTHING, f"{dict(one.fields)}"))
                continue
            rated = [(self._wrong_fields(m, one, seen), m) for m in alike]
            differing, best = min(rated, key=lambda row: len(row[0]))
            left.remove(best)
            pairs[number] = best
            wrong += differing
        needed = [m for m in left if type(m).__name__ not in self.adapter.unsent]
        wrong += [Mismatch(f"{type(m).__name__} to {m.dest}", show(m), NOTHING) for m in needed]
        return pairs, wrong

    def _wrong_fields(self, message: Message, one: Sent, seen: Seen) -> list[Mismatch]:
        found = []
        for name, given in one.fields.items():
            value, what = getattr(message, name), f"{one.kind}.{name} to {one.dest}"
            if not self._same(value, given, what, seen.method):
                found.append(Mismatch(what, show(value), _told(given)))
        return found

    def _same(self, value: Any, given: Any, what: str, method: str) -> bool:
        try:
            return same(value, given)
        except Incomparable as error:
            raise wrong_answer(
                self.adapter, method, f"{error.given!r} as {what}", error.allowed,
                "give the value as the specification would write it",
            ) from None  # fmt: skip


def _told(given: Any) -> str:
    return show(tuple(given) if isinstance(given, list) else given)


def _ends(message: Message) -> tuple[str, str, str]:
    return type(message).__name__, str(message.source), str(message.dest)


__all__ = ["Comparison", "Mismatch", "Seen"]
