"""The commands, given specifications of one's own: in files, modules and notebooks."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from raftnb.__main__ import main

Run = Callable[..., tuple[int, str, str]]

DOOR = """
    from raftnb import *
    from raftnb.prove import Lemma, Proof
    from raftnb.refine import ClaimedRefinement


    class Door(Globals):
        holder: "Client | None" = None


    class Client(Process, number="clients"):
        inside: bool = False

        def enter(self) -> None:
            when(Door.holder is None)
            Door.holder = self
            self.inside = True

        def leave(self) -> None:
            when(self.inside)
            Door.holder = None
            self.inside = False


    def held(a: Client) -> bool:
        return a.inside == (Door.holder == a)


    def is_inside(a: Client) -> bool:
        return a.inside


    DOOR = Spec(
        "door",
        processes=(Client,),
        shared=(Door,),
        constants={"clients": 2},
        invariants=(held,),
        fairness=(weak(Client),),
        liveness=(always_eventually(is_inside),),
    )
    """
OTHERS = """

    class Quiet(Client):
        def leave(self) -> None:
            when(False)


    STRICT = DOOR.variant("strict")
    PROOF = Proof(DOOR, invariant=(Lemma(held),))
    SAME = ClaimedRefinement(
        DOOR, STRICT, lambda abstract: lambda state: state.seen_as(abstract.layout, {})
    )
    """
VARIANTS = """
    from raftnb import *
    from {module} import Client, Door


    class Rude(Client):
        def enter(self) -> None:
            Door.holder = self
            self.inside = True


    class Slow(Client):
        pass
    """


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in a folder of its own, which has some files."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", list(__import__("sys").path))

    def ran(line: str, **files: str) -> tuple[int, str, str]:
        for name, text in files.items():
            path = tmp_path / name.replace("__", ".")
            path.write_text(dedent(text), encoding="utf-8")
        code = main(shlex.split(line))
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return ran


def answer(done: tuple[int, str, str]) -> dict[str, Any]:
    return json.loads(done[1])


def rows(text: str) -> dict[str, str]:
    """The rows of an error; nothing else may be printed."""
    found = dict(line.split(":", 1) for line in text.rstrip("\n").split("\n"))
    assert next(iter(found)) in ("at", "found")
    assert set(found) <= {"at", "found", "allowed", "cure"}
    return {key: value.strip() for key, value in found.items()}


def test_the_only_specification_of_a_file_needs_no_name(run: Run) -> None:
    done = run("check own_a.py --json", own_a__py=DOOR)
    assert (done[0], answer(done)["spec"], answer(done)["distinct"]) == (0, "door", 3)


def test_constants_of_ones_own_are_set_as_any_other(run: Run) -> None:
    done = run("check own_b.py:DOOR --set clients=3 --json", own_b__py=DOOR)
    assert (answer(done)["distinct"], answer(done)["constants"]) == (4, {"clients": 3})


def test_a_module_is_named_as_python_names_it(run: Run) -> None:
    assert answer(run("check own_c:DOOR --json", own_c__py=DOOR))["distinct"] == 3


def test_of_several_specifications_those_found_are_listed(run: Run) -> None:
    code, out, err = run("check own_d.py", own_d__py=DOOR + OTHERS)
    assert (code, out) == (2, "")
    assert rows(err)["found"] == "2 values of the kind Spec"
    assert rows(err)["allowed"] == "Spec: DOOR, STRICT"
    assert rows(err)["cure"] == "own_d.py:DOOR"


def test_what_a_file_imports_is_not_its_own(run: Run) -> None:
    text = DOOR + "\n    from raftnb.specs.raft.claims import RAFT\n"
    assert answer(run("check own_e.py --json", own_e__py=text))["spec"] == "door"
    only = "from raftnb.specs.store.sequential import SEQUENTIAL_STORE as STORE"
    assert answer(run("check own_f.py --json", own_f__py=only))["spec"] == "sequential-store"


def test_every_command_takes_a_file(run: Run) -> None:
    text = DOOR + OTHERS
    assert run("walk own_g.py:DOOR --walks 3", own_g__py=text)[0] == 3
    assert run("liveness own_g.py:DOOR --set clients=1")[0] == 0
    assert run("liveness own_g.py:DOOR --fair none")[0] == 1
    assert run("refines own_g.py")[0] == 0
    assert run("prove own_g.py:PROOF --trust")[0] == 0
    assert run("prove own_g.py:DOOR --trust")[0] == 0


def test_without_a_proof_the_claims_themselves_are_tried(run: Run) -> None:
    code, out, _ = run("prove own_h.py --trust --json", own_h__py=DOOR)
    assert (code, json.loads(out)["obligations"]) == (0, 3)


def test_a_variant_of_ones_own_is_checked_walked_and_proved(run: Run) -> None:
    files = {"own_i__py": DOOR, "mine_i__py": VARIANTS.replace("{module}", "own_i")}
    done = run("check own_i.py --variant mine_i.py:Rude --json", **files)
    assert (done[0], answer(done)["spec"], answer(done)["property"]) == (
        1, "door with Rude", "held",
    )  # fmt: skip
    assert run("walk own_i.py --variant mine_i.py:Rude --walks 9")[0] == 1
    assert run("prove own_i.py --variant mine_i.py:Rude --trust")[0] in (1, 3)
    assert run("check own_i.py --variant mine_i.py:Slow")[0] == 0


def test_a_variant_of_a_specification_of_the_package(run: Run) -> None:
    text = """
        from raftnb import *
        from raftnb.specs.store.sequential import Client, Shared


        class Unlocked(Client):
            def take_mutex(self) -> None:
                Shared.mutex = self
        """
    done = run("check sequential-store --variant mine_j.py --json", mine_j__py=text)
    assert (done[0], answer(done)["property"]) == (1, "one_client_at_a_time")


def test_a_variant_that_varies_nothing_is_refused(run: Run) -> None:
    files = {"own_k__py": DOOR, "mine_k__py": VARIANTS.replace("{module}", "own_k")}
    code, _, err = run("check own_k.py --variant mine_k.py", **files)
    assert (code, rows(err)["found"]) == (2, "2 classes that vary one of `door`")
    assert rows(err)["allowed"] == "a subclass of Client, Door: Rude, Slow"
    code, _, err = run("check own_k.py --variant mine_k.py:Rue")
    assert rows(err)["found"] == "`Rue`, which varies no class of `door`"
    assert rows(err)["cure"] == "--variant mine_k.py:Rude"
    code, _, err = run("check own_k.py --variant Rude")
    assert rows(err)["allowed"] == "FILE.py:CLASS, MODULE:CLASS"


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        ("txt", "3. c2.enter()"),
        ("json", '"process": "c2"'),
        ("html", "<h1>violated: held</h1>"),
        ("svg", "<svg"),
    ],
)
def test_the_trace_is_kept(run: Run, tmp_path: Path, kind: str, part: str) -> None:
    own, mine = f"own_{kind}", f"mine_{kind}"  # no module is of two tests
    files = {f"{own}__py": DOOR, f"{mine}__py": VARIANTS.replace("{module}", own)}
    code, out, _ = run(f"check {own}.py --variant {mine}.py:Rude --trace t.{kind}", **files)
    assert code == 1
    assert out.endswith(f"trace of 2 steps: t.{kind}\n")
    assert part in (tmp_path / f"t.{kind}").read_text(encoding="utf-8")


def test_the_trace_is_kept_in_several_files(run: Run, tmp_path: Path) -> None:
    files = {"own_both__py": DOOR, "mine_both__py": VARIANTS.replace("{module}", "own_both")}
    words = "check own_both.py --variant mine_both.py:Rude --trace t.txt --trace u.json"
    code, out, _ = run(words, **files)
    assert (code, out.splitlines()[-1]) == (1, "trace of 2 steps: t.txt, u.json")
    assert "3. c2.enter()" in (tmp_path / "t.txt").read_text(encoding="utf-8")
    assert (
        json.loads((tmp_path / "u.json").read_text(encoding="utf-8"))["answer"] == "violated: held"
    )
    _, out, _ = run("check own_both.py --trace v.txt --trace w.txt --json")
    assert json.loads(out)["kept"] == "no trace: nothing was written to v.txt, w.txt"


def test_each_violation_is_named_when_it_is_found(run: Run) -> None:
    files = {"own_each__py": DOOR, "mine_each__py": VARIANTS.replace("{module}", "own_each")}
    words = "check own_each.py --variant mine_each.py:Rude --continue"
    code, out, err = run(words, **files)
    assert (code, err.splitlines()[0]) == (1, "violated: held, after 2 steps; going on")
    assert "violated: held\n" in out
    code, out, err = run(f"{words} --json", **files)
    assert (json.loads(out)["property"], err) == ("held", "")


def test_no_trace_writes_nothing_and_says_so(run: Run, tmp_path: Path) -> None:
    _, out, _ = run("check own_m.py --trace t.txt --json", own_m__py=DOOR)
    assert json.loads(out)["kept"] == "no trace: nothing was written to t.txt"
    assert not (tmp_path / "t.txt").exists()


def test_a_trace_that_cannot_be_kept_is_refused_before_anything_is_computed(run: Run) -> None:
    for word in ("t.pdf", "t", "nowhere/t.txt", "."):
        code, _, err = run(f"check raft --trace {word}")
        assert (code, rows(err)["at"]) == (2, "command line, --trace")


def test_the_time_is_a_bound(run: Run) -> None:
    done = run("check raft --max-seconds 0.5 --json")
    assert (done[0], answer(done)["verdict"], answer(done)["bound"]) == (
        3, "unknown", "max_seconds 0.5",
    )  # fmt: skip
    assert run("check own_n.py --max-seconds 100", own_n__py=DOOR)[0] == 0


def notebook(*cells: str, tags: tuple[str, ...] = ()) -> str:
    made = [
        {"cell_type": "code", "source": dedent(cell).strip("\n").splitlines(keepends=True)}
        for cell in cells
    ]
    for cell in made:
        cell["metadata"] = {"tags": list(tags)}
    made.insert(0, {"cell_type": "markdown", "source": ["# A door"]})
    return json.dumps({"cells": made, "nbformat": 4, "metadata": {}})


def test_a_notebook_runs_without_what_only_ipython_understands(run: Run) -> None:
    cells = ["%load_ext autoreload\nprint('loud')", "%%time\nNOT = 1", DOOR, "!ls\nlist?\nDOOR()"]
    code, out, err = run("check nb_a.ipynb --json", nb_a__ipynb=notebook(*cells))
    assert (code, json.loads(out)["distinct"]) == (0, 3)
    assert err.splitlines()[:4] == [
        "left out of nb_a.ipynb, code cell 1, line 1: `%load_ext autoreload`",
        "left out of nb_a.ipynb, code cell 2: all of it, `%%time`",
        "left out of nb_a.ipynb, code cell 4, line 1: `!ls`",
        "left out of nb_a.ipynb, code cell 4, line 2: `list?`",
    ]


def test_cells_after_the_specification_are_not_run(run: Run) -> None:
    text = notebook(DOOR, "raise ValueError('later')")
    assert run("check nb_b.ipynb:DOOR", nb_b__ipynb=text)[0] == 0
    code, _, err = run("check nb_b.ipynb")
    assert (code, rows(err)["found"]) == (2, "ValueError: later")
    assert rows(err)["at"].startswith("nb_b.ipynb code cell 2, line 1")


def test_a_variant_of_the_same_notebook_is_made_of_the_same_classes(run: Run) -> None:
    message = "class Knock(Message):\n    pass"
    visitor = """
        class Room(Process):
            open: bool = False

            def hear(self, m: Knock) -> None:
                self.open = True


        class Visitor(Process):
            def knock(self) -> None:
                for room in Room:
                    send(Knock(), to=room)


        def closed(r: Room) -> bool:
            return not r.open


        ROOM = Spec("room", (Room, Visitor), invariants=(closed,), delivery=Delivery())
        """
    deaf = """
        class Deaf(Room):
            def hear(self, m: Knock) -> None:
                when(False)


        class Late(Room):
            def hear(self, m: Knock) -> None:
                self.open = not self.open
        """
    text = notebook("from raftnb import *", message, visitor, deaf, "print(1 // 0)")
    said = [
        run(f"check room.ipynb:ROOM --variant room.ipynb:{name} --json", room__ipynb=text)[:2]
        for name in ("Late", "Deaf")
    ]
    assert [(code, json.loads(out)["distinct"]) for code, out in said] == [(1, 3), (0, 2)]


def test_a_cell_that_jupyter_lets_raise_may_raise(run: Run) -> None:
    text = notebook("1 // 0", DOOR, tags=("raises-exception",))
    assert run("check nb_c.ipynb", nb_c__ipynb=text)[0] == 0


def test_a_refusal_in_a_notebook_names_cell_and_line(run: Run) -> None:
    wrong = DOOR.replace("when(self.inside)", "while self.inside: pass")
    code, _, err = run("check nb_d.ipynb:DOOR", nb_d__ipynb=notebook("x = 1", wrong))
    assert (code, rows(err)["found"]) == (2, "`while`")
    assert rows(err)["at"].startswith("nb_d.ipynb code cell 2, line 19, column 9, in Client.leave")


WRONG = {
    "x = (": ("w.py, line 1", "'(' was never closed: `x = (`", "mend the line, or the one before"),
    "import nothing_such": (
        "w.py, line 1, column 1, in <module>: `import nothing_such`",
        "ModuleNotFoundError: No module named 'nothing_such'",
        "install `nothing_such`, or put `nothing_such.py` beside the file",
    ),
    "x = 1\ny = z": (
        "w.py, line 2, column 5, in <module>: `y = z`",
        "NameError: name 'z' is not defined",
        "import or define `z` above this line",
    ),
    "raise SystemExit(3)": (
        "w.py, line 1, column 1, in <module>: `raise SystemExit(3)`",
        "SystemExit: 3",
        'put what ends the program under `if __name__ == "__main__":`',
    ),
    "from raftnb.explore import randm_walks": (
        "w.py, line 1, column 1, in <module>: `from raftnb.explore import randm_walks`",
        "ImportError: cannot import name 'randm_walks' from 'raftnb.explore'",
        "did you mean `random_walks`?",
    ),
    "from raftnb import CHOOSE": (
        "w.py, line 1, column 1, in <module>: `from raftnb import CHOOSE`",
        "`CHOOSE`, which `raftnb` does not have",
        "any of several is `either(*options)` in an action",
    ),
    "x = oneof(1, 2)": (
        "w.py, line 1, column 5, in <module>: `x = oneof(1, 2)`",
        "NameError: name 'oneof' is not defined",
        "any of several is `either(*options)` in an action",
    ),
    "1 // 0": (
        "w.py, line 1, column 1, in <module>: `1 // 0`",
        "ZeroDivisionError: integer division or modulo by zero",
        "run it by itself to see more: `python w.py`",
    ),
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_in_a_file_has_its_place_there(run: Run, text: str) -> None:
    code, out, err = run("check w.py", w__py=text)
    place, found, cure = WRONG[text]
    assert (code, out) == (2, "")
    assert rows(err)["at"].startswith(place)
    assert rows(err)["found"].startswith(found)
    assert cure in rows(err)["cure"]


def test_files_and_names_that_are_not_there_are_near_to_some_that_are(run: Run) -> None:
    _, _, err = run("check own_p.py", own_o__py=DOOR)
    assert rows(err)["cure"] == "did you mean `own_o.py`?"
    _, _, err = run("check own_o.py:DOR")
    assert rows(err)["cure"] == "own_o.py:DOOR"
    _, _, err = run("check own_o.py:Client")
    assert rows(err)["found"] == "`Client`, a ProcessType"
    _, _, err = run("check no_such_module:X")
    assert rows(err)["found"] == "ModuleNotFoundError: No module named 'no_such_module'"


def test_what_a_file_prints_stays_out_of_the_json(run: Run) -> None:
    done = run("check own_q.py --json", own_q__py="print('hello')\n" + dedent(DOOR))
    assert answer(done)["verdict"] == "holds"
    assert done[2] == "hello\n"


def test_a_check_begins_where_a_kept_trace_ends(run: Run) -> None:
    files = {"own_r__py": DOOR, "mine_r__py": VARIANTS.replace("{module}", "own_r")}
    variant = "own_r.py --variant mine_r.py:Rude"
    run(f"walk {variant} --walks 5 --trace t.json", **files)
    code, out, _ = run("check own_r.py --start t.json --json")
    found = json.loads(out)
    assert (code, found["property"], len(found["trace"]["steps"])) == (1, "held", 0)
    assert found["trace"]["states"][0]["Door"] != {"holder": None}
    assert run("walk own_r.py --start t.json --walks 3")[0] == 1


def test_a_start_that_fits_no_state_is_refused(run: Run, tmp_path: Path) -> None:
    for text, part in {
        "": "no trace in the file",
        "{}": "no trace in the file",
        '{"states": [{}]}': "a state without Door.holder",
        '{"states": [{"Door": {"holder": 3}, "c1": {"inside": false}}]}': "3 as the value of",
        '{"states": [{"Door": {"holder": "c9"}, "c1": {"inside": false}}]}': "'c9' as the value",
    }.items():
        (tmp_path / "t.json").write_text(text)
        code, _, err = run("check own_s.py --set clients=1 --start t.json", own_s__py=DOOR)
        assert (code, rows(err)["at"][:22]) == (2, "command line, --start ")
        assert part in rows(err)["found"]
    _, _, err = run("check own_s.py --start nothing.json")
    assert rows(err)["found"] == "No such file or directory"


def test_a_start_says_of_what_its_trace_is(run: Run) -> None:
    """What differs, and how it was made, which the file says."""
    files = {"own_t__py": DOOR, "mine_t__py": VARIANTS.replace("{module}", "own_t")}
    rude = "own_t.py --variant mine_t.py:Rude --set clients=ann,bob"
    run(f"check {rude} --trace t.json", **files)
    _, _, err = run("check own_t.py --start t.json")
    assert rows(err)["found"].startswith("a state with ann.inside, bob.inside, and without c1.in")
    assert rows(err)["cure"] == "it was made with other constants: --set clients=ann,bob"
    _, _, err = run("check own_t.py --set clients=5 --start t.json")
    assert rows(err)["found"].endswith("without c1.inside, c2.inside, c3.inside and 2 more")
    _, _, err = run("check raft --start t.json")
    assert rows(err)["found"].startswith("a state with Door.holder, ann.inside, bob.inside, and ")
    own = "it is a trace of `door with Rude`: give that specification, or a trace of `raft`"
    assert rows(err)["cure"] == own
    changed = DOOR.replace("holder", "keeper")
    _, _, err = run("check own_u.py --set clients=ann,bob --start t.json", own_u__py=changed)
    assert rows(err)["found"] == "a state with Door.holder, and without Door.keeper"
    assert rows(err)["cure"].startswith("the specification is not what it was when the trace was ")


STUCK = """
    from raftnb import *


    class Once(Process):
        done: bool = False

        def do(self) -> None:
            when(not self.done)
            self.done = True


    ONCE = Spec("once", processes=(Once,))
    """


def test_a_deadlock_that_is_the_end_has_its_cure(run: Run) -> None:
    code, out, err = run("check own_t.py", own_t__py=STUCK)
    assert (code, out.splitlines()[1]) == (1, "violated: deadlock")
    assert err.startswith("hint: if that state is the end, say so: `final=`")
    done = run("check own_t.py --json")
    assert answer(done)["hints"] == [err.removeprefix("hint: ").rstrip()]
    assert run("check own_t.py --no-deadlock")[0] == 0
