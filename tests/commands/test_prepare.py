"""`prepare`: what is compiled once after an installation."""

from __future__ import annotations

import re

from raftnb.__main__ import main
from raftnb.commands.prepare import search_in_c
from tests.explore.test_compiled import needs_cc


@needs_cc
def test_it_says_what_it_compiles_and_how_long_that_took(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("RAFTNB_CACHE", str(tmp_path))
    assert main(["prepare"]) == 0
    told = capsys.readouterr()
    said = r"1 of 4: the search in C: \d+\.\d seconds\n2 of 4: the memo's loops: \d+\.\d seconds\n"
    assert re.match(said, told.out)
    assert len(told.out.splitlines()) == 4
    assert "raft" not in told.err  # it names no model, which nobody has asked for
    assert len(list(tmp_path.glob("compiled/*.o"))) == 1


@needs_cc
def test_where_nothing_can_be_kept_it_says_so(monkeypatch):
    flags = ("-O0", "-c", "-fPIC", "-std=gnu11", "-w")
    monkeypatch.setattr("raftnb.explore.compiled.building.ENGINE_FLAGS", flags)
    monkeypatch.setenv("RAFTNB_CACHE", "/proc/x")
    assert search_in_c("").startswith("not kept: /proc/x cannot be written")


def test_without_a_compiler_of_c_it_says_so_and_goes_on(monkeypatch, capsys):
    monkeypatch.setenv("PATH", "")
    assert main(["prepare"]) == 0
    first, *others = capsys.readouterr().out.splitlines()
    assert first == "1 of 4: the search in C: there is no compiler of C (`cc`) on this machine"
    assert [line[:6] for line in others] == ["2 of 4", "3 of 4", "4 of 4"]
