"""Driving an implementation by a specification, and comparing the two after each step."""

from raftnb.data.rooms import room_of
from raftnb.drive.adapter import Adapter, Sent
from raftnb.drive.driving import drive, replay
from raftnb.drive.play import Difference
from raftnb.drive.recorded import RecordedScene, recorded_scene, recorded_scenes
from raftnb.drive.result import Driven

__all__ = [
    "Adapter",
    "Difference",
    "Driven",
    "RecordedScene",
    "Sent",
    "drive",
    "recorded_scene",
    "recorded_scenes",
    "replay",
]
room_of(__name__, "drive")
