"""Specifications and proofs by name, made when they are asked for."""

import subprocess
import sys

import pytest

from raftnb import Globals, Process, Spec, SpecError
from raftnb.specs import PROOFS, SPECS


@pytest.mark.parametrize("name", SPECS)
def test_a_specification_has_the_name_it_is_found_by(name):
    assert SPECS[name].name == name


@pytest.mark.parametrize("name", SPECS)
def test_nothing_is_refused_of_what_the_package_brings_along(name):
    assert SPECS[name]().spec is SPECS[name]


@pytest.mark.parametrize("name", PROOFS)
def test_a_proof_is_found_by_the_name_of_its_specification(name):
    assert PROOFS[name].spec.name == name


def test_a_name_that_is_none_makes_nothing():
    code = (
        "import sys; from raftnb.specs import PROOFS, SPECS; assert 'no' not in SPECS; "
        "assert 'raft' in SPECS; assert len(list(PROOFS)) == len(PROOFS); "
        "SPECS['fair-store']; print([m for m in sys.modules if m.startswith('raftnb.specs.raft')])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
    with pytest.raises(KeyError):
        SPECS["no"]


class Tally(Globals):
    __module__ = "raftnb.specs.mine"  # as if the package brought it along
    count: int = 0


class Counter(Process):
    __module__ = "raftnb.specs.mine"

    def step(self) -> None:
        Tally.count = eval("1")


class Reader(Counter):
    def step(self) -> None:
        Tally.count = eval("2")


def test_what_the_package_brings_along_is_judged_where_a_model_is_asked_for():
    brought = Spec("brought", (Counter,), (Tally,))
    for _ in range(2):
        with pytest.raises(SpecError, match="eval"):
            brought()
    with pytest.raises(SpecError, match="eval"):
        brought.variant("other", shared=(Tally,))()


def test_what_a_reader_writes_is_judged_when_it_is_made():
    with pytest.raises(SpecError, match="eval"):
        Spec("brought", (Counter,), (Tally,)).variant("own", Reader)
