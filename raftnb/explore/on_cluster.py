"""A check on a cluster: what is asked there, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from raftnb.data.errors import UsageError
from raftnb.explore.given import asked
from raftnb.explore.result import Exploration, ExplorationOptions
from raftnb.language.spec import Model

if TYPE_CHECKING:
    from raftnb.parallel import Cluster


def dealt_out(
    cluster: Cluster, may_choose: bool, model: Model, options: ExplorationOptions
) -> Exploration:
    """What the workers of a cluster find, each with a part of the states.

    Raises `UsageError` for what is not done there; unless it `may_choose` the engine, for that.
    """
    possible = ", ".join(claim.__name__ for claim in asked(model, "possible"))
    alone = {
        "a view": (options.view, "leave the view out, or the cluster"),
        "states on disk": (options.folder, "leave `folder` out, or the cluster"),
        f"`possible` claims ({possible})": (possible, "ask the others by `claims=[...]`"),
        "threads": (options.threads, "say how many workers: `Cluster(workers=4)`"),
        "an engine, or coverage of lines": (not may_choose, "leave it out, or the cluster"),
    }
    for what, (is_asked, cure) in alone.items():
        if is_asked:
            raise UsageError(
                f"{what}, with a cluster",
                allowed="claims about states and steps, deadlocks, bounds",
                cure=cure,
            )
    from raftnb.explore.sharded.search import explored_on  # brings a compiler, which takes a second

    return explored_on(cluster, model, options)
