"""What is asked of a model besides its claims: it may name classes that none of them does."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from raftnb.language.bodies import refuse_bodies
from raftnb.language.claims import Property, as_function
from raftnb.language.spec import Model, Spec
from raftnb.language.vocabulary import Vocabulary


@dataclass(frozen=True, eq=False)
class AskedSpec(Spec):
    """A specification that knows the classes of what is asked of it besides its claims, too."""

    besides: tuple[Property, ...] = ()

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The classes that occur in the specification and in what is asked."""
        return Vocabulary(self.classes, map(as_function, (*self.claims, *self.besides)))


def asked_besides(model: Model, *functions: Any) -> Model:
    """The model as if its Spec claimed these functions of the state, too; itself if it could.

    So a message, record or enumeration that only they name is known to every engine, as it would
    be if they stood in the Spec. Raises `SpecError` for what is wrong with such a class.
    """
    spec = model.spec
    words = Vocabulary(spec.classes, map(as_function, (*spec.claims, *functions)))
    if set(words.kinds) <= set(spec.vocabulary.kinds):
        return model
    words.refuse_types()
    refuse_bodies(words)
    given = {field.name: getattr(spec, field.name) for field in fields(Spec)}
    wider = AskedSpec(**given, besides=functions)
    return Model(wider, model.constants, model.history, model.starts, model.left_out)
