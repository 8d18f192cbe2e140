"""Other machines: a cluster of Ray, or processes of this machine in its place."""

from __future__ import annotations

import importlib
import os
import re
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

from raftnb.data.errors import UsageError
from raftnb.parallel.member import Member
from raftnb.parallel.travel import packed, unpacked, version
from raftnb.parallel.waiting import told_if_long
from raftnb.parallel.work import Done, Lost, Told, Work

A = TypeVar("A")
TRIES = 2
"""So often a question is asked whose process ends, and so often Ray is begun on this machine."""
OBJECTS = 200 << 20
"""Bytes of shared memory for what local processes hand on to each other."""
PATIENCE = 10.0
"""Seconds in which the machine with Ray's head must let one in."""
TIMES = "RAY_gcs_server_port_wait_time_s"
"""How often Ray tries to get an answer at an address, each time for most of a minute."""
QUIET = {"log_to_driver": False, "logging_level": "ERROR"}


class Cluster:
    """Machines on which work is done: those of Ray at `address`, or `workers` processes here.

    `address` is "local", which starts Ray on this machine for as long as this process lasts, or
    until `close`; or that of a running one, `ray://host:10001` or `host:6379`. `workers` is how
    many processes there are to be, by default one for each processor. Every machine needs this
    version of raftnb and of Python; what a specification is written in need be on this one only.
    Raises `UsageError` where Ray is not installed or does not answer.
    """

    def __init__(self, address: str = "local", *, workers: int | None = None) -> None:
        if workers is not None and (type(workers) is not int or workers < 1):
            raise UsageError(
                f"workers={workers!r}",
                allowed="a whole number of at least 1",
                cure="leave it out, or raise it",
            )
        if not isinstance(address, str) or not re.fullmatch(
            r"local|auto|[\w.:/\[\]-]+:\d+", address
        ):
            raise UsageError(
                f"`{address}` as the address of a cluster",
                allowed="local, or the address of a running Ray: ray://HOST:10001, HOST:6379",
                cure="`ray status` on that machine says whether there is one",
            )
        self.address, self.wanted = address, workers
        self._begun = False

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<cluster at {self.address}>"

    def __str__(self) -> str:
        return f"Ray at {self.address}"

    def close(self) -> None:
        """End what this began: Ray on this machine, or the connection to another."""
        if self._begun:
            self._begun = False
            importlib.import_module("ray").shutdown()

    def ray(self) -> Any:
        """The package `ray`, connected."""
        try:
            ray: Any = importlib.import_module("ray")
        except ImportError:
            raise UsageError(
                "a cluster, without the package ray",
                allowed="other processes of this machine, or Ray",
                cure="`pip install 'raftnb[cluster]'`, or leave the cluster out",
            ) from None
        if not ray.is_initialized():
            self._begin(ray)
        return ray

    def _begin(self, ray: Any) -> None:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
        options: dict[str, Any] = {"address": self.address, **QUIET}
        if self.address == "local":
            options |= {"num_cpus": self.wanted or os.cpu_count(), "include_dashboard": False}
            options |= {"object_store_memory": OBJECTS}
        for left in range(TRIES)[::-1]:  # on a busy machine it may give up too soon
            try:
                with told_if_long("Ray to begin here" if self.address == "local" else str(self)):
                    _knock(self.address)
                    with _tried_once(self.address):
                        ray.init(**options)
                self._begun = True
                return
            except Exception as error:
                ray.shutdown()
                if left and self.address == "local":
                    continue
                raise _no_answer(self.address, error) from error

    @property
    def workers(self) -> int:
        """How many processes there are to be; raises `UsageError` for more than have a place."""
        most = max(1, int(self.ray().cluster_resources().get("CPU", 1)))
        if self.wanted is not None and self.wanted > most:
            raise UsageError(
                f"{self.wanted} workers on a cluster of {most} processors",
                allowed=f"1 to {most} workers",
                cure=f"workers={most}, or leave it out",
            )
        return self.wanted or most

    @property
    def machines(self) -> int:
        """How many machines there are."""
        return max(1, sum(bool(node["Alive"]) for node in self.ray().nodes()))

    def member(self, served: bytes, *, instead: bool = False) -> Any:
        """A new process that serves what was packed (`Member`).

        `instead` of one that ended it may share a processor: the machine may have gone with it,
        and for a free one it might wait forever.
        """
        places = 0 if instead else 1
        kind = self.ray().remote(Member).options(num_cpus=places, scheduling_strategy="SPREAD")
        return kind.remote(version(), served)

    def await_places(self, members: Sequence[Any], many: int) -> None:
        """Wait until so many of these processes have a processor."""
        with told_if_long(f"{many} free worker{'s' * (many > 1)} of {self}"):
            self.ray().wait([one.__ray_ready__.remote() for one in members], num_returns=many)

    def end(self, member: Any) -> None:
        """End a process."""
        with suppress(Exception):
            self.ray().kill(member)

    def ask(self, member: Any, method: str, *given: Any, parts: int = 0) -> list[Any]:
        """Ask what a process serves; a handle of the reply, and of each part that is handed on.

        Of what is given, handles become the bytes that they stand for.
        """
        handles = member.call.options(num_returns=1 + parts).remote(method, *given)
        return handles if parts else [handles]

    def reply(self, handle: Any) -> Any:
        """What a process replied, or that it has ended; raises what it raised."""
        errors = importlib.import_module("ray.exceptions")
        try:
            return self.ray().get(handle)
        except errors.RayTaskError as error:
            raise error.cause if isinstance(error.cause, Exception) else error from None
        except errors.RayError as error:
            return Lost(f"{type(error).__name__} of Ray", isinstance(error, errors.RayActorError))

    def in_turn(self, work: Work[A], many: int) -> Iterator[Told[A]]:
        """The answers, the questions given out to processes one after the other."""
        served, left = packed(work), iter(range(many))
        open_: dict[Any, tuple[Any, int, int]] = {}

        def give(member: Any, number: int | None, tries: int = 1) -> None:
            if number is None:
                self.end(member)
            else:
                (handle,) = self.ask(member, "answer", number)
                open_[handle] = (member, number, tries)

        try:
            for _ in range(min(self.workers, many)):
                give(self.member(served), next(left))
            if open_:
                self.await_places([member for member, *_ in open_.values()], 1)
            while open_:
                for handle in self.ray().wait(list(open_), num_returns=1)[0]:
                    member, number, tries = open_.pop(handle)
                    reply = self.reply(handle)
                    if isinstance(reply, Lost):
                        self.end(member)
                        member = self.member(served, instead=True)
                        if tries < TRIES:
                            give(member, number, tries + 1)
                            continue
                        yield number, reply
                    else:
                        for part in unpacked(reply, work.model(number)):
                            yield number, part
                        yield number, Done()
                    give(member, next(left, None))
        finally:
            for member, _, _ in open_.values():
                self.end(member)


@contextmanager
def _tried_once(address: str) -> Iterator[None]:
    """What listens at an address may be no Ray: Ray by itself would try twenty times."""
    if address == "local" or TIMES in os.environ:
        yield
        return
    os.environ[TIMES] = "1"
    try:
        yield
    finally:
        del os.environ[TIMES]


def _knock(address: str) -> None:
    """Raise `OSError` where nobody listens at an address: Ray itself would try for minutes."""
    if place := re.fullmatch(r"(?:\w+://)?\[?([\w.:-]+?)\]?:(\d+)", address):
        socket.create_connection((place[1], int(place[2])), PATIENCE).close()


def _no_answer(address: str, error: Exception) -> UsageError:
    told = (str(error) or repr(error)).splitlines()[0]
    is_local = address == "local"
    return UsageError(
        f"no answer from Ray at `{address}`: {told}",
        allowed="a machine with time to begin it" if is_local else "local, or a running Ray",
        cure="try again when this machine has less else to do, or do without a cluster"
        if is_local
        else "start it there (`ray start --head`), or use `local`",
    )
