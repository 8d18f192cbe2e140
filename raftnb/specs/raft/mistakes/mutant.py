"""What is known of a mistake: what it breaks, in which configuration, and who made it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from raftnb.language.claims import Property
from raftnb.language.spec import Model, Spec
from raftnb.specs.raft.claims import RAFT
from raftnb.specs.raft.server import Server

How = Literal["exploration", "walk", "script", "liveness", "lasso", "equivalent"]


@dataclass(frozen=True, eq=False, kw_only=True)
class Mutant:
    """One mistake: a subclass of `Server` that differs in one operator or action.

    `row` numbers it; `breaks` is the claim of `base` that it makes false (an equivalent one keeps
    all others, and `breaks` is a claim about steps that is stronger than necessary; for a
    liveness one, `breaks` is the *sometimes* that never comes true; for a lasso, what should come
    true in the end, and for ever does not). `servers`, `terms`, `entries`
    and `restarts` are the configuration, `network` its other constants; with `history`, the model
    keeps its history variables. `how` it is found: by exploration, by random walks (of this
    `seed`), or by playing the `scene`; where clients are part of it, the scene `told` goes on until
    one of them has heard what no store would say. `why` says it in a sentence, `seen_in` where in
    the world it was made,
    `differs` why the configuration is not the one known from the literature.
    """

    row: int
    server: type[Server]
    breaks: Property
    servers: int
    terms: int
    entries: int
    restarts: int = 0
    how: How = "exploration"
    scene: Callable[[Any], None] | None = None
    told: Callable[[Any], None] | None = None
    why: str = ""
    seen_in: tuple[str, ...] = ()
    differs: str = ""
    network: Mapping[str, int] = field(default_factory=dict)
    base: Spec = RAFT
    history: bool = False
    seed: int = 1

    @property
    def title(self) -> str:
        """The mistake in words."""
        first = (self.server.__doc__ or "").split("\n")[0].rstrip(".")
        word = first.partition(" ")[0]
        return first if any(map(str.isupper, word[1:])) else first[0].lower() + first[1:]

    @property
    def configuration(self) -> str:
        """The configuration as (servers, terms, log length[, restarts])."""
        restarts = f",R{self.restarts}" if self.restarts else ""
        return f"({self.servers},{self.terms},{self.entries}{restarts})"

    @property
    def original(self) -> type[Server]:
        """The correct class that it changes."""
        return self.server.__mro__[1]

    @property
    def constants(self) -> dict[str, Any]:
        """The constants of the configuration."""
        return {
            "servers": self.servers,
            "max_term": self.terms,
            "max_log": self.entries,
            "max_restarts": self.restarts,
            **self.network,
        }

    def spec(self, server: type[Server] | None = None) -> Spec:
        """The specification with the mutant (or another class), and the one claim it is about."""
        if self.how == "equivalent":
            kept: dict[str, Any] = {
                "transitions": tuple(c for c in self.base.transitions if c is not self.breaks)
            }
        else:
            names = ("invariants", "transitions", "sometimes", "possible")
            kept = {n: tuple(c for c in getattr(self.base, n) if c is self.breaks) for n in names}
            kept["liveness"] = tuple(p for p in self.base.liveness if self.breaks in p.claims)
        cls = server or self.server
        return self.base.variant(cls.__name__, cls, **{"sometimes": (), **kept})

    def model(self, server: type[Server] | None = None) -> Model:
        """That specification in the configuration of this mistake."""
        return self.spec(server)(history=self.history, **self.constants)


TWO_IN_FLIGHT = {"duplicates": 0, "max_messages": 2}
"""A network that loses and reorders, with up to two messages in flight: a small state space."""
THREE_IN_FLIGHT = {**TWO_IN_FLIGHT, "max_messages": 3}

__all__ = ["THREE_IN_FLIGHT", "TWO_IN_FLIGHT", "Mutant"]
