"""From a long scene that shows a difference to a short one that shows the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from raftnb.drive.play import Difference
from raftnb.drive.scene import RECEIVE, Scene, renamed, without

Replay = Callable[[Scene], Difference | None]


def shrunk(found: Difference, replay: Replay, tries: int) -> tuple[Difference, int]:
    """A difference of the same signature that nothing can be taken from, and how often it tried.

    `replay` gives the difference that a scene shows, leaving out inputs that cannot be given. Parts
    of the scene are left out, the larger ones first, and messages are exchanged for earlier ones.
    """
    best, seen, left = found, {found.scene}, tries
    progress = True
    while progress and left > 0:
        progress = False
        for scene in _smaller(best.scene):
            if scene in seen or left <= 0:
                continue
            seen.add(scene)
            left -= 1
            other = replay(scene)
            if other is not None and _is_better(other, best):
                best, progress = other, True
                break
    return best, tries - left


def _is_better(other: Difference, best: Difference) -> bool:
    return other.signature == best.signature and _size(other.scene) < _size(best.scene)


def _size(scene: Scene) -> tuple[int, int, int]:
    """Shorter is smaller, then with earlier messages, then with simpler inputs."""
    faults = sum(one.action == "restart" for one in scene)
    return len(scene), faults, sum(one.sent_by + one.which for one in scene)


def _smaller(scene: Scene) -> Iterator[Scene]:
    """The scenes that are tried instead: without a run of inputs, or with another message."""
    length = len(scene)
    width = length // 2
    while width >= 1:
        for start in range(0, length - width, max(width // 2, 1)):
            yield without(scene, range(start, start + width))
        width //= 2
    for first in range(length - 1):
        for second in range(first + 2, length - 1):
            yield without(scene, (first, second))
    yield from _with_other_messages(scene)
    yield from _with_fewer_processes(scene)


def _with_other_messages(scene: Scene) -> Iterator[Scene]:
    for at, one in enumerate(scene):
        if one.action == RECEIVE:
            for by in range(1, one.sent_by):
                yield (*scene[:at], replace(one, sent_by=by, which=1), *scene[at + 1 :])


def _with_fewer_processes(scene: Scene) -> Iterator[Scene]:
    """What one process does, another does instead."""
    names = list(dict.fromkeys(one.process for one in scene))
    for gone in names:
        for instead in names:
            if instead != gone:
                yield renamed(scene, {gone: instead})


def canonical(scene: Scene, processes: tuple[str, ...]) -> Scene:
    """The scene with the processes named in the order in which they come."""
    met = list(dict.fromkeys(one.process for one in scene))
    order = [*met, *(name for name in processes if name not in met)]
    return renamed(scene, dict(zip(order, processes, strict=True)))


__all__ = ["canonical", "shrunk"]
