"""Where an order that means nothing would show: what is gone through in it, one after the other.

A plain set is gone through in the order of its hashes, which two runs of Python need not share.
Sets that stand in variables, messages and parameters have the language's order (`SortedSet`), and
so has what operators make of one on the left; only one that a function makes itself has not. In an
exploration with symmetry the order of members means nothing either. So each function is followed:
which of its expressions may have such an order (*loose*), or hold what has (*deep*). Going through
what is loose is refused where the order could show, and allowed where it cannot: in `all`, `any`,
`len`, `sum`, `sorted`, in a set made of it, in a Map that has its elements for keys. Sets
themselves are compared by inclusion, which is no order of all: so `sorted`, `min` and `max` of a
loose set of sets show it, too. Names are followed without regard to the order of lines, which errs
on the safe side.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import cached_property
from types import FunctionType
from typing import Any

from raftnb.data.errors import SpecError
from raftnb.data.values import Map
from raftnb.language.looseness import FIRM, Attributes, Looseness, OfHashes, holding, join, set_of
from raftnb.language.network import in_flight
from raftnb.language.processes import either
from raftnb.language.rounds import Comprehension, called_in, changes, looks, may_meet
from raftnb.language.source import callees, is_ours, methods_named, parse, place
from raftnb.language.vocabulary import Vocabulary

MAKES_SETS = (frozenset, set)
FREE_OF_ORDER = (all, any, len, bool, int, isinstance, abs, range)
IN_ORDER = (reversed, enumerate, zip)
UNSEEN = (all, any, len, bool, sum, frozenset, set, sorted)


class Follower:
    """Follows functions; each is followed once for what its parameters may be."""

    def __init__(self, vocabulary: Vocabulary, order: OfHashes | None = None) -> None:
        self.vocabulary, self.namespace = vocabulary, vocabulary.namespace
        self.order = order or OfHashes()
        self.known: dict[tuple[Any, ...], Looseness] = {}
        declared = (one for cls in vocabulary.kinds for one in vocabulary.declared(cls))
        self.attributes = Attributes(self.order, declared)

    def refuse_order(self, function: FunctionType) -> None:
        """Raise `SpecError` where a function, or one that it calls, shows the order."""
        self.follow(function, (FIRM,) * function.__code__.co_argcount)

    def types_of(self, function: FunctionType, parameters: list[str]) -> list[Looseness]:
        """What parameters may be by their annotations; anything where these say nothing."""
        try:
            hints = self.vocabulary.hints(function)
        except SpecError:
            return [Looseness(is_set=True, has_sets=True)] * len(parameters)
        return [self.order.of_type(hints.get(name)) for name in parameters]

    def follow(self, function: FunctionType, given: tuple[Looseness, ...]) -> Looseness:
        """What a function returns, its parameters being what is given."""
        if (function, given) not in self.known:
            self.known[function, given] = FIRM
            self.known[function, given] = Path(self, function, given).result()
        return self.known[function, given]


class Path:
    """One function, with what its names may stand for."""

    def __init__(
        self, follower: Follower, function: FunctionType, given: tuple[Looseness, ...]
    ) -> None:
        self.follower, self.function, self.order = follower, function, follower.order
        self.tree = parse(function)
        self.names = callees(function)
        parameters = [a.arg for a in (*self.tree.args.args, *self.tree.args.kwonlyargs)]
        types = follower.types_of(function, parameters)
        self.known: dict[str, Looseness] = {
            name: join([found, type_])
            for name, found, type_ in zip(parameters, given, types, strict=False)
        }
        self.locals = frozenset(function.__code__.co_varnames + function.__code__.co_cellvars)
        self.methods = methods_named(function, follower.namespace)
        self.refusing = False
        self.pairs: set[int] = set()  # of what maps are made

    def result(self) -> Looseness:
        """What the function returns; raises `SpecError` where the order of hashes would show."""
        before: dict[str, Looseness] | None = None
        while before != self.known:
            before = dict(self.known)
            found = self._body(self.tree.body)
        self.refusing = True
        self._body(self.tree.body)
        return found

    def _body(self, body: list[ast.stmt]) -> Looseness:
        return join(map(self._statement, body))

    def _statement(self, node: ast.stmt) -> Looseness:
        match node:
            case ast.Return(value=ast.expr() as value):
                return self.value(value)
            case ast.Assign():
                found = self.value(node.value)
                is_lazy = isinstance(node.value, ast.GeneratorExp)
                if is_lazy and found.loose and id(node.value) not in self.unseen:
                    self._refuse(node.value)
                for target in node.targets:
                    self._bind(target, found)
            case ast.AugAssign():
                found = self._operator(node.op, self.value(node.target), self.value(node.value))
                self._bind(node.target, found)
            case ast.AnnAssign(value=ast.expr() as value):
                self._bind(node.target, self.value(value))
            case ast.If():
                self.value(node.test)
                return join([self._body(node.body), self._body(node.orelse)])
            case ast.For():
                found = self.value(node.iter)
                given = (self.tree, node, self.names, self._looks(node))
                is_seen = not self.order.allows(*given, self._is_by_key(node.iter))
                if found.loose and (is_seen or self._changes(node)):
                    self._refuse(node.iter)
                self._bind(node.target, found.inside)
                return self._body(node.body)
            case ast.Expr():
                self.value(node.value)
        return FIRM

    def _bind(self, target: ast.expr, found: Looseness) -> None:
        if isinstance(target, ast.Name):
            self.known[target.id] = join([self.known.get(target.id, FIRM), found])
        elif isinstance(target, ast.Tuple):
            if found.loose:
                self._refuse(target)
            for part in target.elts:
                self._bind(part, found.inside)

    def _in_order(self, node: ast.expr) -> Looseness:
        """An expression that is gone through in an order that shows."""
        found = self.value(node)
        if found.loose:
            self._refuse(node)
        return found

    def _refuse(self, node: ast.expr, cure: str = "") -> None:
        if self.refusing:
            self.order.refuse(ast.unparse(node), place(self.function, node), cure)

    def _is_by_key(self, through: ast.expr) -> bool:
        """Whether it is the items of a map, and not what a method of that name returns."""
        called = getattr(getattr(through, "func", None), "attr", "")
        return called == "items" and not self.methods.get("items")

    def _looks(self, loop: ast.For) -> bool:
        """Whether something that a loop calls looks at the messages in flight."""
        return looks(called_in(loop, self.names, self.methods), self.follower.namespace)

    def _changes(self, node: ast.AST) -> bool:
        """Whether an operator that is called there changes variables or sends."""
        return changes(called_in(node, self.names, self.methods), self.follower.namespace)

    # Expressions.

    def value(self, node: ast.expr) -> Looseness:
        """What an expression may be."""
        handler = HANDLERS.get(type(node))
        if handler is not None:
            return handler(self, node)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.value(child)
        return FIRM

    def _name(self, node: ast.Name) -> Looseness:
        if node.id in self.known:
            return self.known[node.id]
        return FIRM if node.id in self.locals else self.order.of_constant(self.names.get(node.id))

    def _part(self, node: ast.Attribute | ast.Subscript) -> Looseness:
        found = self.value(node.value)
        if isinstance(node, ast.Subscript):
            self.value(node.slice)
            if found.loose and found.is_set:  # messages in flight
                self._refuse(node)
            return found if isinstance(node.slice, ast.Slice) else found.inside
        return self.follower.attributes.of(found, node.attr)

    def _tuple(self, node: ast.Tuple) -> Looseness:
        return holding(map(self._element, node.elts))

    def _element(self, node: ast.expr) -> Looseness:
        if isinstance(node, ast.Starred):
            return self._in_order(node.value).inside
        return self.value(node)

    def _gone_through(self, node: ast.expr) -> Looseness:
        """An argument whose elements are taken in order."""
        return self._element(node) if isinstance(node, ast.Starred) else self._in_order(node)

    def _set(self, node: ast.Set) -> Looseness:
        parts = [
            self.value(n.value).inside if isinstance(n, ast.Starred) else self.value(n)
            for n in node.elts
        ]
        many = len(parts) > 1 or any(isinstance(n, ast.Starred) for n in node.elts)
        return set_of(holding(parts), loose=many)

    def _dict(self, node: ast.Dict) -> Looseness:
        parts = [*filter(None, node.keys), *node.values]
        return holding(map(self.value, parts))._replace(loose=not self.order.of_hashes)

    def _comprehension(self, node: Comprehension) -> Looseness:
        loose = isinstance(node, ast.SetComp)
        for part in node.generators:
            found = self.value(part.iter)
            is_seen = self._chooses(node) or self._may_meet(node, part)
            if found.loose and (is_seen or self._changes(node)):
                self._refuse(part.iter)
            loose = loose or found.loose
            self._bind(part.target, found.inside)
            for test in part.ifs:
                self.value(test)
        kinds = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        made = set_of(holding(map(self.value, kinds)), loose=loose)
        if isinstance(node, ast.SetComp):
            return made
        return made._replace(is_set=False, plain=False)

    def _may_meet(self, node: Comprehension, part: ast.comprehension) -> bool:
        """Whether a map may be made in which a later element has the key of an earlier one."""
        pair: list[ast.expr] = [node.key, node.value] if isinstance(node, ast.DictComp) else []
        if isinstance(node, ast.GeneratorExp) and id(node) in self.pairs:
            pair = node.elt.elts if isinstance(node.elt, ast.Tuple) else [node.elt]
        return bool(pair) and may_meet(pair, node, part, by_key=self._is_by_key(part.iter))

    def _chooses(self, node: ast.expr) -> bool:
        """Whether `either` stands inside, whose choices are made one after the other."""
        names = (n for n in ast.walk(node) if isinstance(n, ast.Name))
        return self.order.of_hashes and any(self.names.get(n.id) is either for n in names)

    def _ifexp(self, node: ast.IfExp) -> Looseness:
        self.value(node.test)
        return join([self.value(node.body), self.value(node.orelse)])

    def _boolop(self, node: ast.BoolOp) -> Looseness:
        return join(map(self.value, node.values))

    def _binop(self, node: ast.BinOp) -> Looseness:
        return self._operator(node.op, self.value(node.left), self.value(node.right))

    def _operator(self, op: ast.operator, left: Looseness, right: Looseness) -> Looseness:
        if isinstance(op, ast.BitOr | ast.BitAnd | ast.BitXor | ast.Sub):
            grows = isinstance(op, ast.BitOr | ast.BitXor) and left.plain
            return join([left, right])._replace(loose=left.loose or grows, plain=left.plain)
        return join([left, right])

    def _call(self, node: ast.Call) -> Looseness:
        if isinstance(node.func, ast.Attribute):
            return self._method(node, node.func)
        local = isinstance(node.func, ast.Name) and node.func.id in self.locals
        known = None if local else self.names.get(getattr(node.func, "id", ""))
        if isinstance(known, FunctionType) and not is_ours(known):
            return self.follower.follow(known, self._given(known, node, ()))
        if node.keywords and self._changes(node):  # `max(xs, key=f)`
            list(map(self._gone_through, node.args))
        special = CALLS.get(known) if isinstance(known, type | type(len)) else None
        if special is not None:
            return special(self, node)
        if known is either and not self.order.of_hashes:
            return join([self._option(arg) for arg in node.args])
        found = [self._element(arg) for arg in node.args]
        found += [self.value(word.value) for word in node.keywords]
        if known is in_flight and not self.order.of_hashes:
            return set_of(FIRM, loose=True, plain=False)
        return join(found) if known is either else holding(found)

    def _option(self, node: ast.expr) -> Looseness:
        """What `either` may choose, whatever the order of its options."""
        return self.value(node.value).inside if isinstance(node, ast.Starred) else self.value(node)

    def _given(
        self, function: FunctionType, node: ast.Call, first: tuple[Looseness, ...]
    ) -> tuple[Looseness, ...]:
        code = function.__code__
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        found = dict(zip(names, (*first, *map(self._element, node.args)), strict=False))
        found |= {word.arg: self.value(word.value) for word in node.keywords if word.arg}
        return tuple(found.get(name, FIRM) for name in names)

    def _method(self, node: ast.Call, called: ast.Attribute) -> Looseness:
        base = self.value(called.value)
        own = self.methods.get(called.attr)
        if own:
            return join(self.follower.follow(m, self._given(m, node, (base,))) for m in own)
        found = [self._element(arg) for arg in node.args]
        if called.attr in ("items", "keys", "values", "copy"):
            return base
        if called.attr == "get":
            return join([base.inside, *found])
        if called.attr.endswith(("union", "intersection", "difference")):
            grows = called.attr in ("union", "symmetric_difference") and base.plain
            return set_of(join([base, *found]), loose=base.loose or grows, plain=base.plain)
        return holding(found)

    def _makes_set(self, node: ast.Call) -> Looseness:
        return set_of(join(map(self._element, node.args)), loose=bool(node.args))

    def _makes_map(self, node: ast.Call) -> Looseness:
        found = self._of_pairs(node)
        return found.firm._replace(loose=found.loose and not self.order.of_hashes)

    def _makes_dict(self, node: ast.Call) -> Looseness:
        return join([self._of_pairs(node), *(self.value(w.value) for w in node.keywords)])

    def _of_pairs(self, node: ast.Call) -> Looseness:
        """What a map is made of, where a later pair may have the key of an earlier one."""
        self.pairs |= set(map(id, node.args))
        found = [self._element(argument) for argument in node.args]
        for argument, one in zip(node.args, found, strict=True):
            if one.loose and one.is_set:
                self._refuse(argument)
        return join(found)

    def _free(self, node: ast.Call) -> Looseness:
        for argument in (*node.args, *(word.value for word in node.keywords)):
            self._element(argument)
        return FIRM

    def _tuple_of(self, node: ast.Call) -> Looseness:
        """A sequence may be made of what has no order where its own order does not show."""
        if not self.order.of_hashes and id(node) in self.unseen:
            return join([self.value(argument) for argument in node.args])
        return self._goes_through(node)

    @cached_property
    def unseen(self) -> frozenset[int]:
        """The expressions of whose elements the order is not seen, by identity."""
        nodes = list(ast.walk(self.tree))
        calls = [node for node in nodes if isinstance(node, ast.Call)]
        known = [self.names.get(getattr(call.func, "id", "")) for call in calls]
        free = {id(c.args[0]) for c, f in zip(calls, known, strict=True) if c.args and f in UNSEEN}
        read = [n for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)]
        seen = {name.id for name in read if id(name) not in free}
        for node in nodes:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                if len(node.targets) == 1 and node.targets[0].id not in seen:
                    free.add(id(node.value))
        return frozenset(free)

    def _goes_through(self, node: ast.Call) -> Looseness:
        return join([self._gone_through(argument) for argument in node.args]).firm

    def _sum(self, node: ast.Call) -> Looseness:
        """A sum from another start than 0 may be of sequences, which have an order."""
        several = len(node.args) + len(node.keywords) > 1
        return self._goes_through(node) if several else self._free(node)

    def _best(self, node: ast.Call) -> Looseness:
        """`max`, `min` and `sorted`: of those that are alike, the first comes first.

        Alike are those with the same key, and sets of which none is within the other.
        """
        keyed = any(word.arg == "key" for word in node.keywords)
        found = [self._gone_through(a) if keyed else self._element(a) for a in node.args]
        for argument, one in zip(node.args, found, strict=True):
            if one.loose and one.has_sets and len(found) == 1:
                self._refuse(argument, "compare sizes: `<` of sets is no order")
        if self.names.get(getattr(node.func, "id", "")) is sorted:
            return join(found).firm
        return join(found).inside if len(found) == 1 else join(found)


HANDLERS: dict[type[ast.AST], Callable[[Path, Any], Looseness]] = {
    ast.Name: Path._name,
    ast.Attribute: Path._part,
    ast.Subscript: Path._part,
    ast.Tuple: Path._tuple,
    ast.Set: Path._set,
    ast.Dict: Path._dict,
    ast.SetComp: Path._comprehension,
    ast.DictComp: Path._comprehension,
    ast.GeneratorExp: Path._comprehension,
    ast.IfExp: Path._ifexp,
    ast.BoolOp: Path._boolop,
    ast.BinOp: Path._binop,
    ast.Call: Path._call,
}
CALLS: dict[Any, Callable[[Path, ast.Call], Looseness]] = {
    **dict.fromkeys(FREE_OF_ORDER, Path._free),
    **dict.fromkeys(MAKES_SETS, Path._makes_set),
    **dict.fromkeys((*IN_ORDER, str), Path._goes_through),
    tuple: Path._tuple_of,
    **dict.fromkeys((min, max, sorted), Path._best),
    Map: Path._makes_map,
    dict: Path._makes_dict,
    sum: Path._sum,
}
