"""What was proved is kept by the condition's text: nothing else may be taken for it."""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import z3

from raftnb.__main__ import main
from raftnb.data.verdict import Verdict
from raftnb.language import Nat, Process, when
from raftnb.language.spec import Spec
from raftnb.prove import Lemma, Proof, Report, kept, prove, solving
from raftnb.prove.kept import Kept, Writer, digest, kept_in


class Counter(Process, number="counters"):
    """It counts to two, and is done."""

    n: Nat = 0
    done: bool = False

    def up(self) -> None:
        """Count."""
        when(self.n < 2)
        self.n += 1

    def stop(self) -> None:
        """Be done."""
        when(self.n == 2)
        self.done = True


class Hasty(Counter):
    """Done before it has counted."""

    def stop(self) -> None:
        """Be done."""
        self.done = True


class Further(Counter):
    """Counts one further."""

    def up(self) -> None:
        """Count."""
        when(self.n < 3)
        self.n += 1


def at_most_two(c: Counter) -> bool:
    """Nobody counts further."""
    return c.n <= 2


def done_at_two(c: Counter) -> bool:
    """Who is done has counted."""
    return not c.done or c.n == 2


def never_two(c: Counter) -> bool:
    """False."""
    return c.n != 2


COUNTERS = Spec(
    "counters",
    processes=(Counter,),
    constants={"counters": 2},
    invariants=(at_most_two, done_at_two),
)
PROOF = Proof(COUNTERS, tuple(Lemma(c, (c,)) for c in COUNTERS.invariants))


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for what is kept."""
    monkeypatch.setenv("RAFTNB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def again(proof: Proof = PROOF, **options: Any) -> Report:
    """The proof with what is kept."""
    return prove(proof, workers=1, trust=True, remember=True, timeout=2, **options)


def test_a_second_run_asks_nothing_and_says_so(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = again()
    assert (first.verdict, first.remembered) == (Verdict.HOLDS, 0)
    assert "remembered" not in str(first)
    monkeypatch.setattr(solving, "asked", None)
    second = again()
    many = len(second.checked) + len(second.defined)
    assert (second.verdict, second.remembered) == (Verdict.HOLDS, many)
    assert f"remembered from earlier runs: {many} conditions\n" in f"{second}\n"
    more = replace(second, defined=(replace(second.checked[0], defined=True),))
    told = (
        f"remembered from earlier runs: {many + 1} conditions, 1 of them that a claim has a value"
    )
    assert told in str(more)
    assert second.as_json()["remembered"] == many
    assert [c.used for c in second.checked] == [c.used for c in first.checked]


@pytest.mark.parametrize(
    ("variant", "failing"),
    [(Hasty, {("done_at_two", "stop")}), (Further, {("at_most_two", "up"), ("done_at_two", "up")})],
)
def test_an_edit_is_asked_and_only_what_it_changes(
    variant: type[Counter], failing: set[tuple[str, str]], cache: Path
) -> None:
    assert again().verdict is Verdict.HOLDS
    changed = again(PROOF.of(COUNTERS.variant("changed", variant)))
    assert changed.verdict is Verdict.UNKNOWN
    assert set(changed.failing) >= failing - {("done_at_two", "up")}
    edited = {action for _, action in failing}
    assert {c.action for c in changed.checked if not c.remembered} <= edited
    assert changed.remembered > 0


def test_a_claim_that_is_false_is_not_proved_by_one_that_is_true(cache: Path) -> None:
    again()
    wrong = Proof(COUNTERS, (*PROOF.invariant, Lemma(never_two, (never_two,))))
    found = again(wrong)
    assert found.failing == (("never_two", "up"),)
    assert found.remembered >= len(PROOF.invariant)
    assert again(wrong).failing == found.failing


def test_what_is_unknown_is_not_kept(cache: Path) -> None:
    wrong = Proof(COUNTERS, (Lemma(never_two, (never_two,)),))
    report = again(wrong)
    lines = (cache / "proved.txt").read_text().splitlines()
    proved = [c for c in (*report.checked, *report.defined) if c.proved]
    assert len(lines) == len(proved)
    assert report.unknown
    second = again(wrong)
    assert second.failing == report.failing
    assert not any(c.remembered for c in second.unknown)


def test_another_seed_or_version_is_asked_anew(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    again()
    assert again(seed=1).remembered == 0
    monkeypatch.setattr(z3, "get_full_version", lambda: "another")
    assert again().remembered == 0


def test_without_remembering_nothing_is_read_or_kept(cache: Path) -> None:
    prove(PROOF, workers=1, trust=True)
    assert not cache.exists()
    again()
    assert prove(PROOF, workers=1, trust=True).remembered == 0


# Files that are not as they were written.


def lines_of(cache: Path) -> list[str]:
    again()
    return (cache / "proved.txt").read_text().splitlines(keepends=True)


BROKEN: dict[str, Callable[[str], str]] = {
    "cut off": lambda line: line[:-5],
    "without its end": lambda line: line[:-1],
    "another key": lambda line: digest("another") + line[64:],
    "another digest": lambda line: line[:65] + digest("another") + line[129:],
    "a claim more": lambda line: line[:-1].rstrip() + ",at_most_two_more\n",
    "upper case": lambda line: line.upper(),
    "two in one": lambda line: line[:-1] + line,
    "spaces": lambda line: " " + line,
    "carriage return": lambda line: line[:-1] + "\r\n",
    "zeros": lambda line: "\0" * len(line),
    "letters that are none": lambda line: "\udcff\udc80" + line,
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_line_that_is_not_as_it_was_written_counts_for_nothing(broken: str, cache: Path) -> None:
    text = "".join(BROKEN[broken](line) for line in lines_of(cache))
    (cache / "proved.txt").write_bytes(text.encode("utf-8", "surrogateescape"))
    found = again()
    assert (found.verdict, found.remembered) == (Verdict.HOLDS, 0)


def test_what_was_used_must_be_a_claim_that_is_given(cache: Path) -> None:
    keys = [line[:64] for line in lines_of(cache)]
    forged = [f"{key} {digest(key, 'nosuch')} nosuch\n" for key in keys]
    (cache / "proved.txt").write_text("".join(forged))
    assert again().remembered == 0


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="owners of files are those of Unix")
def test_a_file_that_others_can_write_is_not_read(cache: Path) -> None:
    lines_of(cache)
    for path, mode in ((cache, 0o777), (cache / "proved.txt", 0o666)):
        before = path.stat().st_mode
        path.chmod(mode)
        assert kept_in(cache) is None
        assert (again().verdict, again().remembered) == (Verdict.HOLDS, 0)
        path.chmod(before)
    assert again().remembered > 0


@pytest.mark.skipif(not hasattr(os, "O_NOFOLLOW"), reason="links are those of Unix")
def test_a_link_is_neither_read_nor_written(cache: Path, tmp_path: Path) -> None:
    text = "".join(lines_of(cache))
    elsewhere = tmp_path / "elsewhere.txt"
    elsewhere.write_text(text)
    (cache / "proved.txt").unlink()
    (cache / "proved.txt").symlink_to(elsewhere)
    assert again().remembered == 0
    (cache / "proved.txt").unlink()
    (cache / "proved.txt").symlink_to(tmp_path / "nowhere.txt")
    assert again().remembered == 0
    assert elsewhere.read_text() == text
    assert not (tmp_path / "nowhere.txt").exists()


@pytest.mark.parametrize("place", ["a file", "under a file", "a folder in its place"])
def test_where_nothing_can_be_kept_it_is_proved_all_the_same(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = tmp_path / "there"
    if place == "a folder in its place":
        (where / "proved.txt").mkdir(parents=True)
    else:
        where.write_text("no folder")
        where = where / "under" if place == "under a file" else where
    monkeypatch.setenv("RAFTNB_CACHE", str(where))
    for _ in range(2):
        assert (again().verdict, again().remembered) == (Verdict.HOLDS, 0)


def test_a_file_that_is_too_long_begins_anew(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines_of(cache)
    monkeypatch.setattr(kept, "MOST_BYTES", 10)
    assert again().remembered == 0


def write_many(path: Path, number: int) -> None:
    """Keep a hundred results."""
    one = Kept(path)
    for i in range(100):
        one.keep(digest(number, i), (f"claim_{number}", "another"))


def test_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "proved.txt"
    context = multiprocessing.get_context("spawn" if os.name == "nt" else "fork")
    crew = [context.Process(target=write_many, args=(path, number)) for number in range(6)]
    for process in crew:
        process.start()
    for process in crew:
        process.join()
    known = kept.read(path)
    assert known == {
        digest(number, i): (f"claim_{number}", "another") for number in range(6) for i in range(100)
    }


# Keys.

INT, NODE, EDGE = z3.IntSort(), z3.DeclareSort("Node"), z3.DeclareSort("Edge")
NAMED_INT = z3.DeclareSort("Int")


def of(sort: z3.SortRef, x: str = "x", y: str = "y") -> z3.BoolRef:
    """Two constants are the same."""
    return z3.Const(x, sort) == z3.Const(y, sort)


def related(arguments: str, kind: Any = z3.ForAll, bound: str = "abc", name: str = "r") -> Any:
    """A quantified relation of bound constants, by their letters."""
    known = {letter: z3.Const(f"{letter}!7", INT) for letter in "abc"}
    relation = z3.Function(name, *[INT for _ in arguments], z3.BoolSort())
    return kind([known[b] for b in bound], relation(*(known[a] for a in arguments)))


A, B, N = z3.Ints("a b n")
F = z3.Function("f", INT, INT)
DIFFERENT = [
    of(INT), of(NODE), of(EDGE), of(NAMED_INT), of(z3.BoolSort()), of(INT, "y", "x"),
    of(INT, "x!1", "y!2"), of(INT, "x!1", "x!2"), of(INT, "x!1", "x!1"), of(INT, "x!1", "y!1"),
    of(INT, "x#", "y#"), of(INT, "x!1!2", "x!1!3"), of(INT, "x!1.some", "x!2.some"),
    of(INT, "x!1.some", "x!2.value"), A < B, A <= B, B < A, A < 1, A < 2, A < -1, z3.Not(A < B),
    z3.And(A < B, A < 1), z3.And(A < 1, A < B), z3.Or(A < B, A < 1), z3.Implies(A < B, A < 1),
    z3.Implies(A < 1, A < B), A + B == 1, A - B == 1, B - A == 1, A * B == 1, A / B == 1,
    A % B == 1, z3.If(A < B, A, B) == 1, z3.If(A < B, B, A) == 1, z3.BoolVal(True),
    z3.BoolVal(False), z3.Bool("true"), z3.Bool("1"), F(A) == 1, F(F(A)) == 1, z3.Int("f") == 1,
    related("ab", bound="ab"), related("ba", bound="ab"), related("aa"),
    related("ab", z3.Exists), related("ab", name="q"),
    related("ab", bound="a"), related("ab", bound="b"),
    related("ab", bound="abc"), related("abc"), related("abc", z3.Exists),
    z3.ForAll([N], F(N) == A), z3.ForAll([N], F(N) == A, patterns=[F(N)]),
    z3.ForAll([N], F(F(N)) == A, patterns=[F(N)]), z3.ForAll([N], F(F(N)) == A, patterns=[F(F(N))]),
    z3.ForAll([N], F(F(N)) == A, patterns=[F(N), F(F(N))]),
    z3.ForAll([N], F(F(N)) == A, patterns=[z3.MultiPattern(F(N), F(F(N)))]),
    z3.ForAll([N], F(N) == A, weight=3), z3.ForAll([N], z3.Exists([B], F(N) == B)),
    z3.Exists([B], z3.ForAll([N], F(N) == B)), z3.ForAll([N], z3.ForAll([B], F(N) == B)),
]  # fmt: skip


def key(*formulas: z3.BoolRef | tuple[str, z3.BoolRef], writer: Writer | None = None) -> str:
    """The key of formulas."""
    pairs = [one if isinstance(one, tuple) else ("", one) for one in formulas]
    return (writer or Writer()).key([], pairs)


def test_conditions_that_differ_have_different_keys() -> None:
    keys = [key(one) for one in DIFFERENT]
    assert [str(one) for i, one in enumerate(DIFFERENT) if keys[i] in keys[:i]] == []
    together = Writer()
    assert [key(one, writer=together) for one in DIFFERENT] == keys


def test_what_is_given_how_and_in_which_order_is_a_part_of_the_key() -> None:
    p, q = A < B, B < 1
    given: list[tuple[Any, ...]] = [
        (p,), (q,), (p, q), (q, p), (p, p), (z3.And(p, q),), (("c", p), q), (p, ("c", q)),
        (("c", p), ("c", q)), (("c", p), ("d", q)), (("d", p), ("c", q)), (p, z3.Not(q)),
    ]  # fmt: skip
    assert len({key(*one) for one in given}) == len(given)
    assert Writer().key([1], [("", p)]) != Writer().key([2], [("", p)])


def test_numbers_in_names_are_counted_anew_but_stay_apart() -> None:
    one = z3.Const("c!1", NODE), z3.Const("c!2", NODE)
    other = z3.Const("c!8", NODE), z3.Const("c!5", NODE)
    r = z3.Function("r", NODE, NODE, z3.BoolSort())
    assert key(r(*one)) == key(r(*other))
    assert key(r(*one)) != key(r(one[0], one[0]))
    assert key(r(*one), r(one[1], one[0])) == key(r(*other), r(other[1], other[0]))
    assert key(r(*one), r(one[1], one[0])) != key(r(*other), r(*other))
    assert key(r(*one), r(*other)) != key(r(*one), r(*one))


def test_the_names_of_bound_constants_do_not_matter() -> None:
    n, m = z3.Ints("n m")
    assert key(z3.ForAll([n], F(n) == A)) == key(z3.ForAll([m], F(m) == A))
    assert key(z3.ForAll([n], F(n) == A)) != key(z3.ForAll([A], F(A) == A))
    assert key(related("ab", bound="ba")) == key(related("ba", bound="ab"))


# From the shell.


def test_the_command_remembers_and_has_a_switch(
    cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(*words: str) -> dict[str, Any]:
        assert main(["prove", "linearizable-store", "--json", "--trust", *words]) == 0
        return dict(json.loads(capsys.readouterr().out))

    first, second, third = told("--no-cache"), told(), told()
    assert not [one["remembered"] for one in (first, second) if one["remembered"]]
    assert third["remembered"] >= third["proved"] == 114
    assert told("--no-cache")["remembered"] == 0
