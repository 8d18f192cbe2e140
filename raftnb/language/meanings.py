"""What the names in a function stand for, and which of them the language has."""

from __future__ import annotations

import ast
import builtins
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any, Literal

from raftnb.data.domains import DomainType
from raftnb.data.names import listed, nearest
from raftnb.data.places import is_pythons
from raftnb.data.values import Map, kind_of
from raftnb.language import network, processes
from raftnb.language.attributes import Attributes
from raftnb.language.borrowed import borrowed
from raftnb.language.cures import FUNCTIONS, OUTSIDE, Told
from raftnb.language.processes import GlobalsType
from raftnb.language.source import is_ours
from raftnb.language.syntax import BUILTINS
from raftnb.language.uses import Uses, misused
from raftnb.language.vocabulary import ROOTS

Role = Literal["action", "claim", "step"]


EFFECTS: tuple[Any, ...] = (
    processes.when, processes.either, network.send, network.discard, network.reply,
)  # fmt: skip
LOOKS: tuple[Any, ...] = (processes.after, network.in_flight)
NETWORKS = {"messages", "msgs", "network", "inbox", "mailbox", "channel"}
"""What the messages in flight are often called."""
AT_FIRST = {
    "each": "write the map: `Map({x: value for x in Class})`",
    "anything": "choose: `x = either(*Class)`, or any value: a parameter `x: Type`",
    "first": "choose: `x = either(*Class)`",
}
"""What stands in an action for a word that says what a variable is at first."""
WORDS = {word.__name__ for word in (*EFFECTS, *LOOKS, processes.macro, Map)}


class Meanings:
    """The names in one function, and what is wrong with them."""

    def __init__(
        self,
        function: FunctionType,
        names: dict[str, Any],
        uses: Uses,
        attributes: Attributes,
        role: Role,
        callable_: set[int],
        constants: frozenset[str],
    ) -> None:
        self.function, self.names, self.uses, self.attributes = function, names, uses, attributes
        self.role, self.callable, self.constants = role, callable_, constants
        self.vocabulary = attributes.vocabulary

    def wrong(self, node: ast.Name) -> Told | None:
        """What is said of a name that cannot be; None where all is well."""
        if node.id not in self.names or node.id.startswith("__"):
            return self._undefined(node.id)
        value = self.names[node.id]
        if isinstance(value, FunctionType):
            foreign = is_pythons(value.__code__.co_filename)
            return self._outside(node, value) if foreign else self._function(node, value)
        if isinstance(value, type) and self._is_class(value):
            allowed = self.uses.allows(node, value)
            return None if allowed else misused(value, self.uses.around(node))
        if any(value is known for known in BUILTINS):
            return self._function(node, value)
        if is_constant(value):
            return None
        return self._outside(node, value)

    def _undefined(self, name: str) -> Told:
        """A name that stands for nothing, with what was likely meant."""
        code = self.function.__code__
        known = {f.__name__ for f in BUILTINS} | WORDS | {*self.function.__globals__}
        known |= {*code.co_varnames}
        cure = borrowed(name.rpartition(".")[2])
        cure = cure or nearest(name, (n for n in known if not n.startswith("_")))
        if name in self.constants:
            cure = f"take the constant as a parameter: `def {code.co_name}(..., {name})`"
        elif name in self.attributes.own_names:
            cure = f"write `self.{name}{'()' if name in self.attributes.declared.methods else ''}`"
        elif name in WORDS:
            cure = f"import it: `from raftnb import {name}`"
        elif name == "receive":
            cure = FUNCTIONS[name]
        elif name in NETWORKS:
            cure = FUNCTIONS["messages"]
        cure = cure or "define or import it before the Spec is made"
        return f"the name `{name}`, which is not defined", "names of the module", cure

    def _is_class(self, value: type) -> bool:
        if value in (*ROOTS, Map):
            return True
        roots = {cls.root for cls in self.vocabulary.classes}
        if isinstance(value, DomainType | GlobalsType):
            return value.root in roots
        return issubclass(value, ROOTS)

    def _function(self, node: ast.Name, value: Any) -> Told | None:
        if id(node) not in self.callable and not self.uses.is_tested_for(node):
            return (
                f"the function `{node.id}` as a value",
                "its result",
                f"call it: `{node.id}(...)`",
            )
        if value is processes.after and self.role != "step":
            cure = "name the claim in `transitions`" if self.role == "claim" else "assign, and read"
            return "`after` where there is no step", "claims about steps: `transitions`", cure
        if not isinstance(value, FunctionType):
            return None
        if not is_ours(value) or value in LOOKS or (value in EFFECTS and self.role == "action"):
            return None
        if value in EFFECTS:
            cure = "a claim only reads; `any` and `all` look at every possibility"
            return f"`{node.id}` in a claim", "reading variables", cure
        known = listed(sorted(f.__name__ for f in (*EFFECTS, *LOOKS)))
        cure = AT_FIRST.get(value.__name__, "use the language's own functions")
        return f"a call of `{node.id}`", known, cure

    def _outside(self, node: ast.Name, value: Any) -> Told:
        """A name for what is no part of the language."""
        if isinstance(value, DomainType | GlobalsType):
            field = "shared" if isinstance(value, GlobalsType) else "processes` or `domains"
            roots = listed(cls.root for cls in self.vocabulary.classes)
            found = f"the class `{node.id}`, which the Spec does not name"
            return found, roots, f"add it to the Spec's `{field}`"
        builtin = getattr(builtins, node.id, None) is value
        kind = "a call of" if builtin or isinstance(value, BuiltinFunctionType) else "the name"
        module = getattr(value, "__module__", None) or ""
        root = value.__name__ if isinstance(value, ModuleType) else module
        cure = "declare it as a variable, in a `Globals` class if it is shared"
        if builtin or isinstance(value, ModuleType | BuiltinFunctionType):
            cure = "an action only reads and writes variables; keep input, output, chance outside"
        parts = (node.id, root.partition(".")[0], node.id.partition(".")[0])
        if type(value) in FROZEN:
            cure += f"; what never changes is written `{node.id} = {FROZEN[type(value)]}`"
        if isinstance(value, type) and not builtin:
            cure = f"`class {node.id}(Message)` if it is sent, `class {node.id}(Record)` if not"
        cure = next((OUTSIDE[part] for part in parts if part in OUTSIDE), cure)
        names = ", ".join(sorted(f.__name__ for f in BUILTINS))
        allowed = f"variables, parameters, constants, domains, records, operators, and {names}"
        of = "" if kind == "a call of" else f" ({type(value).__name__})"
        if isinstance(value, type) and not builtin:
            kind, of = "the class", ", which is none of the language's"
        return f"{kind} `{node.id}`{of}", allowed, cure


FROZEN: dict[type[Any], str] = {dict: "Map({...})", list: "(...)", set: "frozenset({...})"}
"""How what can change is written as a constant of the module, which actions may name."""


def is_constant(value: Any) -> bool:
    """Whether a value of a module is one that an action may name: immutable through and through.

    Members of a domain are none: they belong to a model.
    """
    if isinstance(value, tuple | frozenset):
        return all(map(is_constant, value))
    if isinstance(value, Map):
        return all(map(is_constant, value.items()))
    return kind_of(value) not in (None, "domain member")
