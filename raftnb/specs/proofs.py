"""The proofs, by the names of the specifications that they are of."""

from __future__ import annotations

from raftnb.language.proof import Proof
from raftnb.specs.raft.proof import RAFT_PROOF
from raftnb.specs.store.proof import LINEARIZABLE_STORE_PROOF, SEQUENTIAL_STORE_PROOF

PROOFS: dict[str, Proof] = {
    proof.spec.name: proof
    for proof in (SEQUENTIAL_STORE_PROOF, LINEARIZABLE_STORE_PROOF, RAFT_PROOF)
}

__all__ = ["PROOFS"]
