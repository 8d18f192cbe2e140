"""The proof that Raft with libraft's elections is safe: Raft's own, as it stands.

Who refuses a vote promises nothing, and who asks around changes neither its term nor its vote.
"""

from raftnb.specs.libraries.libraft_elections import LIBRAFT_ELECTIONS
from raftnb.specs.raft.proof import RAFT_PROOF

LIBRAFT_ELECTIONS_PROOF = RAFT_PROOF.of(LIBRAFT_ELECTIONS)

__all__ = ["LIBRAFT_ELECTIONS_PROOF"]
