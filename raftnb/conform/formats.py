"""The formats of logs that are known by name, each with its mapping."""

from __future__ import annotations

from collections.abc import Callable

from raftnb.conform.etcd import EtcdMapping
from raftnb.conform.libraft import LibraftMapping
from raftnb.conform.mapping import EventMapping
from raftnb.conform.pysyncobj import PySyncObjMapping
from raftnb.conform.recorded import RecordedMapping

FORMATS: dict[str, Callable[[], EventMapping]] = {
    "etcd-raft": EtcdMapping,
    "libraft": LibraftMapping,
    "pysyncobj": PySyncObjMapping,
    "raftnb": RecordedMapping,
}
DEFAULT = "raftnb"
"""The package's own format, which docs/conform-format.md describes."""
AS_IS: dict[str, Callable[[], EventMapping]] = {
    "libraft": lambda: LibraftMapping(as_is=True),
}
"""Mappings to variants with the known faults of a library, under which the claims are asked."""

__all__ = ["AS_IS", "DEFAULT", "FORMATS"]
