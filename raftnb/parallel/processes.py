"""Questions answered in processes of this machine; a process may end before it is done.

Each process has a pipe of its own, and gets a question when it has answered the one before: so it
is known which question a process had that ended, and nothing is waited for that cannot come.
"""

from __future__ import annotations

import contextlib
import multiprocessing
from collections.abc import Iterator
from multiprocessing.connection import wait
from typing import Any, Generic, TypeVar

from raftnb.parallel.work import Done, Lost, Told, Work

A = TypeVar("A")


class Worker(Generic[A]):
    """A forked process: it inherits what it answers from, which may be a notebook's own."""

    def __init__(self, work: Work[A]) -> None:
        context = multiprocessing.get_context("fork")
        self.pipe, end = context.Pipe()
        self.process = context.Process(target=answering, args=(work, end), daemon=True)
        self.process.start()
        end.close()
        self.number = -1

    def give(self, number: int) -> None:
        """Give it a question."""
        self.number = number
        with contextlib.suppress(OSError):  # where it has ended, its answer will say so
            self.pipe.send(number)

    def answer(self) -> A | Lost | Done:
        """The next part of what it answers."""
        try:
            found = self.pipe.recv()
        except (EOFError, OSError):
            self.process.join(timeout=5)
            return Lost(f"exit code {self.process.exitcode}")
        if isinstance(found, BaseException):
            raise found
        return found  # type: ignore[no-any-return]

    def end(self) -> None:
        """End it, whatever it does."""
        self.process.terminate()
        self.process.join()
        self.pipe.close()


def in_processes(work: Work[A], many: int, workers: int) -> Iterator[Told[A]]:
    """The answers, the questions given out to processes one after the other."""
    left = iter(range(many))
    crew: dict[Any, Worker[A]] = {}

    def hire(worker: Worker[A] | None) -> None:
        number = next(left, None)
        if number is not None:
            worker = worker or Worker(work)
            crew[worker.pipe] = worker
            worker.give(number)
        elif worker is not None:
            del crew[worker.pipe]
            worker.end()

    try:
        for _ in range(min(workers, many)):
            hire(None)
        while crew:
            for pipe in wait(list(crew)):
                worker = crew[pipe]
                part = worker.answer()
                yield worker.number, part
                if isinstance(part, Lost):
                    del crew[pipe]
                    worker.end()
                    hire(None)
                elif isinstance(part, Done):
                    hire(worker)
    finally:
        for worker in crew.values():
            worker.end()


def answering(work: Work[Any], pipe: Any) -> None:
    """Answer the questions that are given, until there are no more."""
    try:
        while True:
            for part in work(pipe.recv()):
                pipe.send(part)
            pipe.send(Done())
    except (KeyboardInterrupt, EOFError):
        return
    except Exception as error:
        pipe.send(error)
