"""Bakers who fill a tray: a model of some dozen states that several tests explore."""

from __future__ import annotations

from raftnb.language import Globals, Nat, Process, when


class Tray(Globals):
    n: Nat = 0


class Baker(Process, number="bakers"):
    done: Nat = 0

    def bake(self, most: int) -> None:
        when(self.done < most)
        self.done += 1
        Tray.n += 1

    def clear(self, most: int) -> None:
        when(self.done == most)
        self.done = 0
        Tray.n = 0
