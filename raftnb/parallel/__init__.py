"""Work that is done side by side: in processes of this machine, and on others (Ray)."""

from raftnb.parallel.asking import in_order, in_turn
from raftnb.parallel.cluster import Cluster
from raftnb.parallel.crew import Crew, Ended
from raftnb.parallel.travel import packed, unpacked
from raftnb.parallel.work import Done, Lost, Told, Work

__all__ = [
    "Cluster",
    "Crew",
    "Done",
    "Ended",
    "Lost",
    "Told",
    "Work",
    "in_order",
    "in_turn",
    "packed",
    "unpacked",
]
