"""Which Python is inside the language: everything that is not listed here is refused.

A Spec has its functions read when it is made. A construct is allowed only where its meaning in
Python depends on nothing but the state, the parameters and the choices that are made.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Iterator
from enum import Enum
from inspect import signature
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any, Literal

from raftnb.data.domains import DomainType
from raftnb.data.errors import SpecError
from raftnb.data.values import Map, Record, kind_of
from raftnb.language import network, processes
from raftnb.language.foreign import ForeignValues
from raftnb.language.ordering import refuse_order_of_hashes
from raftnb.language.owners import Owners
from raftnb.language.processes import Action, GlobalsType, macro
from raftnb.language.source import callees, free_names, is_ours, methods_called, parse, place
from raftnb.language.syntax import BUILTINS, CURES, MEMBERS, METHODS, SYNTAX
from raftnb.language.uses import Uses, cure_for
from raftnb.language.vocabulary import ROOTS, Vocabulary

Role = Literal["action", "claim"]


EFFECTS: tuple[Any, ...] = (
    processes.when, processes.either, network.send, network.discard, network.reply,
)  # fmt: skip
LOOKS: tuple[Any, ...] = (processes.after, network.in_flight)


def as_function(value: Any) -> FunctionType:
    """The value, if it is a function; `SpecError` for anything else."""
    if not isinstance(value, FunctionType):
        raise SpecError(
            f"`{value!r}` as a property or an action",
            allowed="a function written with `def`",
            cure="define a function and name it here",
        )
    return value


class Grammar:
    """Reads the functions of one specification; `SpecError` for what is outside the language."""

    def __init__(self, vocabulary: Vocabulary, constants: frozenset[str]) -> None:
        self.vocabulary, self.constants = vocabulary, constants
        self.words = METHODS.keys() | MEMBERS | frozenset(vocabulary.words)
        self._read: set[tuple[FunctionType, Role]] = set()

    def read_action(self, action: Action) -> None:
        """Read an action, and what it calls."""
        reader = self.read(action.function, "action", ())
        reader.refuse_parameters(skip=1)
        reader.refuse_result()
        refuse_order_of_hashes(action.function, self.vocabulary)

    def read_claim(self, claim: Callable[..., Any]) -> None:
        """Read a function of the state, and what it calls."""
        function = as_function(claim)
        self.read(function, "claim", ()).refuse_parameters(skip=0)
        refuse_order_of_hashes(function, self.vocabulary)

    def read(self, function: FunctionType, role: Role, above: tuple[FunctionType, ...]) -> Reader:
        """Read a function that those `above` call, and what it calls itself."""
        if function in above:
            raise SpecError(
                f"recursion: {' -> '.join(f.__name__ for f in (*above, function))}",
                place=place(function),
                allowed="operators that do not call themselves",
                cure="use a comprehension, `all`, `any`, `sum`, `max` over a finite set",
            )
        reader = Reader(self, function, role)
        if (function, role) not in self._read:
            reader.refuse_header(operator=bool(above))
            reader.refuse_nodes()
            for called in reader.called():
                self.read(called, role, (*above, function))
            self._read.add((function, role))
        return reader


class Reader:
    """Reads one function."""

    def __init__(self, grammar: Grammar, function: FunctionType, role: Role) -> None:
        self.grammar, self.function, self.role = grammar, function, role
        self.tree = parse(function)
        self.names = callees(function)
        self.free = free_names(function)
        self.nodes = list(body_nodes(self.tree))
        calls = [node for node in self.nodes if isinstance(node, ast.Call)]
        named = [word.value for call in calls for word in call.keywords if word.arg == "key"]
        self.callable = {id(node) for node in (*(call.func for call in calls), *named)}
        self.uses = Uses(self.tree, self.names)
        self.owners = Owners(function, self.tree, grammar.vocabulary)

    def refuse(self, node: ast.AST | None, found: str, cure: str, allowed: str = "") -> None:
        """Raise the error for a node."""
        at = node if node is None or hasattr(node, "lineno") else None
        raise SpecError(
            found,
            place=place(self.function, at),
            allowed=allowed
            or "assignment, if, for over a finite domain, when, either, calls of operators",
            cure=cure,
        )

    def called(self) -> Iterator[FunctionType]:
        """The specification's own functions that this one calls, by name or as methods."""
        for name in dict.fromkeys(node.id for node in self.free):
            value = self.names.get(name)
            if isinstance(value, FunctionType) and not is_ours(value):
                yield value
        yield from methods_called(self.function, self.grammar.vocabulary.namespace)

    # The line with `def`.

    def refuse_header(self, operator: bool) -> None:
        """Refuse decorators, and parameters that hide a value or cannot be given one."""
        for decorator in self.tree.decorator_list:
            known = {**self.function.__globals__, **self.names}
            if not isinstance(decorator, ast.Name) or known.get(decorator.id) is not macro:
                text = ast.unparse(decorator)
                self.refuse(decorator, f"the decorator `@{text}`", "take it away", "`@macro`")
        if hasattr(self.function, "__wrapped__"):
            self.refuse(None, "a function that another one wraps", "name the plain function")
        given = self.tree.args
        if given.vararg or given.kwarg or given.posonlyargs or (given.kwonlyargs and not operator):
            self.refuse(None, "`*` or `/` among the parameters", "name each parameter", "f(x, y)")
        wanted = self.function.__defaults__ or ()
        defaults = (*wanted, *(self.function.__kwdefaults__ or {}).values())
        if not operator and defaults:
            cure = "take the default away: all the values of the type are tried"
            self.refuse(None, "a parameter with a default", cure, "parameters with annotations")
        for value in defaults:
            if not is_constant(value):
                found = f"a default that can change ({type(value).__name__})"
                self.refuse(None, found, "use a tuple, frozenset or Map", "constants")

    def refuse_parameters(self, skip: int) -> None:
        """Refuse a parameter of an action or a claim that has no type to range over."""
        constants, code = self.grammar.constants, self.function.__code__
        if code.co_argcount < skip:
            self.refuse(None, "an action without `self`", "write `def name(self, ...)`")
        for name, hint in self.grammar.vocabulary.parameters(self.function, skip).items():
            if skip and name in constants:
                self.refuse(
                    None, f"the parameter `{name}`, which is a constant's name",
                    "rename it; what depends on a constant belongs into claims and constraints",
                    "parameters that range over a type; actions do not read constants",
                )  # fmt: skip
            if hint is None and name not in constants:
                self.refuse(
                    None, f"parameter `{name}` without an annotation", f"write `{name}: Type`",
                    "a parameter with the type it ranges over, or a constant's name",
                )  # fmt: skip

    def refuse_result(self) -> None:
        """Refuse an action that returns a value, which would be lost."""
        for node in self.nodes:
            if isinstance(node, ast.Return) and node.value is not None:
                cure = "annotate what it returns: then it is an operator, and no action"
                self.refuse(node, "an action that returns a value", cure)

    # The body.

    def refuse_nodes(self) -> None:
        """Refuse every node that the table does not list, and some uses of those that it does."""
        for node in self.nodes:
            if type(node) not in SYNTAX or not SYNTAX[type(node)].run:
                self._unknown(node)
        for name in self.free:
            self._name(name)
        foreign = ForeignValues(self.tree.body, self.names, self.free)
        for value in foreign.foreign_values():
            cure = "make it a value: tuple(...), frozenset(...), Map(...)"
            self.refuse(value, f"`{ast.unparse(value)}` as a value", cure, "going through it")
        for node in self.nodes:
            check = CHECKS.get(type(node))
            if check is not None:
                check(self, node)

    def _unknown(self, node: ast.AST) -> None:
        owner = next((n for n in self.nodes if getattr(n, "op", None) is node), node)
        found = f"`{type(node).__name__.lower()}`"
        if isinstance(node, ast.FunctionDef):
            found = f"a function `{node.name}` inside a function"
        elif isinstance(owner, ast.expr) and owner is not node:
            found = f"`{ast.unparse(owner)}`"
        self.refuse(owner, found, CURES.get(type(node), "say it with what is allowed"))

    def _name(self, node: ast.Name) -> None:
        if node.id not in self.names or node.id.startswith("__"):
            cure = "define or import it before the Spec is made"
            self.refuse(node, f"the name `{node.id}`, which is not defined", cure)
        value = self.names[node.id]
        if isinstance(value, FunctionType):
            return self._function(node, value)
        if isinstance(value, type) and self._is_class(value):
            return self._class(node, value)
        if any(value is known for known in BUILTINS):
            return self._function(node, value)
        if is_constant(value):
            return None
        builtin = getattr(builtins, node.id, None) is value
        kind = "a call of" if builtin or isinstance(value, BuiltinFunctionType) else "the name"
        cure = "declare it as a variable, in a `Globals` class if it is shared"
        if builtin or isinstance(value, ModuleType | BuiltinFunctionType):
            cure = "an action only reads and writes variables; keep input, output, chance outside"
        names = ", ".join(sorted(f.__name__ for f in BUILTINS))
        allowed = f"variables, parameters, constants, domains, records, operators, and {names}"
        return self.refuse(node, f"{kind} `{node.id}` ({type(value).__name__})", cure, allowed)

    def _class(self, node: ast.Name, value: type) -> None:
        """Refuse a class where one of its members is meant: it equals none of them."""
        if not self.uses.allows(node, value):
            what = ast.unparse(self.uses.around(node))
            self.refuse(node, f"the class `{node.id}` as a value, in `{what}`", *cure_for(value))

    def _is_class(self, value: type) -> bool:
        if value in (*ROOTS, Map):
            return True
        roots = {cls.root for cls in self.grammar.vocabulary.classes}
        if isinstance(value, DomainType | GlobalsType):
            return value.root in roots
        return issubclass(value, ROOTS)

    def _function(self, node: ast.Name, value: Any) -> None:
        if id(node) not in self.callable and not self.uses.is_tested_for(node):
            self.refuse(node, f"the function `{node.id}` as a value", f"call it: `{node.id}(...)`")
        if (
            not isinstance(value, FunctionType)
            or not is_ours(value)
            or value in LOOKS
            or (value in EFFECTS and self.role == "action")
        ):
            return
        if value in EFFECTS:
            cure = "a claim only reads; `any` and `all` look at every possibility"
            self.refuse(node, f"`{node.id}` in a claim", cure, "reading variables")
        known = ", ".join(sorted(f.__name__ for f in (*EFFECTS, *LOOKS)))
        self.refuse(node, f"a call of `{node.id}`", "use the language's own functions", known)

    def _attribute(self, node: ast.Attribute) -> None:
        base = self.names.get(node.value.id) if isinstance(node.value, ast.Name) else None
        if node.attr.startswith("_") or isinstance(base, FunctionType):
            self.refuse(node, f"the attribute `{node.attr}`", "use variables and operators")
        if isinstance(base, type) and issubclass(base, Enum) and not hasattr(base, node.attr):
            allowed = ", ".join(base.__members__)
            self.refuse(
                node, f"`{node.attr}`, which `{base.__name__}` has not", "use these", allowed
            )
        if id(node) not in self.callable and self.owners.is_method(node):
            what = ast.unparse(node)
            self.refuse(node, f"`{what}`, a method that is not called", f"call it: `{what}(...)`")
        if node.attr not in self.grammar.words:
            cure = "declare it: a variable `name: Type = value`, a field, or a method"
            self.refuse(node, f"the attribute `{node.attr}`, which no class declares", cure)
        if isinstance(node.ctx, ast.Store) and self.role == "claim":
            self.refuse(node, "an assignment in a claim", "a claim only reads", "reading variables")

    def _call(self, node: ast.Call) -> None:
        if not isinstance(node.func, ast.Name | ast.Attribute):
            self.refuse(node, "a call of what a call gives", "name the function")
        if any(word.arg is None for word in node.keywords):
            self.refuse(node, "`**` in a call", "give each argument by its name")
        called = self.names.get(node.func.id) if isinstance(node.func, ast.Name) else None
        if isinstance(called, DomainType | GlobalsType):
            cure = f"choose a member: a parameter `x: {called.__name__}`, or a `for`"
            self.refuse(node, f"a new member of `{called.__name__}`", cure)
        if called is super and node.args:
            self.refuse(node, "`super` with arguments", "write `super().name(...)`")
        if isinstance(called, FunctionType) or (
            isinstance(called, type) and issubclass(called, Record)
        ):
            self._arguments(node, called)
        actions = self.grammar.vocabulary.actions
        if self.role == "claim" and isinstance(node.func, ast.Attribute):
            if node.func.attr in actions:
                cure = "write an operator: a method with a return annotation"
                self.refuse(node, f"the action `{node.func.attr}` in a claim", cure)

    def _arguments(self, node: ast.Call, called: Callable[..., Any]) -> None:
        """Refuse arguments that a record or an operator has no parameters for."""
        if any(isinstance(argument, ast.Starred) for argument in node.args):
            return
        given = {word.arg: None for word in node.keywords if word.arg}
        try:
            signature(called).bind(*(None for _ in node.args), **given)
        except TypeError as error:
            names = ", ".join(signature(called).parameters)
            cure = "give each parameter once; the fields of a message by name: `Ask(term=1)`"
            name = called.__name__
            self.refuse(node, f"`{ast.unparse(node)}`: {error}", cure, f"{name}({names})")

    def _constant(self, node: ast.Constant) -> None:
        if node.value is not None and not isinstance(node.value, bool | int | str):
            found = f"`{node.value!r}` ({type(node.value).__name__})"
            self.refuse(node, found, "use whole numbers", "None, bool, int, str")

    def _compare(self, node: ast.Compare) -> None:
        sides = [node.left, *node.comparators]
        for at, op in enumerate(node.ops):
            if isinstance(op, ast.Is | ast.IsNot):
                if not any(map(self._is_single, sides[at : at + 2])):
                    cure = "write `==` or `!=`: equal values need not be the same object"
                    self.refuse(node, f"`{ast.unparse(node)}`", cure, "`is None`, `is` an enum's")

    def _is_single(self, node: ast.expr) -> bool:
        """Whether there is one object of this value: None, True, False, a member of an enum."""
        if isinstance(node, ast.Constant):
            return node.value is None or isinstance(node.value, bool)
        base = node.value if isinstance(node, ast.Attribute) else None
        known = self.names.get(base.id) if isinstance(base, ast.Name) else None
        return isinstance(known, type) and issubclass(known, Enum)

    def _for(self, node: ast.For) -> None:
        if node.orelse:
            self.refuse(node.orelse[0], "`else` after a loop", "write it after the loop")
        self._target(node.target)

    def _comprehension(self, node: ast.comprehension) -> None:
        if node.is_async:
            self.refuse(node.iter, "`async`", "leave it out")
        self._target(node.target)

    def _assign(self, node: ast.Assign | ast.AugAssign | ast.AnnAssign) -> None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        for target in targets:
            self._target(target, variables=True)

    def _target(self, node: ast.expr, variables: bool = False) -> None:
        if isinstance(node, ast.Tuple):
            for part in node.elts:
                self._target(part, variables)
        elif isinstance(node, ast.Attribute) and variables:
            if node.attr not in self.grammar.vocabulary.variables:
                cure = "declare the variable in its class: `name: Type = value`"
                self.refuse(node, f"an assignment to `{node.attr}`, which no class declares", cure)
        elif not isinstance(node, ast.Name):
            cure = "assign the whole: `self.m |= {k: v}`, `self.log = (*self.log, x)`"
            self.refuse(node, f"an assignment to `{ast.unparse(node)}`", cure)


CHECKS: dict[type[ast.AST], Callable[[Reader, Any], None]] = {
    ast.Attribute: Reader._attribute,
    ast.Call: Reader._call,
    ast.Constant: Reader._constant,
    ast.Compare: Reader._compare,
    ast.For: Reader._for,
    ast.comprehension: Reader._comprehension,
    ast.Assign: Reader._assign,
    ast.AugAssign: Reader._assign,
    ast.AnnAssign: Reader._assign,
}


def body_nodes(tree: ast.FunctionDef) -> Iterator[ast.AST]:
    """The nodes of a function's body (annotations and decorators are not the language's)."""
    todo: list[ast.AST] = list(reversed(tree.body))
    while todo:
        node = todo.pop()
        yield node
        inside = list(ast.iter_child_nodes(node))
        if isinstance(node, ast.AnnAssign):
            inside.remove(node.annotation)
        todo += reversed(inside)


def is_constant(value: Any) -> bool:
    """Whether a value of a module is one that an action may name: immutable through and through.

    Members of a domain are none: they belong to a model.
    """
    if isinstance(value, tuple | frozenset):
        return all(map(is_constant, value))
    if isinstance(value, Map):
        return all(map(is_constant, value.items()))
    return kind_of(value) not in (None, "domain member")
