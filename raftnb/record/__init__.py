"""Recording: what an implementation does, and what the clients of a real cluster are answered."""

from raftnb.data.rooms import room_of
from raftnb.record.run import FAULTS, Recorded, record
from raftnb.record.trace import TraceRecorder

__all__ = ["FAULTS", "Recorded", "TraceRecorder", "record"]
room_of(__name__, "record")
