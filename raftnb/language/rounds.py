"""Whether the rounds of a loop can change places: then it does not matter in which order they come.

So it is where no round sees what another one did: rounds send messages, name things of their own,
count up and down, put into sets and maps, or change variables of the one whose turn it is.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import FunctionType
from typing import Any

from raftnb.language.network import discard, in_flight, reply, send
from raftnb.language.processes import when
from raftnb.language.source import callees, is_ours, parse, reached

Comprehension = ast.GeneratorExp | ast.SetComp | ast.DictComp
SENDS = (send, reply, discard)
SEE_NOTHING = (abs, all, any, bool, frozenset, int, isinstance, len, max, min, range, sum)


@dataclass(frozen=True)
class Rounds:
    """The rounds of a loop of a function; `names` tells what its free names stand for.

    `numbers` are the variables and fields that are numbers. With `queues` messages to one process
    stay in order. `looks` says whether something that the loop calls looks at the network;
    `by_key` says whether it goes through the items of a map, which have a key each.
    """

    function: ast.FunctionDef
    loop: ast.For
    names: Mapping[str, Any]
    numbers: frozenset[str]
    queues: bool
    looks: bool
    by_key: bool

    def may_change_places(self) -> bool:
        """Whether they may be taken in any order, by the loop's text alone."""
        names = self.mine | self.own
        is_alone = names.isdisjoint(used(self.function, self.loop)) and not self.mine & self.own
        return bool(self.mine) and is_alone and self._all_free and self._is_all_there

    @property
    def _is_all_there(self) -> bool:
        """Whether no round changes what the next one is about: a generator is not made at once."""
        through = self.loop.iter
        return not isinstance(through, ast.GeneratorExp) or self._sees_nothing(through)

    @property
    def _all_free(self) -> bool:
        return all(map(self._is_free, self.loop.body))

    @cached_property
    def mine(self) -> frozenset[str]:
        """The names of what a round is about."""
        return names_in(self.loop.target)

    @cached_property
    def whose(self) -> str | None:
        """The name of what no other round is about: of a map's items the key, of pairs none."""
        match self.loop:
            case ast.For(target=ast.Name(id=name)):
                return name
            case ast.For(target=ast.Tuple(elts=[ast.Name(id=key), _])) if self.by_key:
                return key
        return None

    @cached_property
    def own(self) -> frozenset[str]:
        """The names that a round gives a value at its beginning, none from the round before."""
        found, given = set[str](), {t.id for t in self.targets if isinstance(t, ast.Name)}
        for statement in self.loop.body:
            if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
                break
            if names_in(statement.value) & given - found:
                break
            if isinstance(statement.targets[0], ast.Name):
                found.add(statement.targets[0].id)
        return frozenset(found)

    @cached_property
    def targets(self) -> tuple[ast.expr, ...]:
        """What the loop assigns to."""
        found: list[ast.expr] = []
        for node in ast.walk(self.loop):
            if isinstance(node, ast.Assign):
                found += node.targets
            elif isinstance(node, ast.AugAssign | ast.AnnAssign):
                found.append(node.target)
        return tuple(found)

    @cached_property
    def changed(self) -> frozenset[str]:
        """The variables that the loop assigns to."""
        return frozenset(t.attr for t in self.targets if isinstance(t, ast.Attribute))

    @cached_property
    def counted(self) -> frozenset[str]:
        """The names that go from one round to the next."""
        names = frozenset(t.id for t in self.targets if isinstance(t, ast.Name))
        return names - self.own

    @cached_property
    def given_anew(self) -> frozenset[str]:
        """The variables that a round changes in a way that adding to them comes before or after."""
        return frozenset(
            target.attr
            for node in ast.walk(self.loop)
            if isinstance(node, ast.Assign | ast.AugAssign)
            if not isinstance(node, ast.AugAssign) or not self._adds(node.op, node.value)
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            if isinstance(target, ast.Attribute)
        )

    def _is_mine(self, target: ast.expr) -> bool:
        """Whether it is a name of the round's own, or a variable of the one whose turn it is."""
        if isinstance(target, ast.Attribute):
            return isinstance(target.value, ast.Name) and target.value.id == self.whose
        return isinstance(target, ast.Name) and target.id in self.own

    def _is_given_anew(self, target: ast.expr) -> bool:
        return isinstance(target, ast.Attribute) and target.attr in self.given_anew

    def _is_free(self, node: ast.stmt) -> bool:
        match node:
            case ast.Pass():
                return True
            case ast.Expr(value=ast.Call(func=ast.Name(id=name)) as call):
                arguments = (*call.args, *(word.value for word in call.keywords))
                word = self.names.get(name)
                sent = word in SENDS and not self.looks and self._keeps_queues(word, call)
                return (word is when or sent) and all(map(self._sees_nothing, arguments))
            case ast.If():
                inside = (*node.body, *node.orelse)
                return self._sees_nothing(node.test) and all(map(self._is_free, inside))
            case ast.Assign(targets=[target]) if self._is_mine(target):
                return self._sees_nothing(node.value)
            case ast.AugAssign():
                adds = self._adds(node.op, node.value) and not self._is_given_anew(node.target)
                return (adds or self._is_mine(node.target)) and self._sees_nothing(node.value)
        return False

    def _sees_nothing(self, node: ast.expr) -> bool:
        """Whether an expression reads nothing that a round changes, but for what is its own."""
        for part in ast.walk(node):
            if isinstance(part, ast.Name) and part.id in self.counted:
                return False
            if isinstance(part, ast.comprehension) and names_in(part.target) & self.mine:
                return False  # hides whose turn it is
            if isinstance(part, ast.Attribute) and part.attr in self.changed:
                if not self._is_mine(part):
                    return False
            if isinstance(part, ast.Call) and self.changed:
                called = self.names.get(getattr(part.func, "id", ""))
                if called not in SEE_NOTHING:
                    return False  # it may read any variable
        return True

    def _adds(self, op: ast.operator, value: ast.expr) -> bool:
        """Whether it does not matter what is added first: a number, elements, a key of its own."""
        if isinstance(op, ast.Add | ast.Sub):
            return self._is_number(value)
        if isinstance(value, ast.Dict):
            own = (isinstance(k, ast.Name) and k.id == self.whose for k in value.keys)
            return isinstance(op, ast.BitOr) and all(own)
        return isinstance(op, ast.BitOr) and isinstance(value, ast.Set)

    def _is_number(self, node: ast.expr) -> bool:
        match node:
            case ast.Constant():
                return isinstance(node.value, int)
            case ast.UnaryOp() | ast.Compare():
                return True
            case ast.IfExp():
                return self._is_number(node.body) and self._is_number(node.orelse)
            case ast.Attribute():
                return node.attr in self.numbers
            case ast.Call(func=ast.Name(id=name)):
                return self.names.get(name) in (len, abs, int)
        return False

    def _keeps_queues(self, word: Any, call: ast.Call) -> bool:
        """Whether no two rounds send to the same process, where that would show."""
        to = [word.value for word in call.keywords if word.arg == "to"] or call.args[1:]
        own = len(to) == 1 and isinstance(to[0], ast.Name) and to[0].id == self.whose
        return not self.queues or (word is send and own)


def called_in(
    node: ast.AST, names: Mapping[str, Any], methods: Mapping[str, tuple[FunctionType, ...]]
) -> list[Any]:
    """What an expression or statement calls or hands on, whoever has a method of the name."""
    calls = [part for part in ast.walk(node) if isinstance(part, ast.Call)]
    handed = [word.value for call in calls for word in call.keywords]
    called = {getattr(f, "id", getattr(f, "attr", "")) for f in (*(c.func for c in calls), *handed)}
    found = [names.get(name) for name in called]
    return [*found, *(method for name in called for method in methods.get(name, ()))]


def looks(called: list[Any], namespace: dict[str, Any]) -> bool:
    """Whether something that is called looks at the messages in flight."""
    inside = _inside(called, namespace)
    return in_flight in [*called, *(value for f in inside for value in callees(f).values())]


def changes(called: list[Any], namespace: dict[str, Any]) -> bool:
    """Whether an operator that is called changes variables or sends, so that its turn may show.

    It has a value: an action of the same name as a method of maps, say `get`, has none.
    """
    inside = _inside(filter(_has_value, called), namespace)
    nodes = (node for f in inside for node in ast.walk(parse(f)))
    if any(isinstance(n, ast.Attribute) and isinstance(n.ctx, ast.Store) for n in nodes):
        return True
    return any(value is word for f in inside for value in callees(f).values() for word in SENDS)


def _inside(called: Iterable[Any], namespace: dict[str, Any]) -> list[FunctionType]:
    """The functions of the specification among what is called, and all that they call."""
    own = (f for f in called if isinstance(f, FunctionType))
    return [f for one in own for f in reached(one, namespace)]


def _has_value(function: Any) -> bool:
    if not isinstance(function, FunctionType) or is_ours(function):
        return False
    nodes = ast.walk(parse(function))
    return any(isinstance(node, ast.Return) and node.value is not None for node in nodes)


def may_meet(
    pair: list[ast.expr], node: Comprehension, part: ast.comprehension, *, by_key: bool
) -> bool:
    """Whether of pairs that make a map a later one may have the key of an earlier one.

    `part` is what is gone through; `by_key` is as of `Rounds`.
    """
    if isinstance(pair[-1], ast.Constant):
        return False
    keys = set(map(ast.unparse, pair[0].elts if isinstance(pair[0], ast.Tuple) else pair[:1]))
    called = getattr(part.iter.func, "attr", "") if isinstance(part.iter, ast.Call) else ""
    own = part.target.elts if isinstance(part.target, ast.Tuple) else [part.target]
    own = own[:1] if by_key else own
    later = node.generators[node.generators.index(part) + 1 :]
    hidden = frozenset[str]().union(*(names_in(inner.target) for inner in later))
    if any(names_in(one) & hidden for one in own):
        return True
    return called == "values" or not keys.issuperset(map(ast.unparse, own))


def used(function: ast.FunctionDef, loop: ast.For) -> frozenset[str]:
    """The names that a function reads outside of a loop, and not as a loop's own."""
    return frozenset(_used(function.body, loop, frozenset()))


def _used(nodes: Iterable[ast.AST], loop: ast.For, bound: frozenset[str]) -> Iterator[str]:
    for node in nodes:
        inside = bound
        if isinstance(node, ast.For):
            inside = bound | names_in(node.target)
        elif isinstance(node, Comprehension):
            inside = bound.union(*(names_in(part.target) for part in node.generators))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id not in bound:
            yield node.id
        parts = [loop.iter] if node is loop else ast.iter_child_nodes(node)
        yield from _used(parts, loop, inside)


def names_in(target: ast.expr) -> frozenset[str]:
    """The names that a target binds."""
    return frozenset(node.id for node in ast.walk(target) if isinstance(node, ast.Name))
