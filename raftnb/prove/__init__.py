"""Proofs by inductive invariant, for any number of processes, from a specification's own source."""

from raftnb.prove.explain import drop, explain, witness
from raftnb.prove.finite import Bounds, counterexample
from raftnb.prove.report import Checked, Counterexample, Report
from raftnb.prove.run import prove

__all__ = [
    "Bounds",
    "Checked",
    "Counterexample",
    "Report",
    "counterexample",
    "drop",
    "explain",
    "prove",
    "witness",
]
