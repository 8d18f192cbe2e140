"""The typed tree says what the source says, with its lines; what is outside it is refused."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from raftnb.data.errors import SpecError
from raftnb.language import Globals, Map, Nat, Process, Seq, when
from raftnb.language.spec import Spec
from raftnb.specs import SPECS
from raftnb.specs.raft.claims import RAFT
from raftnb.specs.raft.mistakes import ForgetsItsVote
from raftnb.specs.raft.server import Server
from raftnb.tree import Program, nodes


class Board(Globals):
    """A board."""

    scores: Map[Nat, Nat] = Map()
    notes: Seq[Nat] = ()


class Player(Process, number="players"):
    """A player."""

    best: Player | None = None
    mine: Nat = 0

    def play(self, by: Nat) -> None:
        """Score."""
        when((by, self.mine) > (0, 1))
        self.mine += by
        Board.scores |= {self.mine: by}

    def level(self) -> Nat:
        """An operator."""
        return 1 if self.best is None else self.best.mine


GAME = Spec("game", processes=(Player,), shared=(Board,), constants={"players": 2})


def lowered(function: Any) -> nodes.Routine:
    return Program(GAME()).claim(function)


def test_an_action_is_its_guard_and_its_assignments_each_with_its_line() -> None:
    routine = Program(GAME()).action(Player, "play")
    first = inspect.getsourcelines(Player.actions["play"].function)[1]
    kinds = [(type(s).__name__, s.line - first) for s in routine.body]
    assert kinds == [("When", 2), ("Assign", 3), ("Assign", 4)]
    assert routine.parameters == (("self", nodes.Member("Player")), ("by", nodes.Int(True)))
    assert routine.returns is None


def test_tuples_are_compared_as_wholes_since_python_evaluates_all_of_them_first() -> None:
    guard = Program(GAME()).action(Player, "play").body[0]
    assert isinstance(guard, nodes.When)
    assert isinstance(guard.test, nodes.Apply)
    assert guard.test.op == "<"
    assert [type(side) for side in guard.test.args] == [nodes.Collect, nodes.Collect]


def test_an_augmented_assignment_is_an_assignment_and_none_makes_an_option() -> None:
    routine = Program(GAME()).action(Player, "play")
    assign = routine.body[2]
    assert isinstance(assign, nodes.Assign)
    assert isinstance(assign.value, nodes.Apply)
    assert assign.value.op == "merge"
    assert assign.value.type == nodes.MapOf(nodes.Int(True), nodes.Int(True))
    assert Program(GAME()).variable_type("Player", "best") == nodes.Option(nodes.Member("Player"))


@pytest.mark.parametrize("name", sorted(SPECS))
def test_every_action_of_every_specification_has_a_tree(name: str) -> None:
    program = Program(SPECS[name](history=True))
    for cls in program.model.processes:
        for action in cls.actions:
            routine = program.action(cls, action)
            assert all(
                node.line > 0 for node in nodes.parts(routine) if isinstance(node, nodes.Statement)
            )


def test_a_method_of_a_variant_is_the_variants() -> None:
    spec = RAFT.variant("forgets", ForgetsItsVote)
    routine = Program(spec(history=True)).action(ForgetsItsVote, "restart")
    functions = {
        n.function.__qualname__ for n in nodes.parts(routine) if isinstance(n, nodes.Routine)
    }
    assert functions == {"ForgetsItsVote.restart", "Server.restart"}


def test_the_kinds_of_message_are_found_in_the_source() -> None:
    kinds = [kind.__name__ for kind in Program(RAFT(history=True)).message_kinds()]
    assert kinds == [
        "AppendEntries",
        "AppendEntriesResponse",
        "RequestVote",
        "RequestVoteResponse",
    ]
    assert Program(RAFT()).action(Server, "update_term").parameters[1][0] == "m"


def test_what_has_no_tree_is_refused_with_its_place() -> None:
    def halves() -> bool:
        """Not whole."""
        return all(n / 2 == 1 for n in Board.notes)

    with pytest.raises(SpecError) as error:
        lowered(halves)
    assert error.value.found == "`n / 2`"
    assert "test_tree.py, line" in error.value.place

    def unclear() -> bool:
        """A sequence of one kind or another is not asked whether it is true."""
        return all((n if n > 0 else None) for n in Board.notes)

    with pytest.raises(SpecError, match="`n if n > 0 else None`"):
        lowered(unclear)


def test_an_engine_has_to_know_thirteen_expressions_and_eight_statements() -> None:
    """Those of the tree: compiled code has a mark of its own besides."""
    for kind, many in ((nodes.Expr, 13), (nodes.Statement, 8)):
        own = [one for one in kind.__subclasses__() if one.__module__ == nodes.__name__]
        assert len(own) == many
    assert "Thirteen kinds of expression\nand eight kinds of statement" in str(nodes.__doc__)
