"""Pictures and pages of traces, state graphs, histories and source texts."""

from raftnb.draw.dot import render
from raftnb.draw.graph import draw_graph, draw_trace
from raftnb.draw.lasso import draw_lasso
from raftnb.draw.lemmas import draw_lemmas
from raftnb.draw.listing import Listing, show_change, show_source
from raftnb.draw.log_stepper import log_stepper
from raftnb.draw.picture import Picture
from raftnb.draw.refused import refused
from raftnb.draw.stepper import Stepper
from raftnb.draw.timeline import timeline
from raftnb.draw.views import Views, show_views

__all__ = [
    "Listing",
    "Picture",
    "Stepper",
    "Views",
    "draw_graph",
    "draw_lasso",
    "draw_lemmas",
    "draw_trace",
    "log_stepper",
    "refused",
    "render",
    "show_change",
    "show_source",
    "show_views",
    "timeline",
]
