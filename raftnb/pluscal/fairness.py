"""Fairness as PlusCal says it: the word `fair` of a process, and marks at its labels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from raftnb.pluscal.claims import actions_of
from raftnb.pluscal.steps import Action


@dataclass(frozen=True)
class Fair:
    """`word` stands before `process`, and `marks` behind labels: + for strong, - for none.

    It is not `whole` where PlusCal has no words for some of what is fair.
    """

    word: str = ""
    marks: dict[str, str] = field(default_factory=dict)
    whole: bool = True


def fairness_of(cls: Any, conditions: Iterable[Any], actions: list[Action]) -> Fair:
    """What is fair of the actions of a class, each at a label, or all of them at one."""
    names = {action.method for action in actions}
    conditions = list(conditions)
    if any(c.together and actions_of(cls, c) & names for c in conditions):
        return Fair(whole=False)
    about = [(c.strong, actions_of(cls, c) & names) for c in conditions]
    weak = [mine for strong, mine in about if mine and not strong]
    strong = [mine for strong, mine in about if mine and strong]
    if not weak and not strong:
        return Fair()
    if not weak and strong == [names]:
        return Fair("fair+ ")
    if any(action.label is None for action in actions):
        said = weak == [names] and not strong
        return Fair("fair ") if said else Fair(whole=False)
    return _of_labels(frozenset(names), frozenset().union(*weak), strong)


def _of_labels(names: frozenset[str], weak: frozenset[str], strong: list[set[str]]) -> Fair:
    """Labels: the process is at one of them, so several weak conditions are one of them all."""
    one_each = all(len(mine) == 1 and mine <= weak for mine in strong)
    if not weak or not one_each:
        return Fair(whole=False)
    marks = dict.fromkeys(sorted(names - weak), "-")
    return Fair("fair ", marks | {name: "+" for mine in strong for name in mine})
