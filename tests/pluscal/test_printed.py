"""What is printed: the folder is current, every module parses, lines are short, tables complete."""

from __future__ import annotations

import re

import pytest

from book import printed as book_printed
from raftnb.language import Globals, Nat, Process, Seq, Spec, when
from raftnb.pluscal import algorithm, plain_module
from raftnb.pluscal.expressions import EXPRESSIONS
from raftnb.pluscal.lowering import HANDLERS
from raftnb.pluscal.printing import DOCUMENTS
from raftnb.pluscal.terms import Term
from raftnb.specs import SPECS
from raftnb.specs.raft.mistakes import MUTANTS
from raftnb.specs.raft.mistakes.snapshots import ROW_53
from raftnb.tree import nodes
from tests.pluscal.agreement import SIZES
from tests.pluscal.odd import SIGNED
from tests.pluscal.tools import mistakes


def test_the_folder_holds_what_is_printed_and_nothing_else() -> None:
    wanted = book_printed.files()
    there = {path.name: path.read_text(encoding="utf-8") for path in book_printed.FOLDER.iterdir()}
    assert sorted(there) == sorted(wanted)
    assert [name for name in wanted if there[name] != wanted[name]] == []


@pytest.mark.parametrize("history", [False, True])
@pytest.mark.parametrize("name", SPECS)
def test_every_specification_of_the_package_parses_in_short_lines(name: str, history: bool) -> None:
    model = SPECS[name](history=history)
    for printed in (algorithm(model), plain_module(model)):
        text = printed.files[f"{printed.name}.tla"]
        assert mistakes(text) == []
        assert [line for line in text.splitlines() if len(line) > 80] == []


@pytest.mark.parametrize("mutant", [*MUTANTS, ROW_53], ids=lambda m: f"{m.row}-{m.server.__name__}")
def test_every_mistake_can_be_printed(mutant: object) -> None:
    model = mutant.spec()(history=True, **mutant.constants)
    for printed in (algorithm(model), plain_module(model)):
        assert mistakes(printed.files[f"{printed.name}.tla"]) == []


def test_tlc_is_asked_of_every_specification_for_two_sizes_at_least() -> None:
    sizes = [name for name, _ in SIZES]
    assert [name for name in SPECS if sizes.count(name) < 2] == []


def test_the_parser_notices_what_is_no_module() -> None:
    (text,) = (t for n, t in algorithm(SPECS["raft"]()).files.items() if n.endswith(".tla"))
    assert mistakes(text.replace("end macro;", "end;", 1)) != []
    assert mistakes(text.replace("\\in Server", "\\in", 1)) != []
    let = "---- MODULE M ----\nA == LET x == 1\n         y == x\n     IN LET z == 2 IN x + z\n===="
    assert mistakes(let) == []
    assert mistakes(let.replace("z ==", "x ==")) == ["line 4: x is defined again"]


def test_each_kind_of_node_and_term_has_a_meaning() -> None:
    kinds = [k for k in vars(nodes).values() if isinstance(k, type)]
    expressions = {k for k in kinds if issubclass(k, nodes.Expr)} - {nodes.Expr}
    statements = {k for k in kinds if issubclass(k, nodes.Statement)} - {nodes.Statement}
    assert expressions == set(EXPRESSIONS)
    assert statements == {*HANDLERS, nodes.Return}
    assert set(Term.__subclasses__()) == set(DOCUMENTS)


def test_the_text_is_the_same_in_every_order_of_printing() -> None:
    first = plain_module(SPECS["raft"]()).files
    algorithm(SPECS["raft-store"]())
    assert plain_module(SPECS["raft"]()).files == first


class Turn(Globals):
    pc: Nat = 2


class Walker(Process, number="walkers"):
    pc: Nat = 1

    def walk(self) -> None:
        when(self.pc < Turn.pc)
        self.pc += 1


def test_a_variable_called_pc_is_not_the_label_to_come() -> None:
    """It has another name, and begins as it says."""
    model = Spec(name="walk", processes=(Walker,), shared=(Turn,), constants={"walkers": 2})()
    for printed in (algorithm(model), plain_module(model)):
        text = printed.files[f"{printed.name}.tla"]
        assert not mistakes(text)
        assert "Pc = 2" in text
        assert "pc_2 = [s \\in Walker |-> 1]" in text


def on_its_way() -> bool:
    """It is somewhere."""
    return Turn.pc > 0


def test_a_claim_that_is_made_in_several_places_is_defined_once() -> None:
    spec = Spec(
        "again", (Walker,), (Turn,), constants={"walkers": 2}, final=on_its_way,
        invariants=(on_its_way,), sometimes=(on_its_way,), possible=(on_its_way,),
        constraints=(on_its_way,), initially=(on_its_way,),
    )  # fmt: skip
    for printed in (plain_module(spec()), algorithm(spec())):
        text = printed.files[f"{printed.name}.tla"]
        assert not mistakes(text)
        assert len(re.findall(r"^ *on_its_way ==", text, re.MULTILINE)) == 1
        assert text.index("on_its_way ==") < text.index("/\\ on_its_way")


class Pile(Globals):
    numbers: Seq[Nat] = ()
    total: int = 0


class Adder(Process):
    """Sums up a sequence that a range is made into, with one name for both."""

    def add(self, n: Nat, most: int) -> None:
        when(n < most and len(Pile.numbers) < most)
        Pile.numbers += (n,)

    def count(self) -> None:
        Pile.total = sum(i for i in reversed(range(len(Pile.numbers))))


def test_a_sequence_that_is_summed_up_binds_no_name_of_the_sum() -> None:
    model = Spec("pile", (Adder,), (Pile,), constants={"most": 2})()
    for printed in (algorithm(model), plain_module(model)):
        text = printed.files[f"{printed.name}.tla"]
        assert "Sum(LAMBDA i :" in text
        assert "[the_i \\in 1..Len(numbers)" in text
        assert "[i \\in 1..Len(numbers)" not in text


def test_no_operator_that_is_printed_binds_the_name_of_a_variable() -> None:
    """A remainder is written out where the divisor may be negative: there `%` has no value."""
    for printed in (algorithm(SIGNED()), plain_module(SIGNED())):
        text = printed.files[f"{printed.name}.tla"]
        assert not mistakes(text)
        assert "is_Ball(the_x) ==" in text
        assert "CHOOSE the_x \\in Color" in text
        assert "a - b * (a \\div b)" in text
        assert re.findall(r"\(a \+ 1\) % most|%", text) == ["(a + 1) % most"]
