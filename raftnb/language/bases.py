"""Where the variables of each process, and of each class of shared variables, begin in a state."""

from __future__ import annotations

from typing import Any

from raftnb.data.errors import SpecError
from raftnb.language.processes import Process
from raftnb.language.setting import Setting


class Bases(dict[Any, int]):
    """The position of the first cell of a process, or of a class of shared variables.

    Each read and write of a variable asks for one, so that those asked for are kept: each is looked
    up once. Raises `SpecError` for an owner that the specification does not name.
    """

    def __init__(self, model: Setting) -> None:
        self.model = model

    def __missing__(self, owner: Any) -> int:
        bases = self.model.bases
        name = owner.name if isinstance(owner, Process) else owner.root
        try:
            base = self[owner] = bases[owner.root, name]
        except KeyError:
            raise SpecError(
                f"the variables of `{name}` ({owner.root}), which the specification does not name",
                allowed=", ".join(f"{name} ({root})" for root, name in bases) or "none",
                cure=f"add `{owner.root}` to the Spec; a member of another one means nothing here",
            ) from None
        return base
