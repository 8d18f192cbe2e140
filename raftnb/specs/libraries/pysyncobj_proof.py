"""The proof that Raft as PySyncObj does it is safe: Raft's own, as it stands."""

from raftnb.specs.libraries.pysyncobj import RAFT_PYSYNCOBJ
from raftnb.specs.raft.proof import RAFT_PROOF

RAFT_PYSYNCOBJ_PROOF = RAFT_PROOF.of(RAFT_PYSYNCOBJ)

__all__ = ["RAFT_PYSYNCOBJ_PROOF"]
