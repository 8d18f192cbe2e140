"""Where the specifications of the notebooks are, and what is claimed of them, each by its name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from raftnb.language.spec import Spec

if TYPE_CHECKING:
    from raftnb.language.proof import Proof
    from raftnb.language.refinement import ClaimedRefinement

T = TypeVar("T")


class Catalog(Mapping[str, T]):
    """Values by their names; each is made when it is asked for, since to make all takes seconds.

    `places` says of each its module, below this folder, and its name there: `module:NAME`.
    """

    def __init__(self, places: Mapping[str, str]) -> None:
        self._places = dict(places)

    def __getitem__(self, name: str) -> T:
        module, _, attribute = self._places[name].partition(":")
        found: Any = getattr(import_module(f"raftnb.specs.{module}"), attribute)
        return found  # type: ignore[no-any-return]

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


SPECS: Mapping[str, Spec] = Catalog(
    {
        "sequential-store": "store.sequential:SEQUENTIAL_STORE",
        "fair-store": "store.sequential:FAIR_STORE",
        "queue-store": "store.concurrent:QUEUE_STORE",
        "linearizable-store": "store.concurrent:LINEARIZABLE_STORE",
        "stale-store": "store.concurrent:STALE_STORE",
        "internal-memory": "store.memory:INTERNAL_MEMORY",
        "write-through-cache": "store.memory:WRITE_THROUGH_CACHE",
        "raft": "raft.claims:RAFT",
        "timely-raft": "raft.progress:TIMELY_RAFT",
        "orderly-raft": "raft.progress:ORDERLY_RAFT",
        "raft-tla": "raft.ongaro_tla:RAFT_TLA",
        "raft-prevote": "raft.prevote:RAFT_PREVOTE",
        "unhurried-prevote": "raft.prevote:UNHURRIED_PREVOTE",
        "raft-transfer": "raft.transfer:RAFT_TRANSFER",
        "unhurried-transfer": "raft.transfer:UNHURRIED_TRANSFER",
        "raft-snapshots": "raft.snapshots:RAFT_SNAPSHOTS",
        "catching-up": "raft.snapshots:CATCHING_UP",
        "raft-joint": "raft.membership:RAFT_JOINT",
        "raft-one-by-one": "raft.membership:RAFT_ONE_BY_ONE",
        "raft-joint-snapshots": "raft.compacting_members:RAFT_JOINT_SNAPSHOTS",
        "raft-learners": "raft.learners:RAFT_LEARNERS",
        "raft-disks": "raft.disks:RAFT_DISKS",
        "raft-torn-disks": "raft.disks:RAFT_TORN_DISKS",
        "raft-emptied-disks": "raft.emptied:RAFT_EMPTIED_DISKS",
        "raft-log": "raft.log:RAFT_LOG",
        "raft-read-index": "raft.read_index:RAFT_READ_INDEX",
        "raft-store": "raft.clients:RAFT_STORE",
        "raft-store-read-index": "raft.clients:RAFT_STORE_READ_INDEX",
        "raft-store-leases": "raft.leases:RAFT_STORE_LEASES",
    }
)
PROOFS: Mapping[str, Proof] = Catalog(
    {
        "sequential-store": "store.proof:SEQUENTIAL_STORE_PROOF",
        "sequential-store-progress": "store.progress:SEQUENTIAL_STORE_PROGRESS",
        "linearizable-store": "store.proof:LINEARIZABLE_STORE_PROOF",
        "raft": "raft.proof:RAFT_PROOF",
        "raft-election": "raft.election_progress:RAFT_ELECTION_PROOF",
        "raft-prevote": "raft.prevote_proof:RAFT_PREVOTE_PROOF",
        "raft-prevote-election": "raft.prevote_progress:RAFT_PREVOTE_ELECTION_PROOF",
        "raft-transfer": "raft.transfer_proof:RAFT_TRANSFER_PROOF",
        "raft-snapshots": "raft.snapshots_proof:RAFT_SNAPSHOTS_PROOF",
        "raft-joint": "raft.membership_proof:RAFT_JOINT_PROOF",
        "raft-one-by-one": "raft.one_by_one_proof:RAFT_ONE_BY_ONE_PROOF",
        "raft-learners": "raft.learners_proof:RAFT_LEARNERS_PROOF",
        "raft-joint-snapshots": "raft.compacting_members_proof:RAFT_JOINT_SNAPSHOTS_PROOF",
        "raft-disks": "raft.disks_proof:RAFT_DISKS_PROOF",
        "raft-torn-disks": "raft.torn_proof:RAFT_TORN_DISKS_PROOF",
        "raft-emptied-disks": "raft.emptied_proof:RAFT_EMPTIED_DISKS_PROOF",
        "raft-log": "raft.log_proof:RAFT_LOG_PROOF",
        "raft-read-index": "raft.read_index_proof:RAFT_READ_INDEX_PROOF",
        "raft-store": "raft.store_proof:RAFT_STORE_PROOF",
        "raft-store-read-index": "raft.store_read_index_proof:RAFT_STORE_READ_INDEX_PROOF",
        "raft-etcd": "libraries.etcd_proof:RAFT_ETCD_PROOF",
        "raft-libraft": "libraries.libraft_proof:RAFT_LIBRAFT_PROOF",
        "libraft-elections": "libraries.libraft_elections_proof:LIBRAFT_ELECTIONS_PROOF",
        "raft-pysyncobj": "libraries.pysyncobj_proof:RAFT_PYSYNCOBJ_PROOF",
    }
)
REFINEMENTS: Mapping[str, ClaimedRefinement] = Catalog(
    {
        "write-through-cache": "refinements:CACHE_AS_MEMORY",
        "sequential-store": "refinements:TURNS_AS_STORE",
        "fair-store": "refinements:FAIR_TURNS_AS_STORE",
        "queue-store": "refinements:QUEUE_AS_STORE",
        "stale-store": "refinements:STALE_AS_STORE",
        "raft-store": "raft.store_mapping:RAFT_AS_STORE",
    }
)
