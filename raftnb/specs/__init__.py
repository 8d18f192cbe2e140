"""The specifications of the notebooks, their proofs and their refinements, each by its name."""

from __future__ import annotations

from raftnb.language.proof import Proof
from raftnb.language.spec import Spec
from raftnb.specs.libraries.etcd_proof import RAFT_ETCD_PROOF
from raftnb.specs.libraries.libraft_elections_proof import LIBRAFT_ELECTIONS_PROOF
from raftnb.specs.libraries.pysyncobj_proof import RAFT_PYSYNCOBJ_PROOF
from raftnb.specs.raft.claims import RAFT
from raftnb.specs.raft.clients import RAFT_STORE, RAFT_STORE_READ_INDEX
from raftnb.specs.raft.disks import RAFT_DISKS, RAFT_TORN_DISKS
from raftnb.specs.raft.leases import RAFT_STORE_LEASES
from raftnb.specs.raft.log import RAFT_LOG
from raftnb.specs.raft.log_proof import RAFT_LOG_PROOF
from raftnb.specs.raft.membership import RAFT_JOINT, RAFT_ONE_BY_ONE
from raftnb.specs.raft.membership_proof import RAFT_JOINT_PROOF, RAFT_ONE_BY_ONE_PROOF
from raftnb.specs.raft.ongaro_tla import RAFT_TLA
from raftnb.specs.raft.prevote import RAFT_PREVOTE, UNHURRIED_PREVOTE
from raftnb.specs.raft.prevote_proof import RAFT_PREVOTE_PROOF
from raftnb.specs.raft.progress import TIMELY_RAFT
from raftnb.specs.raft.proof import RAFT_PROOF
from raftnb.specs.raft.read_index import RAFT_READ_INDEX
from raftnb.specs.raft.read_index_proof import RAFT_READ_INDEX_PROOF
from raftnb.specs.raft.snapshots import CATCHING_UP, RAFT_SNAPSHOTS
from raftnb.specs.raft.snapshots_proof import RAFT_SNAPSHOTS_PROOF
from raftnb.specs.raft.store_proof import RAFT_STORE_PROOF
from raftnb.specs.raft.store_read_index_proof import RAFT_STORE_READ_INDEX_PROOF
from raftnb.specs.raft.transfer import RAFT_TRANSFER, UNHURRIED_TRANSFER
from raftnb.specs.raft.transfer_proof import RAFT_TRANSFER_PROOF
from raftnb.specs.refinements import REFINEMENTS
from raftnb.specs.store.concurrent import LINEARIZABLE_STORE, QUEUE_STORE, STALE_STORE
from raftnb.specs.store.memory import INTERNAL_MEMORY, WRITE_THROUGH_CACHE
from raftnb.specs.store.proof import LINEARIZABLE_STORE_PROOF, SEQUENTIAL_STORE_PROOF
from raftnb.specs.store.sequential import FAIR_STORE, SEQUENTIAL_STORE

STORES = (SEQUENTIAL_STORE, FAIR_STORE, QUEUE_STORE, LINEARIZABLE_STORE, STALE_STORE)
CLIENTS = (RAFT_LOG, RAFT_READ_INDEX, RAFT_STORE, RAFT_STORE_READ_INDEX, RAFT_STORE_LEASES)
ELECTIONS = (RAFT_PREVOTE, UNHURRIED_PREVOTE, RAFT_TRANSFER, UNHURRIED_TRANSFER)
RAFTS = (RAFT, TIMELY_RAFT, RAFT_TLA)
DISKS = (RAFT_DISKS, RAFT_TORN_DISKS)
CLUSTERS = (RAFT_SNAPSHOTS, CATCHING_UP, RAFT_JOINT, RAFT_ONE_BY_ONE)
MEMORIES = (INTERNAL_MEMORY, WRITE_THROUGH_CACHE)
SPECS: dict[str, Spec] = {
    spec.name: spec
    for spec in (
        *STORES,
        *MEMORIES,
        RAFT,
        TIMELY_RAFT,
        RAFT_TLA,
        *ELECTIONS,
        *CLUSTERS,
        *DISKS,
        *CLIENTS,
    )
}
PROOFS: dict[str, Proof] = {
    proof.spec.name: proof
    for proof in (
        SEQUENTIAL_STORE_PROOF,
        LINEARIZABLE_STORE_PROOF,
        RAFT_PROOF,
        RAFT_PREVOTE_PROOF,
        RAFT_TRANSFER_PROOF,
        RAFT_SNAPSHOTS_PROOF,
        RAFT_JOINT_PROOF,
        RAFT_ONE_BY_ONE_PROOF,
        RAFT_LOG_PROOF,
        RAFT_READ_INDEX_PROOF,
        RAFT_STORE_PROOF,
        RAFT_STORE_READ_INDEX_PROOF,
        RAFT_ETCD_PROOF,
        LIBRAFT_ELECTIONS_PROOF,
        RAFT_PYSYNCOBJ_PROOF,
    )
}

__all__ = ["PROOFS", "REFINEMENTS", "SPECS"]
