"""The messages in flight: a set that only grows, a bag, or a queue for each pair of processes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from raftnb.pluscal import loops
from raftnb.pluscal.scope import LANGUAGE, Scope, refuse
from raftnb.pluscal.steps import Change, Network
from raftnb.pluscal.terms import (
    Call,
    Except,
    Field,
    Filter,
    Image,
    Index,
    Infix,
    Listed,
    Name,
    Prefix,
    RecordTerm,
    State,
    Term,
    conjunction,
)
from raftnb.pluscal.values import Encoding
from raftnb.tree import nodes
from raftnb.tree.nodes import RecordOf

MESSAGES, CHANNELS = "messages", "channels"


class Helpers(Protocol):
    """The operators that come with the module."""

    def helper(self, name: str, *args: Term) -> Term:
        """An operator that comes with the module, applied."""

    def fresh(self, name: str) -> str:
        """A name for what is bound outside of all functions of the specification."""

    def bound(self, name: str, scope: Scope) -> str:
        """A name for what is bound here."""

    def inbox(self, actor: Term) -> Term:
        """The messages that a process can receive."""


@dataclass
class Wire:
    """What is done with messages, as steps."""

    encoding: Encoding
    helpers: Helpers

    @property
    def kind(self) -> str:
        """set, bag or queues."""
        model = self.encoding.model
        if model.channels:
            return "queues"
        return "set" if model.keeps else "bag"

    @property
    def variable(self) -> str:
        """The variable in which the messages are."""
        return CHANNELS if self.kind == "queues" else MESSAGES

    def addressed(self, s: nodes.Send, message: Term, to: Term, scope: Scope) -> Term:
        """A message with its source and destination."""
        assert isinstance(s.message.type, RecordOf)
        if s.message.type.sent:
            if to == Field(message, "dest"):
                return message
            return Except(message, (Name(".dest"),), to)
        if not isinstance(message, RecordTerm):
            refuse(
                scope.routine, s.line, "a message made in another place than it is sent", LANGUAGE,
                "make it where it is sent: send(Kind(...), to=peer)",
            )  # fmt: skip
        assert scope.actor is not None
        ends = (("source", scope.actor), ("dest", to))
        return RecordTerm((*message.fields[:1], *ends, *message.fields[1:]))

    def send(self, message: Term, scope: Scope) -> Network:
        """A message put in flight."""
        return self._step("send", (message,), scope)

    def discard(self, message: Term, scope: Scope) -> Network:
        """A message taken out once."""
        return self._step("discard", (message,), scope)

    def reply(self, request: Term, answer: Term, scope: Scope) -> Network:
        """A message taken out, and another one put in flight."""
        return self._step("reply", (request, answer), scope)

    def send_all(self, found: loops.Sent, scope: Scope, line: int) -> Network:
        """One message for each member of a set."""
        message = self.addressed(found.statement, found.message, found.to, found.scope)
        if self.kind != "set" and not found.apart:
            refuse(
                scope.routine, line, "a loop that sends, on this network", LANGUAGE,
                "send to each member of a set one message",
            )  # fmt: skip
        return self._step("send_all", (loops.images(found, message),), scope)

    def _step(self, macro: str, args: tuple[Term, ...], scope: Scope) -> Network:
        return Network(macro, args, self._meaning(macro, args, self._now(scope)))

    def meaning(self, macro: str, args: Sequence[Term]) -> Change | None:
        """What a macro of the network does with its arguments."""
        return self._meaning(macro, args, State(self.variable))

    def _meaning(self, macro: str, args: Sequence[Term], now: Term) -> Change | None:
        if macro == "send":
            return self._changed(self._with(now, args[0]))
        if macro == "reply":
            return self._changed(self._with(self._without(now, args[0]), args[1]))
        if macro == "discard":
            return None if self.kind == "set" else self._changed(self._without(now, args[0]))
        if self.kind == "set":
            return self._changed(Infix("\\cup", (now, args[0])))
        name = "EnqueuedAll" if self.kind == "queues" else "WithAll"
        return self._changed(self.helpers.helper(name, now, args[0]))

    def _now(self, scope: Scope) -> Term:
        return scope.held.get(self.variable, State(self.variable))

    def _changed(self, value: Term) -> Change:
        return Change(self.variable, (), value)

    def _with(self, now: Term, message: Term) -> Term:
        if self.kind == "set":
            return Infix("\\cup", (now, Listed("{", (message,))))
        name = "Enqueued" if self.kind == "queues" else "With"
        return self.helpers.helper(name, now, message)

    def _without(self, now: Term, message: Term) -> Term:
        if self.kind == "set":
            return now
        name = "Dequeued" if self.kind == "queues" else "Without"
        return self.helpers.helper(name, now, message)

    # Looking at them.

    def in_flight(self, kind: type, scope: Scope) -> Term:
        """The messages of a kind, as a set."""
        now = self._now(scope)
        if self.kind == "bag":
            now = Prefix("DOMAIN", now)
        if self.kind == "queues":
            now = self.helpers.helper("InChannels", now)
        name = self.helpers.bound("m", scope)
        tests = self.of_kind(Name(name), kind)
        return Filter(name, now, conjunction(tests)) if tests else now

    def of_kind(self, message: Term, kind: type) -> list[Term]:
        """What is true of the messages of a kind, and of no other."""
        known = self.encoding.program.message_kinds()
        wanted = [k.__name__ for k in known if issubclass(k, kind)]
        return [] if len(wanted) == len(known) else [self.encoding.of_type(message, wanted)]

    def received(self, kind: type, actor: Term | None) -> Term:
        """The messages of a kind that a process can receive; with no actor, those to anybody."""
        m = Name(self.helpers.fresh("m"))
        tests = self.of_kind(m, kind)
        now = self.to(None) if actor is None else self.helpers.inbox(actor)
        return Filter(m.text, now, conjunction(tests)) if tests else now

    def to(self, actor: Term | None) -> Term:
        """The messages that a process can receive; with no actor, those to anybody."""
        if self.kind == "queues":
            return self._heads(actor)
        now: Term = State(self.variable)
        if self.kind == "bag":
            now = Prefix("DOMAIN", now)
        if actor is None:
            return now
        m = Name(self.helpers.fresh("m"))
        return Filter(m.text, now, Infix("=", (Field(m, "dest"), actor)))

    def _heads(self, actor: Term | None) -> Term:
        channel, all_of_them = Name(self.helpers.fresh("c")), State(self.variable)
        waiting: list[Term] = [Infix("#", (Index(all_of_them, channel), Listed("<<", ())))]
        if actor is not None:
            waiting.append(Infix("=", (Index(channel, Name("2")), actor)))
        full = Filter(channel.text, Prefix("DOMAIN", all_of_them), conjunction(waiting))
        return Image(Call("Head", (Index(all_of_them, channel),)), channel.text, full)
