"""From a solver's model of a finite instance to states and steps of plain Python, and back."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import z3

from raftnb.data.domains import Domain
from raftnb.data.trace import State
from raftnb.data.values import Message, order
from raftnb.prove.actions import Case
from raftnb.prove.finite import Instance
from raftnb.prove.state import Symbolic
from raftnb.prove.terms import RecordV, Value
from raftnb.tree.nodes import Member, RecordOf, Type


class Reading:
    """Reads states of the language out of a solver's model; `pairs` replace bound constants."""

    def __init__(self, instance: Instance, model: Any, pairs: Any = ()) -> None:
        self.instance, self.model, self.pairs = instance, model, pairs
        self.words, self.theory = instance.words, instance.theory

    # What shapes ask for.

    def constant(self, term: z3.ExprRef) -> z3.ExprRef:
        """The value of a term in the model."""
        found = z3.substitute(term, *self.pairs) if self.pairs else term
        return self.model.eval(found, model_completion=True)

    def member(self, root: str, term: z3.ExprRef) -> Domain:
        """The member of a class that a constant stands for."""
        at = [value.eq(term) for value in self.theory.values(Member(root))].index(True)
        found: Domain = self.instance.members[root][at]
        return found

    def values(self, type_: Type) -> list[z3.ExprRef]:
        """All the values of a plain type."""
        return self.theory.values(type_)

    def value(self, value: Value, type_: Type) -> Any:
        """A value of the language."""
        return self.words.of(type_).read(value, self)

    def truth(self, term: z3.BoolRef) -> bool:
        """Whether a term is true in the model."""
        return bool(z3.is_true(self.constant(term)))

    # States and steps.

    def state(self, of: Symbolic | None = None, first: Message | None = None) -> State:
        """The state before the step, or another one; `first` is at the head of its queue."""
        symbolic, model = of or self.instance.before, self.instance.model
        cells: list[Any] = []
        for cell, (variable, cls) in zip(model.layout.cells, model.variables, strict=False):
            key = (cls.root, variable.name)
            if key not in symbolic.variables:
                cells.append(model.initial_states[0].values[len(cells)])
                continue
            owner = self.owner(cls.root, cell.owner)
            cells.append(self.value(symbolic.read(*key, owner), self.words.variables[key]))
        messages = sorted(set(self.messages(symbolic)), key=order)
        queues = [
            tuple(m for m in sorted(messages, key=lambda m: m != first) if ends_of(m) == ends)
            for ends in model.channels
        ]
        in_bag = () if model.channels else tuple((m, 1) for m in messages)
        return State(model.layout, (*cells, *queues), in_bag)

    def owner(self, root: str, name: str) -> z3.ExprRef | None:
        """The term of a process."""
        if not self.words.has_owner(root):
            return None
        return self.theory.constant(root, self.instance.model.names[root].index(name))

    def messages(self, symbolic: Symbolic) -> Iterator[Message]:
        """The messages in flight."""
        for kind in self.words.kinds:
            for slot in self.instance.slots(kind):
                if self.truth(symbolic.sent[kind.__name__](slot)):
                    yield self.value(self.words.message(kind, slot), RecordOf(kind))
        for new in symbolic.new:
            rows = itertools.product(*(self.theory.values_of_sort(b.sort()) for b in new.bound))
            for row in rows:
                pairs = list(zip(new.bound, row, strict=True))
                here = Reading(self.instance, self.model, [*self.pairs, *pairs])
                if here.truth(new.guard):
                    yield here.value(new.value, RecordOf(new.value.cls))

    def arguments(self, case: Case) -> dict[str, Any]:
        """The arguments of the step."""
        found = {}
        for name, type_ in list(case.types.items())[1:]:
            value = case.env[name]
            of = RecordOf(value.cls) if isinstance(value, RecordV) else type_
            found[name] = self.value(value, of)
        return found

    def process(self, case: Case) -> Any:
        """Whose step it is."""
        return self.value(next(iter(case.env.values())), Member(case.root))


def ends_of(message: Message) -> tuple[str, str]:
    """The channel of a message."""
    return message.source.name, message.dest.name


def received(arguments: dict[str, Any]) -> Message | None:
    """The message among a step's arguments."""
    return next((v for v in arguments.values() if isinstance(v, Message)), None)
