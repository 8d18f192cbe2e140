"""What a world asks of its model; the model itself is above it, since it starts worlds."""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING, Any, Protocol

from raftnb.data.trace import Layout
from raftnb.data.values import Message
from raftnb.language.annotations import Check
from raftnb.language.network import Delivery
from raftnb.language.processes import Action, Process, Variable


class Setting(Protocol):
    """The variables of a model, whose they are, and what its functions take."""

    layout: Layout
    history: bool
    constants: dict[str, int | tuple[str, ...]]
    delivery: Delivery | None
    keeps: bool
    processes: tuple[type[Process], ...]
    bases: dict[tuple[str, str], int]
    variables: list[tuple[Variable, Any]]
    channels: dict[tuple[str, str], int]
    left_out_cells: frozenset[int]

    if TYPE_CHECKING:

        @property
        def horizon(self) -> int: ...

        def admitted(self, cell: int, value: Any) -> Any: ...

        def made(self, record: Any) -> dict[str, Any]: ...

        def sent(self, message: Any) -> Message: ...

        def check_of(self, annotation: Any) -> Check: ...

        def make_members(self, world: Any) -> dict[str, tuple[Any, ...]]: ...

        def annotation_of(self, variable: Variable, cls: Any) -> Any: ...

        def parameter_names(self, action: Action) -> tuple[str, ...]: ...

        def parameters(self, function: FunctionType | Action, skip: int = 0) -> dict[str, Any]: ...
