"""What can be imported from where: the public names, no more and no fewer."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import subprocess
import sys

import pytest

LANGUAGE = {
    "Delivery", "Domain", "Fairness", "Globals", "Liveness", "Map", "Message", "Model", "Nat",
    "Process", "Record", "Seq", "Set", "Spec", "World", "after", "always_eventually", "anything",
    "cycle", "discard", "each", "either", "eventually", "first", "history", "in_flight",
    "leads_to", "macro", "reply", "send", "strong", "weak", "when",
}  # fmt: skip
ERRORS = {"NotEnabled", "RaftnbError", "SpecError", "UsageError"}
SHOWN = {"draw_graph", "draw_trace", "refused", "show_change", "show_source"}
EXPLORED = {"explore_interactively", "show"}
FACES = {
    "raftnb": LANGUAGE | ERRORS | SHOWN | EXPLORED | {"Verdict", "check", "state_graph"},
    "raftnb.language": LANGUAGE,
    "raftnb.draw": SHOWN | {
        "Listing", "Picture", "Stepper", "Views", "draw_lasso", "draw_lemmas", "render",
        "log_stepper", "show_views", "timeline",
    },
    "raftnb.explorer": EXPLORED | {"Scenes", "Seen", "Shown", "StateDiagram", "diagram", "scenes"},
    "raftnb.draw.raft": {"draw_cluster", "draw_clusters", "draw_sequence"},
    "raftnb.specs": {"PROOFS", "REFINEMENTS", "SPECS"},
    "raftnb.experiments": {
        "ClientHistories", "SIZES", "client_histories", "client_history", "history_told", "sized",
        "Finding", "find_all", "find_out", "first_violation", "history_of", "play", "played",
        "produced", "store_history", "well_formed",
    },
}  # fmt: skip
ENGINES = {
    "raftnb.explore": {"Exploration", "check", "random_walks", "reachable", "state_graph"},
    "raftnb.record": {"FAULTS", "Recorded", "TraceRecorder", "record"},
    "raftnb.drive": {"Adapter", "Difference", "Driven", "Sent", "drive", "replay"},
    "raftnb.liveness": {"LivenessResult", "check_liveness"},
    "raftnb.conform": {
        "Conformance", "EventMapping", "Misfit", "Now", "conforms", "read_events",
    },
    "raftnb.refine": {"ClaimedRefinement", "Refinement", "refines", "refines_on_walks"},
    "raftnb.prove": {
        "Becomes", "Lemma", "Proof", "RefinementMapping", "Report", "Takes", "counterexample",
        "drop", "explain", "prove", "prove_refines",
    },
    "raftnb.pluscal": {"algorithm", "plain_module", "read_trace"},
    "raftnb.linear": {"Linearizability", "check", "read_history"},
}  # fmt: skip
HEAVY = {"graphviz", "llvmlite", "numba", "numpy", "scipy", "tqdm", "z3"}


@pytest.mark.parametrize("face", FACES)
def test_the_face_has_these_names_and_no_other(face: str) -> None:
    assert set(importlib.import_module(face).__all__) == FACES[face]


@pytest.mark.parametrize("face", ENGINES)
def test_the_engine_has_at_least_these_names(face: str) -> None:
    assert set(importlib.import_module(face).__all__) >= ENGINES[face]


@pytest.mark.parametrize("face", [*FACES, *ENGINES])
def test_every_public_name_is_there_and_its_functions_and_classes_are_documented(face: str) -> None:
    module = importlib.import_module(face)
    assert module.__doc__
    for name in module.__all__:
        value = getattr(module, name)
        if inspect.isfunction(value) or inspect.isclass(value):
            assert inspect.getdoc(value), name


@pytest.mark.parametrize("face", [*FACES, *ENGINES])
def test_a_name_stays_what_it_is_when_the_modules_are_imported(face: str) -> None:
    """A module that is called like a function of its folder takes the name of one that is lazy."""
    module = importlib.import_module(face)
    for found in pkgutil.iter_modules(getattr(module, "__path__", ()), f"{face}."):
        importlib.import_module(found.name)
    assert not [name for name in module.__all__ if inspect.ismodule(getattr(module, name))]


def test_a_name_that_the_package_does_not_have_is_an_attribute_error() -> None:
    import raftnb

    with pytest.raises(AttributeError, match="'raftnb' has no attribute 'chekc'"):
        raftnb.__getattr__("chekc")
    assert set(dir(raftnb)) == FACES["raftnb"]


def test_importing_the_package_imports_no_engine_and_no_drawing() -> None:
    asked = "import raftnb, sys; print(*sorted({m.partition('.')[0] for m in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) & HEAVY == set()
    asked = "import raftnb, sys; print(*(m for m in sys.modules if m.startswith('raftnb.')))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    rooms = {name.split(".")[1] for name in done.stdout.split()}
    assert rooms == {"data", "language"}


def test_the_command_line_imports_an_engine_only_when_it_runs_one() -> None:
    asked = "import raftnb.__main__, sys; print(*{m.partition('.')[0] for m in sys.modules})"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) & {"llvmlite", "numba", "scipy", "z3"} == set()
