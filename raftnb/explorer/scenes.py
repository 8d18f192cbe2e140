"""Several explorers as one, of which a reader chooses what to look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from raftnb.data.calls import told_plainly
from raftnb.data.errors import UsageError
from raftnb.data.markup import Markup, escaped, plain
from raftnb.draw.stepper import Steppable
from raftnb.explorer.page import embedded, whole_page
from raftnb.explorer.showing import Shown

LABEL = "Several scenes, to be explored. The left and right arrow keys step through them."


@dataclass(frozen=True, repr=False)
class Scenes(Steppable):
    """Explorers under their titles: one front end, and a list to choose from."""

    shown: Mapping[str, Shown]
    text: str

    @property
    def data(self) -> dict[str, Any]:
        """The data of each scene; the texts of actions, which scenes share, stand there once."""
        pool: dict[tuple[str, str], int] = {}
        scenes = [[plain(title), _pooled(shown.data, pool)] for title, shown in self.shown.items()]
        return {"sources": list(map(list, pool)), "scenes": scenes}

    @property
    def still(self) -> Markup:
        """The titles, and the first scene where no script runs."""
        first = next(iter(self.shown.values()))
        rows = "".join(f"<li>{escaped(title)}</li>" for title in self.shown)
        return Markup(f"<ul>{rows}</ul>{first.still}")

    @property
    def html(self) -> str:
        """The explorer as a part of a page."""
        return embedded(self.data, self.still, LABEL)

    def page(self, title: str) -> str:
        """A web page of its own, which needs nothing else; its address tells scene and steps."""
        return whole_page(self.data, self.still, LABEL, title)


@told_plainly
def scenes(shown: Mapping[str, Shown]) -> Scenes:
    """Put several explorers into one, under their titles; what `show` returns is given for each.

    The front end is there once, whatever their number. Raises `UsageError` for anything else.
    """
    given = dict(shown) if isinstance(shown, Mapping) else {}
    if not given or not all(isinstance(one, Shown) for one in given.values()):
        raise UsageError(
            f"a {type(shown).__name__}" if not given else "a scene that is none",
            place="scenes",
            allowed="titles, each with what `show` returns",
            cure='write `scenes({"a title": show(trace, model)})`',
        )
    text = "\n\n".join(f"{title}\n{one.text}" for title, one in given.items())
    return Scenes({str(title): one for title, one in given.items()}, text)


def _pooled(data: dict[str, Any], pool: dict[tuple[str, str], int]) -> dict[str, Any]:
    about = data["about"]
    place = [pool.setdefault((name, text), len(pool)) for name, text in about["sources"]]
    actions = {
        process: {action: place[n] for action, n in of.items()}
        for process, of in about["actions"].items()
    }
    return data | {"about": about | {"actions": actions, "sources": []}}


__all__ = ["Scenes", "scenes"]
