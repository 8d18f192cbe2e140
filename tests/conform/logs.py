"""Recorded logs of libraries, read once."""

from __future__ import annotations

from functools import cache
from typing import Any

from raftnb.conform import Conformance, EventMapping, conforms, recorded_log

ETCD = "etcdraft_n3_s1"
PYSYNCOBJ, NO_JOURNAL = "pso_journal_kill2", "pso_no_journal"
OLD_TERM, PRE_VOTE, SNAPSHOTS, WHOLE_LOG = (
    "libraft_n3_seed1_pre0_snap0",
    "libraft_n3_seed3_pre1_snap0",
    "libraft_n3_seed6_pre0_snap4",
    "libraft_n3_seed176_pre0_snap0",
)


@cache
def events_of(name: str) -> tuple[dict[str, Any], ...]:
    """The events of a log."""
    return tuple(recorded_log(name))  # type: ignore[arg-type]


def held(mapping: EventMapping, events: Any, **options: Any) -> Conformance:
    """What comes of holding events against the mapping's own model, from where a log begins."""
    model, start = mapping.begin(events)
    return conforms(model, events, mapping, start=start, **options)
