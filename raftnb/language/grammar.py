"""Which Python is inside the language: everything that is not listed here is refused.

A Spec has its functions read when it is made. A construct is allowed only where its meaning in
Python depends on nothing but the state, the parameters and the choices that are made.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from enum import Enum
from inspect import signature
from types import FunctionType
from typing import Any

from raftnb.data.domains import DomainType
from raftnb.data.errors import SpecError
from raftnb.data.values import Record
from raftnb.language.attributes import Attributes, Declared
from raftnb.language.claims import as_function
from raftnb.language.cures import Told
from raftnb.language.flow import Flow
from raftnb.language.foreign import ForeignValues
from raftnb.language.meanings import Meanings, Role, is_constant
from raftnb.language.ordering import Follower
from raftnb.language.parameters import Parameters, is_message
from raftnb.language.processes import Action, GlobalsType, either, macro
from raftnb.language.sending import Sending
from raftnb.language.source import (
    body_nodes,
    call_of,
    callees,
    free_names,
    is_ours,
    methods_called,
    parse,
    place,
)
from raftnb.language.syntax import CURES, SYNTAX
from raftnb.language.texts import Texts
from raftnb.language.uses import Uses, misfit
from raftnb.language.vocabulary import Vocabulary


class Grammar:
    """Reads the functions of one specification; `SpecError` for what is outside the language."""

    def __init__(
        self, vocabulary: Vocabulary, constants: frozenset[str], network: bool = True
    ) -> None:
        self.vocabulary, self.constants, self.network = vocabulary, constants, network
        self.declared, self.follower = Declared(vocabulary), Follower(vocabulary)
        self.flow = Flow(vocabulary)
        self._readers: dict[tuple[FunctionType, Role], Reader] = {}

    def read_action(self, action: Action) -> None:
        """Read an action, and what it calls."""
        reader = self.read(action.function, "action", ())
        reader.refuse_parameters(skip=1)
        reader.refuse_result()
        self.follower.refuse_order(action.function)
        self.flow.refuse_use(action.function)

    def read_claim(self, claim: Callable[..., Any], *, step: bool = False) -> None:
        """Read a function of the state, or of a step, and what it calls."""
        function = as_function(claim)
        reader = self.read(function, "step" if step else "claim", ())
        reader.refuse_parameters(skip=0)
        reader.refuse_no_result()
        self.follower.refuse_order(function)

    def read(self, function: FunctionType, role: Role, above: tuple[FunctionType, ...]) -> Reader:
        """Read a function that those `above` call, and what it calls itself."""
        if function in above:
            raise SpecError(
                f"recursion: {' -> '.join(f.__name__ for f in (*above, function))}",
                place=place(above[-1], call_of(above[-1], function)),
                allowed="operators that do not call themselves",
                cure="use a comprehension, `all`, `any`, `sum`, `max` over a finite set",
            )
        if (function, role) in self._readers:
            return self._readers[function, role]
        reader = Reader(self, function, role)
        reader.refuse_header(operator=bool(above))
        reader.refuse_nodes()
        if above and function.__annotations__.get("return") not in (None, "None"):
            reader.refuse_no_result()
        for called in reader.called():
            self.read(called, role, (*above, function))
        self._readers[function, role] = reader
        return reader


class Reader:
    """Reads one function."""

    def __init__(self, grammar: Grammar, function: FunctionType, role: Role) -> None:
        self.grammar, self.function, self.role = grammar, function, role
        self.tree = parse(function)
        self.names = callees(function)
        self.free = free_names(function)
        self.nodes = body_nodes(function)
        calls = [node for node in self.nodes if isinstance(node, ast.Call)]
        named = [word.value for call in calls for word in call.keywords if word.arg == "key"]
        self.callable = {id(node) for node in (*(call.func for call in calls), *named)}
        self.attributes = Attributes(function, self.nodes, self.tree, grammar.declared)
        self.texts = Texts(function, self.nodes, self.names, grammar.vocabulary)
        self.sending = Sending(self.names, grammar.vocabulary.hints(function), grammar.network)
        self.meanings = Meanings(
            function, self.names, Uses(self.tree, self.names), self.attributes, role,
            self.callable, grammar.constants,
        )  # fmt: skip

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
        for several, stars in ((given.vararg, "*"), (given.kwarg, "**")):
            if several is not None:
                cure = f"name each parameter; or one that holds several: `{several.arg}: Set[...]`"
                self.refuse(several, f"`{stars}{several.arg}` as a parameter", cure, "f(x, y)")
        for part, mark in ((given.posonlyargs, "/"), (given.kwonlyargs, "*")):
            if part and not (operator and mark == "*"):
                cure = f"leave `{mark}` out"
                self.refuse(part[-1], f"`{mark}` among the parameters", cure, "f(x, y)")
        wanted = self.function.__defaults__ or ()
        defaults = (*wanted, *(self.function.__kwdefaults__ or {}).values())
        if not operator and defaults:
            cure = "take the default away: all the values of the type are tried"
            last = self.tree.args.args[-1]
            self.refuse(last, "a parameter with a default", cure, "parameters with annotations")
        for value in defaults:
            if not is_constant(value):
                found = f"a default that can change ({type(value).__name__})"
                self.refuse(None, found, "use a tuple, frozenset or Map", "constants")

    def refuse_parameters(self, skip: int) -> None:
        """Refuse a parameter of an action or a claim that has no type to range over."""
        if self.function.__code__.co_argcount < skip:
            cure = f"write `def {self.tree.name}(self, ...)`"
            self.refuse(self.tree, "an action without `self`", cure, "actions of a process")
        hints = self.grammar.vocabulary.parameters(self.function, skip)
        nodes = {node.arg: node for node in self.tree.args.args}
        received = [n for n, hint in hints.items() if skip and is_message(hint)]
        vocabulary, constants = self.grammar.vocabulary, self.grammar.constants
        known = Parameters(self.function, vocabulary, constants, self.grammar.network)
        for name, hint in hints.items():
            self._refuse_told(nodes[name], known.wrong(name, hint, bool(skip)))
        if len(received) > 1:
            found = f"an action that receives {len(received)} messages"
            allowed = "one parameter of a message type"
            self.refuse(nodes[received[1]], found, "split the action", allowed)

    def refuse_no_result(self) -> None:
        """Refuse a claim or an operator that returns nothing."""
        if not any(isinstance(node, ast.Return) and node.value is not None for node in self.nodes):
            name = self.function.__name__
            cure = "write `return`, and what it says"
            self.refuse(self.tree, f"`{name}`, which returns nothing", cure, "return a value")

    def refuse_result(self) -> None:
        """Refuse an action that returns a value, which would be lost."""
        for node in self.nodes:
            if isinstance(node, ast.Return) and node.value is not None:
                cure = "annotate what it returns: then it is an operator, and no action"
                if isinstance(node.value, ast.Constant):
                    cure = "leave the value out: a step that may not happen has a `when`"
                self.refuse(node, "an action that returns a value", cure)

    # The body.

    def refuse_nodes(self) -> None:
        """Refuse every node that the table does not list, and some uses of those that it does."""
        for node in self.nodes:
            if type(node) not in SYNTAX or not SYNTAX[type(node)].run:
                self._unknown(node)
        for name in self.free:
            self._refuse_told(name, self.meanings.wrong(name))
        foreign = ForeignValues(self.nodes, self.names, self.free)
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
        elif isinstance(owner, ast.expr):
            found = f"`{ast.unparse(owner)}`"
        elif isinstance(node, ast.ClassDef):
            found = f"a class `{node.name}` inside a function"
        cure = CURES.get(type(node), "say it with what is allowed")
        if isinstance(node, ast.Assert) and self.role != "action":
            cure = f"return it: `return {ast.unparse(node.test)}`"
        self.refuse(owner, found, cure)

    def _refuse_told(self, node: ast.AST, told: Told | None) -> None:
        if told is not None:
            found, allowed, cure = told
            self.refuse(node, found, cure, allowed)

    def _attribute(self, node: ast.Attribute) -> None:
        base = self.names.get(node.value.id) if isinstance(node.value, ast.Name) else None
        if node.attr.startswith("_") or isinstance(base, FunctionType):
            self.refuse(node, f"the attribute `{node.attr}`", "use variables and operators")
        self._refuse_told(node, self.attributes.wrong(node))
        if isinstance(node.ctx, ast.Store) and self.role != "action":
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
        self._refuse_told(node, self.sending.wrong(node, called))
        if isinstance(called, FunctionType) or (
            isinstance(called, type) and issubclass(called, Record)
        ):
            self._arguments(node, called)
        if isinstance(node.func, ast.Attribute):
            self._refuse_told(node, self.attributes.wrong_super(node.func))
        if called is either and [type(option) for option in node.args] == [ast.Tuple]:
            inside = ", ".join(map(ast.unparse, node.args[0].elts))  # type: ignore[attr-defined]
            cure = f"write `either({inside})`; of a sequence or set: `either(*options)`"
            self.refuse(node, f"`{ast.unparse(node)}`, a choice of one", cure, "either(a, b)")
        actions = self.grammar.vocabulary.actions
        if self.role != "action" and isinstance(node.func, ast.Attribute):
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
            self._refuse_told(node, misfit(node, called, error))

    def _expr(self, node: ast.Expr) -> None:
        """Refuse an expression that stands by itself, unless it is a call, or a comment."""
        value = node.value
        if isinstance(value, ast.Call) or (isinstance(value, ast.Constant) and is_text(value)):
            return
        cure = "return it, assign it, or ask for it: `when(...)`"
        self.refuse(value, f"`{ast.unparse(value)}`, whose value is lost", cure)

    def _constant(self, node: ast.Constant) -> None:
        if node.value is not None and not isinstance(node.value, bool | int | str):
            found = f"`{node.value!r}` ({type(node.value).__name__})"
            self.refuse(node, found, "use whole numbers; `//` divides them", "None, bool, int, str")

    def _compare(self, node: ast.Compare) -> None:
        sides = [node.left, *node.comparators]
        for at, op in enumerate(node.ops):
            pair = sides[at : at + 2]
            self._refuse_told(node, self.attributes.wrong_label(*pair))
            if isinstance(op, ast.Eq | ast.NotEq):
                self._refuse_told(node, self.attributes.never_equal(*pair))
            if isinstance(op, ast.Is | ast.IsNot):
                if not any(map(self._is_single, pair)):
                    cure = "write `==` or `!=`: equal values need not be the same object"
                    self.refuse(node, f"`{ast.unparse(node)}`", cure, "`is None`, `is` an enum's")

    def _is_single(self, node: ast.expr) -> bool:
        """Whether there is one object of this value: None, True, False, a member of an enum."""
        if isinstance(node, ast.Constant):
            return node.value is None or isinstance(node.value, bool)
        base = node.value if isinstance(node, ast.Attribute) else None
        known = self.names.get(base.id) if isinstance(base, ast.Name) else None
        return isinstance(known, type) and issubclass(known, Enum)

    def _binop(self, node: ast.BinOp | ast.AugAssign) -> None:
        """Refuse values that are written into text: it would show names, and the order of sets."""
        left = node.target if isinstance(node, ast.AugAssign) else node.left
        if isinstance(node.op, ast.Mod) and self.texts.may_be_text(left):
            found = f"`{ast.unparse(node)}`, values that are written into text"
            self.refuse(node, found, "keep the values: (a, b), or a record", "`%` of numbers")

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
        if isinstance(node, ast.AugAssign):
            self._binop(node)
        for target in targets:
            self._refuse_told(target, self.attributes.wrong_target(target, node))
        for target in targets:
            self._target(target, variables=True)
            self._refuse_told(target, self.attributes.wrong_label(target, node.value))

    def _target(self, node: ast.expr, variables: bool = False) -> None:
        if isinstance(node, ast.Tuple):
            for part in node.elts:
                self._target(part, variables)
        elif isinstance(node, ast.Attribute) and variables:
            if node.attr not in self.grammar.vocabulary.variables:
                self._refuse_told(node, self.attributes.undeclared(node))
        elif not isinstance(node, ast.Name):
            cure = "assign the whole: `self.m |= {k: v}`, `self.log = (*self.log, x)`"
            found = f"an assignment to `{ast.unparse(node)}`"
            self.refuse(node, found, cure, "assignments to names and variables")


CHECKS: dict[type[ast.AST], Callable[[Reader, Any], None]] = {
    ast.Attribute: Reader._attribute,
    ast.Call: Reader._call,
    ast.Constant: Reader._constant,
    ast.Compare: Reader._compare,
    ast.Expr: Reader._expr,
    ast.BinOp: Reader._binop,
    ast.For: Reader._for,
    ast.comprehension: Reader._comprehension,
    ast.Assign: Reader._assign,
    ast.AugAssign: Reader._assign,
    ast.AnnAssign: Reader._assign,
}


def is_text(node: ast.Constant) -> bool:
    """Whether a constant by itself is a comment, or the `...` of an empty body."""
    return isinstance(node.value, str) or node.value is ...
