"""Proofs by inductive invariant, for any number of processes, from a specification's own source."""

from raftnb.data.rooms import room_of
from raftnb.language.leads import Helps, Leads
from raftnb.language.mapping import Becomes, RefinementMapping, Takes
from raftnb.language.proof import Lemma, Proof
from raftnb.prove.bounded import BoundedAnswer, check_bounded, k_induction
from raftnb.prove.cti import Disagreement, counterexample
from raftnb.prove.explain import changed_actions, drop, explain, witness
from raftnb.prove.refinement import prove_refines
from raftnb.prove.report import Checked, Compared, Counterexample, Report, Violation
from raftnb.prove.run import prove
from raftnb.prove.small import InstanceSize

__all__ = [
    "Becomes",
    "BoundedAnswer",
    "Checked",
    "Compared",
    "Counterexample",
    "Disagreement",
    "Helps",
    "InstanceSize",
    "Leads",
    "Lemma",
    "Proof",
    "RefinementMapping",
    "Report",
    "Takes",
    "Violation",
    "changed_actions",
    "check_bounded",
    "counterexample",
    "drop",
    "explain",
    "k_induction",
    "prove",
    "prove_refines",
    "witness",
]
room_of(__name__, "prove")
