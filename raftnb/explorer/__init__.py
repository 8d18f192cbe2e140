"""An explorer of steps: chosen, taken back, branched, and seen; in a page and in a notebook."""

from raftnb.explorer.diagram import diagram
from raftnb.explorer.showing import Shown, show
from raftnb.explorer.widget import explore_interactively

__all__ = ["Shown", "diagram", "explore_interactively", "show"]
