"""An explorer of steps: chosen, taken back, branched, and seen; in a page and in a notebook."""

from raftnb.explorer.beside import Seen
from raftnb.explorer.diagram import StateDiagram, diagram
from raftnb.explorer.scenes import Scenes, scenes
from raftnb.explorer.showing import Shown, show
from raftnb.explorer.widget import explore_interactively

__all__ = [
    "Scenes",
    "Seen",
    "Shown",
    "StateDiagram",
    "diagram",
    "explore_interactively",
    "scenes",
    "show",
]
