"""Sequential objects that are locks. A method that asks for `process` knows who calls."""

from __future__ import annotations

from raftnb.data.events import Value, exact
from raftnb.linear.objects import Impossible


class Mutex:
    """A lock with `acquire`, which waits while it is held, and `release`; it has no owner."""

    def __init__(self, locked: bool = False) -> None:
        self.locked = locked

    def acquire(self) -> None:
        if self.locked:
            raise Impossible("the lock is held")
        self.locked = True

    def release(self) -> None:
        if not self.locked:
            raise Impossible("the lock is free")
        self.locked = False


class OwnedMutex:
    """A lock that only the process releases that acquired it."""

    def __init__(self, owner: Value = None) -> None:
        self.owner = None if owner is None else (owner,)

    def acquire(self, *, process: Value) -> None:
        if self.owner is not None:
            raise Impossible("the lock is held")
        self.owner = (process,)

    def release(self, *, process: Value) -> None:
        if exact(self.owner) != exact((process,)):
            raise Impossible("the lock is not the caller's")
        self.owner = None


class ReentrantMutex(OwnedMutex):
    """An owned lock that its owner may acquire again; it is free after as many releases."""

    def __init__(self, owner: Value = None, most: int = 2**31 - 1) -> None:
        super().__init__(owner)
        self.times, self.most = int(owner is not None), most

    def acquire(self, *, process: Value) -> None:
        mine = exact(self.owner) == exact((process,))
        if (self.owner is not None and not mine) or self.times == self.most:
            raise Impossible("the lock is held")
        self.owner, self.times = (process,), self.times + 1

    def release(self, *, process: Value) -> None:
        times = self.times - 1
        if times > 0 and exact(self.owner) == exact((process,)):
            self.times = times
        else:
            super().release(process=process)
            self.times = 0


class FencedMutex(OwnedMutex):
    """An owned lock whose `acquire` answers a fencing token, a number greater than all before."""

    def __init__(self, owner: Value = None, token: int = -1) -> None:
        super().__init__(owner)
        self.token: float = token

    def acquire(self, *, process: Value, answer: Value) -> Value:  # type: ignore[override]
        super().acquire(process=process)
        if answer is None:
            return None
        if isinstance(answer, bool) or not isinstance(answer, (int, float)) or answer <= self.token:
            raise Impossible("the token is not greater than those before")
        self.token = answer
        return answer
