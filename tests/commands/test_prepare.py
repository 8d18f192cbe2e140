"""`prepare`: what is compiled once after an installation."""

from __future__ import annotations

import re

from raftnb.__main__ import main
from tests.explore.test_compiled import needs_cc


@needs_cc
def test_it_compiles_both_and_says_how_long_it_took(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("RAFTNB_CACHE", str(tmp_path))
    assert main(["prepare"]) == 0
    said = r"the search in C: \d+\.\d seconds\nthe loops of numba: \d+\.\d seconds\n"
    assert re.fullmatch(said, capsys.readouterr().out)
    assert len(list(tmp_path.glob("compiled/*.o"))) == 1


def test_without_a_compiler_of_c_it_says_so_and_goes_on(monkeypatch, capsys):
    monkeypatch.setenv("PATH", "")
    assert main(["prepare"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == "the search in C: there is no compiler of C (`cc`) on this machine"
    assert second.startswith("the loops of numba: ")
