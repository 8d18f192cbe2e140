"""Specifications and proofs by name, made when they are asked for."""

import subprocess
import sys

import pytest

from raftnb.specs import PROOFS, SPECS


@pytest.mark.parametrize("name", SPECS)
def test_a_specification_has_the_name_it_is_found_by(name):
    assert SPECS[name].name == name


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
