"""Whose attribute a name is: a method's where it is one of its object's class."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from inspect import getattr_static
from types import FunctionType

from raftnb.language.annotations import classes_in
from raftnb.language.processes import Action
from raftnb.language.syntax import MEMBERS, METHODS
from raftnb.language.vocabulary import Vocabulary


class Owners:
    """The classes of what one function looks at, as far as annotations say."""

    def __init__(self, function: FunctionType, tree: ast.FunctionDef, words: Vocabulary) -> None:
        self.function, self.tree, self.words = function, tree, words
        self.parameters = [a.arg for a in (*tree.args.args, *tree.args.kwonlyargs)]

    def is_method(self, node: ast.Attribute) -> bool:
        """Whether an attribute is a method; of one that is a variable elsewhere, whether here."""
        if node.attr not in self.words.methods:
            return node.attr in METHODS.keys() - MEMBERS - self.words.words
        return node.attr not in self.words.fields_named or any(
            isinstance(getattr_static(cls, node.attr, None), FunctionType | Action)
            for cls in self.classes(node.value)
        )

    def classes(self, node: ast.AST, above: frozenset[str] = frozenset()) -> Iterable[type]:
        """The classes that an expression's value may have; none where nothing is known."""
        match node:
            case ast.Name():
                return self._of_name(node.id, above)
            case ast.Attribute():
                return self.words.fields_named.get(node.attr, ())
            case ast.Subscript():
                return self.classes(node.value, above)
            case ast.Call(func=ast.Attribute(attr="get", value=map_)):
                return self.classes(map_, above)
        return ()

    def _of_name(self, name: str, above: frozenset[str]) -> Iterable[type]:
        hints = self.words.hints(self.function)
        if name in self.parameters:
            mine = name == self.parameters[0] and name not in hints
            return filter(self._has_function, self.words.kinds) if mine else classes_in(hints[name])
        if name in above:
            return ()
        loops = [n for n in ast.walk(self.tree) if isinstance(n, ast.For | ast.comprehension)]
        over = [n.iter for n in loops if getattr(n.target, "id", "") == name]
        classes = [self.words.named.get(getattr(one, "id", "")) for one in over]
        deeper = (self.classes(one, above | {name}) for one in over)
        return [*filter(None, classes), *(cls for some in deeper for cls in some)]

    def _has_function(self, cls: type) -> bool:
        own = [vars(base).get(self.function.__name__) for base in cls.__mro__]
        return any(getattr(found, "function", found) is self.function for found in own)
