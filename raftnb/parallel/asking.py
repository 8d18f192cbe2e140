"""The one face of all that is parallel by nature: in this process, in others, on other machines."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import closing
from typing import TypeVar

from raftnb.parallel.cluster import Cluster
from raftnb.parallel.processes import in_processes
from raftnb.parallel.work import Done, Lost, Told, Work

A = TypeVar("A")


def in_turn(work: Work[A], many: int, where: int | Cluster) -> Iterator[Told[A]]:
    """The parts of the answers to questions 0 to `many` - 1, as soon as they are known.

    `where` is a number of processes, forked from this one, or a cluster. In this process if it is
    1, or the system cannot fork. An error in a process is raised here.
    """
    if isinstance(where, Cluster):
        yield from where.in_turn(work, many)
    elif where > 1 and "fork" in multiprocessing.get_all_start_methods():
        yield from in_processes(work, many, where)
    else:
        for number in range(many):
            for part in work(number):
                yield number, part
            yield number, Done()


def in_order(work: Work[A], many: int, where: int | Cluster) -> Iterator[A | Lost]:
    """The same for answers of one part, in the order of the questions."""
    early: dict[int, A | Lost] = {}
    following = 0
    with closing(in_turn(work, many, where)) as told:  # type: ignore[type-var]
        for number, part in told:
            if not isinstance(part, Done):
                early[number] = part
            while following in early:
                yield early.pop(following)
                following += 1
