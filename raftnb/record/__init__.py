"""Recording: real clusters, run with clients and faults, and what the clients are answered."""

from raftnb.record.run import FAULTS, Recorded, record

__all__ = ["FAULTS", "Recorded", "record"]
