"""What may be said of messages in flight, where the network is not a set that only grows.

The translation knows one network: the set of all messages that were ever sent. With `duplicates`
and `reorders` that is exactly what the language means. With any other delivery messages leave the
network, and the set holds more than is in flight, so that more can happen in the translation than
can happen. A claim that holds there holds here only if fewer messages cannot make it false: "every
message in flight is ..." is such a claim, "there is a message ..." is not. In the same way a guard
may ask that a message is there, and not that none is: with more messages it must be true as well.
Everything else is refused.

What leads to what (`progress`) is about what is in flight just then: there a message that a step
discards is gone after it. Each copy of a message is a term of its own, as nothing says that two
terms with the same fields are one; a claim, as `in_flight`, cannot tell the copies apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import z3

from raftnb.data.errors import SpecError
from raftnb.language.claims import Property
from raftnb.language.network import FAULTS
from raftnb.prove.scope import Scope
from raftnb.prove.state import Symbolic, Vocabulary
from raftnb.prove.terms import RecordV
from raftnb.tree import nodes
from raftnb.tree.nodes import BOOL, Expr, Routine, Statement


def check_network(words: Vocabulary, claims: tuple[Property, ...]) -> None:
    """Raise `SpecError` for a claim, or an action, that the growing set would get wrong."""
    program = words.program
    actions = [
        program.action(cls, name)
        for cls in program.model.processes
        for name, action in cls.actions.items()
        if action.function not in FAULTS
    ]
    delivery = program.model.delivery
    if delivery is None:
        for routine in actions:
            _none_at_all(words, routine)
    elif not delivery.keeps:
        for routine in actions:
            Polarity(words, routine.function, grows=True).statements(routine.body)
        for claim in claims:
            routine = program.claim(claim)
            Polarity(words, routine.function, grows=False).statements(routine.body)


def _none_at_all(words: Vocabulary, routine: Routine) -> None:
    for node in nodes.parts(routine):
        if isinstance(node, nodes.Send | nodes.Discard | nodes.InFlight):
            raise Scope(words, Symbolic({}, {}), function=routine.function).refused(
                node,
                "messages in a specification without a network",
                allowed="messages where the Spec has `delivery=Delivery(...)`",
                cure="give the Spec a `delivery`",
            )


class Polarity:
    """Looks for messages in flight where more of them would make the wrong difference.

    With `grows` the text must stay true when there are more messages, without it when there are
    fewer.
    """

    def __init__(self, words: Vocabulary, function: Any, *, grows: bool) -> None:
        self.scope = Scope(words, Symbolic({}, {}), function=function)
        self.words, self.grows = words, grows

    def statements(self, body: tuple[Statement, ...]) -> None:
        """The statements of an action or a claim."""
        for statement in body:
            if isinstance(statement, nodes.When):
                self.truth(statement.test, self.grows)
            elif isinstance(statement, nodes.Return) and statement.value.type == BOOL:
                self.truth(statement.value, self.grows)
            elif isinstance(statement, nodes.If):
                self.free(statement.test)
                self.statements(statement.then)
                self.statements(statement.otherwise)
            elif isinstance(statement, nodes.RunRoutine):
                for arg in statement.args:
                    self.free(arg)
                inner = Polarity(self.words, statement.routine.function, grows=self.grows)
                inner.statements(statement.routine.body)
            else:
                self.free(statement)

    def truth(self, expr: Expr, grows: bool) -> None:
        """An expression that must stay true with more messages (`grows`), or with fewer."""
        match expr:
            case nodes.Apply(op="and" | "or"):
                for arg in expr.args:
                    self.truth(arg, grows)
            case nodes.Apply(op="not"):
                self.truth(expr.args[0], not grows)
            case nodes.Cond():
                self.free(expr.test)
                self.truth(expr.yes, grows)
                self.truth(expr.no, grows)
            case nodes.EachOf(kind="all" | "any"):
                self.quantified(expr, grows)
            case nodes.Call() if expr.type == BOOL:
                for arg in expr.args:
                    self.free(arg)
                inner = Polarity(self.words, expr.routine.function, grows=grows)
                inner.statements(expr.routine.body)
            case _:
                self.free(expr)

    def quantified(self, expr: nodes.EachOf, grows: bool) -> None:
        """`all` has to do with fewer messages, `any` with more."""
        if not isinstance(expr.domain, nodes.InFlight):
            self.free(expr.domain)
        elif grows != (expr.kind == "any"):
            raise self.refused(expr)
        self.truth(expr.condition, grows if expr.kind == "any" else not grows)
        self.truth(expr.body, grows)

    def free(self, node: Any) -> None:
        """What must not look at the messages in flight at all."""
        for found in in_flight(node):
            raise self.refused(found)

    def refused(self, node: Any) -> SpecError:
        """The error for a look at the network that the growing set would get wrong."""
        return self.scope.refused(
            node,
            "`in_flight` where a message that is no longer in flight would make a difference",
            allowed="claims that every message in flight satisfies; in an action, guards that one "
            "is there; anything with `Delivery(duplicates=True, reorders=True)`",
            cure="a proof lets messages stay in flight: number them, `Token(n=...)`, and receive "
            "larger ones only; or remember in a variable what was sent",
        )


def removed(
    scope: Scope, statement: Statement, message: RecordV, received: z3.ExprRef | None
) -> Symbolic:
    """The state after a step has discarded the message that it received."""
    if message.name is None or message.name is not received:
        raise scope.refused(
            statement,
            "a message discarded that is not the one received, in what leads to what",
            allowed="to discard, or reply to, what the action receives",
            cure="receive it in an action of its own",
        )
    return scope.state.without(message)


def in_flight(node: Any) -> Iterator[nodes.InFlight]:
    """The places in a part of the tree that look at the messages in flight."""
    return (found for found in nodes.parts(node) if isinstance(found, nodes.InFlight))
