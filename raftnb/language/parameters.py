"""What a parameter of an action or a claim may be: a constant, or what ranges over a type."""

from __future__ import annotations

from collections.abc import Collection
from types import FunctionType
from typing import Any

from raftnb.data.domains import Domain
from raftnb.data.names import nearest
from raftnb.data.values import Message, Record
from raftnb.language.annotations import classes_in, describe
from raftnb.language.cures import Told
from raftnb.language.sending import GIVE_ONE, NETWORK, NO_NETWORK
from raftnb.language.universe import is_listed
from raftnb.language.vocabulary import ROOTS, Vocabulary

TRIED = "a domain or process class, enum, bool, None, Literal, Nat; |, Set, Map of these"
RANGES = "a parameter with the type it ranges over, or a constant's name"


class Parameters:
    """The parameters of one function, of an action or of a claim."""

    def __init__(
        self, function: FunctionType, vocabulary: Vocabulary, constants: Collection[str],
        network: bool,
    ) -> None:  # fmt: skip
        self.function, self.vocabulary = function, vocabulary
        self.constants, self.network = constants, network

    def wrong(self, name: str, hint: Any, in_action: bool) -> Told | None:
        """What is said of a parameter that ranges over nothing; None where all is well."""
        constant, received = name in self.constants, in_action and is_message(hint)
        if in_action and name in self.vocabulary.sizes:
            cure = "count them: `len(Class)`, or go through them: `for x in Class`"
            return f"the size `{name}` in an action", "constants that are numbers", cure
        if in_action and constant and hint not in (None, int):
            found = f"the parameter `{name}`, which is a constant's name"
            cure = f"write `{name}: int` if the constant is meant, or rename the parameter"
            return found, "other names for what ranges over a type", cure
        if received and not self.network:
            return f"the message `{name}`, {NO_NETWORK}", NETWORK, GIVE_ONE
        if hint is None and not constant:
            return f"parameter `{name}` without an annotation", RANGES, self._annotated(name)
        if not (constant or received or is_listed(hint)):
            found = f"`{name}: {describe(hint)}`, a type whose values cannot all be tried"
            cure = "annotate with one of these (`Nat` for numbers), or use `either(*options)`"
            if isinstance(hint, type) and issubclass(hint, Record):
                cure = f"`class {hint.__name__}(Message)` if it is received; or `either(*options)`"
            return found, TRIED, cure
        return self._stranger(name, hint)

    def _stranger(self, name: str, hint: Any) -> Told | None:
        """What is said of members of a class that the Spec does not name: there are none."""
        roots = dict.fromkeys(cls.root for cls in self.vocabulary.classes)
        for cls in classes_in(hint):
            if issubclass(cls, Domain) and cls not in ROOTS and cls.root not in roots:
                found = f"`{name}: {cls.__name__}`, a class that the Spec does not name"
                cure = nearest(cls.__name__, roots) or f"add `{cls.__name__}` to the Spec"
                return found, ", ".join(roots), cure
        return None

    def _annotated(self, name: str) -> str:
        """The cure for a parameter without an annotation."""
        if name != "self":
            return nearest(name, self.constants) or f"write `{name}: Type`"
        own = self.function.__name__
        inside = own != self.function.__qualname__
        body = f" return x.{own}()" if inside else " ..."
        return f"a claim is a function outside of the classes: `def f(x: P) -> bool:{body}`"


def is_message(hint: Any) -> bool:
    """Whether a parameter receives a message."""
    return isinstance(hint, type) and issubclass(hint, Message)


__all__ = ["Parameters", "is_message"]
