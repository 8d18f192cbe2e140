"""History variables flow into history variables only, so that a check may leave them out.

A model that leaves them out lets each keep its start value. Nothing else may then rest on one: no
guard, no choice, no message, no variable that is kept. So each action is followed, with all that it
calls: which history variables a value rests on, and which ones whether a line is reached at all.
Names are followed in the order of lines; where it is not known whose variable is meant, any that is
called so is, which errs on the safe side.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from types import FunctionType
from typing import Any

from raftnb.data.domains import DomainType
from raftnb.data.errors import SpecError
from raftnb.language.network import discard, reply, send
from raftnb.language.owners import Owners
from raftnb.language.processes import GlobalsType, Variable, either, when
from raftnb.language.source import all_nodes, callees, is_ours, methods_named, parse, place
from raftnb.language.vocabulary import Vocabulary

Rests = frozenset[str]
"""The names of the history variables that a value rests on."""

NOTHING: Rests = frozenset()
EFFECTS = (when, either, send, discard, reply)
Comprehension = ast.GeneratorExp | ast.SetComp | ast.DictComp


def union(found: Iterable[Rests]) -> Rests:
    """All that these rest on."""
    return NOTHING.union(*found)


class Flow:
    """What rests on the history variables of one specification."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.kept: dict[str, set[type]] = {}
        self.histories: dict[str, set[type]] = {}
        for cls in vocabulary.kinds:
            variables: dict[str, Variable] = getattr(cls, "variables", {})
            for name, _ in vocabulary.declared(cls):
                history = name in variables and variables[name].is_history
                group = self.histories if history else self.kept
                group.setdefault(name, set()).add(cls)
        self._known: dict[tuple[Any, ...], Rests] = {}

    def refuse_use(self, action: FunctionType) -> None:
        """Raise `SpecError` where an action, or what it calls, needs a history variable."""
        if self.histories:
            self.follow(action, {}, NOTHING)

    def refuse_final(self, claim: Any) -> None:
        """Raise `SpecError` where what tells the end from a deadlock, if anything, needs one."""
        known = self.histories and claim is not None
        if known and (found := self.follow(claim, {}, NOTHING)):
            raise needed(f"`{claim.__name__}` in `final`", found, place(claim))

    def follow(self, function: FunctionType, given: dict[str, Rests], reached: Rests) -> Rests:
        """What the result rests on; `given` are the parameters, `reached` whether it is called."""
        key = (function, tuple(sorted(given.items())), reached)
        if key not in self._known:
            self._known[key] = NOTHING
            self._known[key] = Path(self, function, given).result(reached)
        return self._known[key]


def needed(what: str, found: Rests, at: str) -> SpecError:
    """The error for what rests on history variables and is none itself."""
    name = min(found)
    return SpecError(
        f"{what}, which rests on the history variable `{name}`",
        place=at,
        allowed="history variables in claims, and in what is assigned to history variables",
        cure=f"declare `{name}` without `history(...)`: what a step needs is always kept",
    )


class Path:
    """One function, with what its names rest on."""

    def __init__(self, flow: Flow, function: FunctionType, given: dict[str, Rests]) -> None:
        self.flow, self.function, self.names = flow, function, callees(function)
        self.tree = parse(function)
        self.nodes = all_nodes(function)
        self.known = dict(given)
        self.locals = frozenset(function.__code__.co_varnames + function.__code__.co_cellvars)
        self.methods = methods_named(function, flow.vocabulary.namespace)
        self.owners = Owners(function, self.tree, flow.vocabulary)
        self.ended = NOTHING  # what it rests on whether a `return` came before
        self.returned = NOTHING

    def result(self, reached: Rests) -> Rests:
        """What the function returns; raises `SpecError` where it needs a history variable."""
        self._body(self.tree.body, reached)
        return self.returned

    # Statements.

    def _body(self, body: list[ast.stmt], reached: Rests) -> None:
        for node in body:
            self._statement(node, reached | self.ended)

    def _statement(self, node: ast.stmt, reached: Rests) -> None:
        match node:
            case ast.Return():
                found = self.value(node.value, reached) if node.value else NOTHING
                self.returned |= found | reached
                self.ended |= reached
            case ast.Assign():
                for target in node.targets:
                    self._assign(target, node.value, reached)
            case ast.AugAssign():
                before = self.value(node.target, reached)
                self._bind(node.target, before | self.value(node.value, reached), reached)
            case ast.AnnAssign(value=ast.expr() as value):
                self._assign(node.target, value, reached)
            case ast.If():
                self._branches(node, reached)
            case ast.For():
                self._loop(node, reached)
            case ast.Expr():
                self.value(node.value, reached)

    def _branches(self, node: ast.If, reached: Rests) -> None:
        inside = reached | self.value(node.test, reached)
        before = dict(self.known)
        self._body(node.body, inside)
        then, self.known = self.known, before
        self._body(node.orelse, inside)
        self._join(then)

    def _loop(self, node: ast.For, reached: Rests) -> None:
        before: dict[str, Rests] | None = None
        ended: Rests | None = None
        while before != self.known or ended != self.ended:
            before, ended = dict(self.known), self.ended
            found = self.value(node.iter, reached)
            self._name_parts(node.target, found)
            self._body(node.body, reached | found)
            self._join(before)

    def _join(self, other: dict[str, Rests]) -> None:
        names = dict.fromkeys([*self.known, *other])
        self.known = {n: self.known.get(n, NOTHING) | other.get(n, NOTHING) for n in names}

    def _assign(self, target: ast.expr, value: ast.expr, reached: Rests) -> None:
        """An assignment; of tuples written out, each part by itself."""
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            if len(target.elts) == len(value.elts):
                found = [self.value(part, reached) for part in value.elts]
                for part, rests in zip(target.elts, found, strict=True):
                    self._bind(part, rests, reached)
                return
        self._bind(target, self.value(value, reached), reached)

    def _bind(self, target: ast.expr, found: Rests, reached: Rests) -> None:
        if isinstance(target, ast.Tuple):
            for part in target.elts:
                self._bind(part, found, reached)
        elif isinstance(target, ast.Name):
            self.known[target.id] = found | reached
        elif isinstance(target, ast.Attribute):
            found |= reached | self.value(target.value, reached)
            if found and self._may_be(target, self.flow.kept):
                name = ast.unparse(target)
                what = "whether" if found == reached else "what"
                told = f"`{name}` is assigned" if found == reached else f"is assigned to `{name}`"
                self._refuse(target, f"{what} {told}", found)

    def _name_parts(self, target: ast.expr, found: Rests) -> None:
        """Let the names of a loop's target rest on what is gone through."""
        for node in ast.walk(target):
            if isinstance(node, ast.Name):
                self.known[node.id] = found

    def _refuse(self, node: ast.AST, what: str, found: Rests) -> None:
        raise needed(what, found, place(self.function, node))

    # Expressions.

    def value(self, node: ast.expr, reached: Rests) -> Rests:
        """What an expression rests on, evaluated where `reached` says."""
        match node:
            case ast.Name():
                return self._name(node, reached)
            case ast.Attribute():
                return self._attribute(node, reached)
            case ast.Call():
                return self._call(node, reached)
            case ast.BoolOp():
                return self._in_turn(node.values, reached)
            case ast.Compare():
                return self._in_turn([node.left, *node.comparators], reached)
            case ast.IfExp():
                test = self.value(node.test, reached)
                branches = (self.value(part, reached | test) for part in (node.body, node.orelse))
                return test | union(branches)
            case ast.GeneratorExp() | ast.SetComp() | ast.DictComp():
                return self._comprehension(node, reached)
        parts = (part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr))
        return union([self.value(part, reached) for part in parts])

    def _in_turn(self, parts: Iterable[ast.expr], reached: Rests) -> Rests:
        """Expressions of which the later ones are evaluated only if the earlier ones say so."""
        found = NOTHING
        for part in parts:
            found |= self.value(part, reached | found)
        return found

    def _name(self, node: ast.Name, reached: Rests) -> Rests:
        if node.id in self.locals:
            return self.known.get(node.id, NOTHING)
        known = self.names.get(node.id)
        if isinstance(known, FunctionType) and not is_ours(known):  # handed on as a `key`
            return self.flow.follow(known, {}, reached)
        return NOTHING

    def _attribute(self, node: ast.Attribute, reached: Rests) -> Rests:
        found = self.value(node.value, reached)
        for method in self.methods.get(node.attr, ()):  # handed on as a `key`
            found |= self.flow.follow(method, {}, reached)
        return found | {node.attr} if self._may_be(node, self.flow.histories) else found

    def _may_be(self, node: ast.Attribute, declared: dict[str, set[type]]) -> bool:
        """Whether an attribute may be one of these variables."""
        owners = declared.get(node.attr, set())
        return bool(owners) and any(
            issubclass(cls, owner) or issubclass(owner, cls)
            for cls in self._classes(node.value) or owners
            for owner in owners
        )

    def _classes(self, node: ast.expr) -> tuple[type, ...]:
        """The classes of an attribute's object; none where they are not known for certain."""
        if not isinstance(node, ast.Name):
            return ()
        known = None if node.id in self.locals else self.names.get(node.id)
        if isinstance(known, GlobalsType):
            return (known,)
        stored = [n for n in self.nodes if isinstance(n, ast.Name) and n.id == node.id]
        stored = [n for n in stored if isinstance(n.ctx, ast.Store)]
        if not stored:
            return tuple(self.owners.classes(node))
        over = {
            id(n.target): n.iter for n in self.nodes if isinstance(n, ast.For | ast.comprehension)
        }
        known = [self.names.get(getattr(over.get(id(n)), "id", "")) for n in stored]
        is_parameter = node.id in self.owners.parameters
        whole = not is_parameter and all(isinstance(cls, DomainType) for cls in known)
        return tuple(known) if whole else ()

    def _comprehension(self, node: Comprehension, reached: Rests) -> Rests:
        before, found = dict(self.known), NOTHING
        for part in node.generators:
            found |= self.value(part.iter, reached | found)
            self._name_parts(part.target, found)
            found |= self._in_turn(part.ifs, reached | found)
        kinds = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        found |= self._in_turn(kinds, reached | found)
        self._in_turn(kinds, reached | found)  # `any` and `all` go on or not by what it says
        self.known = before
        return found

    def _call(self, node: ast.Call, reached: Rests) -> Rests:
        given = [self.value(argument, reached) for argument in node.args]
        named = {word.arg or "": self.value(word.value, reached) for word in node.keywords}
        found = union((*given, *named.values()))
        if isinstance(node.func, ast.Attribute):
            base = self.value(node.func.value, reached)
            own = self.methods.get(node.func.attr, ())
            if not own:
                return base | found
            return union(self._follow(m, [base, *given], named, node, reached) for m in own)
        local = isinstance(node.func, ast.Name) and node.func.id in self.locals
        known = None if local else self.names.get(getattr(node.func, "id", ""))
        if known in EFFECTS and found | reached:
            self._refuse(node, f"`{ast.unparse(node)}`", found | reached)
        if isinstance(known, FunctionType) and not is_ours(known):
            return self._follow(known, given, named, node, reached)
        return found

    def _follow(
        self,
        function: FunctionType,
        given: list[Rests],
        named: dict[str, Rests],
        node: ast.Call,
        reached: Rests,
    ) -> Rests:
        """What a call gives; an argument with a star may be any of the parameters."""
        code = function.__code__
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        spread = any(isinstance(argument, ast.Starred) for argument in node.args)
        every = union(given) if spread else NOTHING
        found = dict(zip(names, given, strict=False)) | named
        return self.flow.follow(
            function, {n: found.get(n, NOTHING) | every for n in names}, reached
        )
