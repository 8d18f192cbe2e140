"""Proofs by inductive invariant, for any number of processes, from a specification's own source."""

from raftnb.prove.report import Checked, Counterexample, Report
from raftnb.prove.run import prove

__all__ = ["Checked", "Counterexample", "Report", "prove"]
