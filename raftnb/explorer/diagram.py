"""State diagrams: the states of a model merged by what a view says of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import graphviz
import numpy as np

from raftnb.data.calls import told_plainly
from raftnb.data.errors import UsageError
from raftnb.data.markup import plain
from raftnb.data.trace import State, Step, Trace
from raftnb.data.verdict import counted
from raftnb.draw.dot import as_label, render
from raftnb.draw.picture import Picture
from raftnb.draw.text import brief
from raftnb.draw.theme import BLUE, GRAY
from raftnb.explore.given import the_model
from raftnb.language.processes import Process
from raftnb.language.spec import Model
from raftnb.language.world import World

if TYPE_CHECKING:
    from raftnb.explore.graph import Graph

MOST_NODES = 100
SVG = "{http://www.w3.org/2000/svg}"
DRAWN = ("g", "path", "polygon", "polyline", "ellipse", "text")
Told = Callable[[Step], str]
Arrows = dict[tuple[Any, Any], list[str]]


@dataclass
class Merged:
    """What a view has of a graph: its values, those it begins with, and the actions between two.

    `first` has for each value the first state that has it.
    """

    first: dict[Any, int] = field(default_factory=dict)
    initial: set[Any] = field(default_factory=set)
    actions: dict[tuple[Any, Any], set[str]] = field(default_factory=dict)

    def add(self, graph: Graph, values: list[Any], numbers: Any, told: Told) -> None:
        """Put in the states and steps of a graph, each state with the number of its value."""
        for number, at in zip(*np.unique(numbers, return_index=True), strict=True):
            value = values[number]
            self.first[value] = min(int(at), self.first.get(value, int(at)))
        self.initial |= {values[n] for n in np.unique(numbers[: graph.initial])}
        inside = graph.targets >= 0
        sources, targets = numbers[graph.sources[inside]], numbers[graph.targets[inside]]
        columns = np.stack([sources, targets, graph.labels[inside]], axis=1)
        for source, target, label in np.unique(columns, axis=0).tolist():
            step = told(graph.step(label))
            self.actions.setdefault((values[source], values[target]), set()).add(step)


@dataclass(frozen=True, repr=False)
class StateDiagram(Picture):
    """The states of a model merged by a view, as a picture of which each state knows its place.

    `values` are those of the view, in the order of the nodes, `ways` has for each of them a
    shortest trace to a state that has it.
    """

    model: Model
    view: Callable[[Any], Any]
    of: type[Process] | None
    values: tuple[Any, ...]
    ways: tuple[Trace, ...]

    @cached_property
    def _world(self) -> World:
        return World(self.model)

    @cached_property
    def places(self) -> tuple[tuple[str, Callable[[World], Any]], ...]:
        """For each process of the class, its name and the view of it; or the view of the world."""
        if self.of is None:
            return (("", self.view),)
        names = (process.name for process in self._world.members(self.of))
        return tuple((name, partial(_of_process, self.view, name)) for name in names)

    def standing(self, state: State) -> list[list[Any]]:
        """For each process of the class, its name and on which node it stands (-1: on none)."""
        with self._world as world:
            world.load(state)
            seen = [(name, function(world)) for name, function in self.places]
        return [[plain(name), self.node(value)] for name, value in seen]

    def node(self, value: Any) -> int:
        """On which node a value of the view stands; -1: on none."""
        return self.values.index(value) if value in self.values else -1


def as_elements(picture: Picture) -> list[Any]:
    """An SVG as nested lists: the name of an element, its attributes, and what stands in it."""
    return _element(ElementTree.fromstring(picture.svg))


def _element(node: ElementTree.Element) -> list[Any]:
    inner = [_element(child) for child in node if child.tag.removeprefix(SVG) in DRAWN]
    words = [plain(node.text)] if node.text and node.text.strip() else []
    kept = {name: value for name, value in node.attrib.items() if "}" not in name}
    return [node.tag.removeprefix(SVG), kept, *words, *inner]


@told_plainly
def diagram(
    model: Model,
    view: Callable[[Any], Any],
    *,
    of: type[Process] | None = None,
    loops: Iterable[str] = (),
    max_states: int = 100_000,
    direction: str = "LR",
    alt: str = "",
) -> StateDiagram:
    """Draw the states of a model merged by a view, with the actions that lead between them.

    `view` is a function of a process of the class `of`, say `lambda server: server.role`: then the
    diagram is that of one such process, whichever it is. Without `of` it is a function of the
    world. An arrow stands for steps of the explored graph that change what the view says, and is
    named by their actions; an action of another process says so. `loops` names actions that are
    shown where they change nothing, too. Where there are more than `max_states` states, the
    caption says that the diagram is of a part. `show(model, diagram=...)` has it beside the states,
    where a click on a node leads to a state of it. Raises `UsageError` for a view of more than 100
    values, and for a name in `loops` that is no action's.
    """
    known = {name for cls in the_model(model).processes for name in cls.actions}
    if isinstance(loops, str) or set(loops) - known:
        raise UsageError(
            f"loops={loops!r}",
            allowed=f"a tuple of names of actions: {', '.join(sorted(known))}",
            cure="leave it out to draw no loops",
        )
    from raftnb.explore.graph import reachable  # brings a compiler, which takes a second

    graph = reachable(model, max_states=max_states)
    merged = Merged()
    for values, numbers, told in _seen(graph, view, of):
        if len(values) > MOST_NODES:
            raise UsageError(
                f"a view of {len(values)} values",
                allowed=f"at most {MOST_NODES}",
                cure="let the view say less",
            )
        merged.add(graph, values, numbers, told)
    arrows = _arrows(merged, set(loops), model)
    drawn = render(_drawn(merged, arrows, direction), alt or _in_words(graph, merged, arrows))
    nodes = tuple(_ordered(merged))
    ways = tuple(graph.trace(merged.first[value]) for value in nodes)
    return StateDiagram(drawn.svg, drawn.alt, model, view, of, nodes, ways)


def _seen(
    graph: Graph, view: Callable[[Any], Any], of: type[Process] | None
) -> Iterator[tuple[list[Any], Any, Told]]:
    """The values of the view, the number of that of each state, and how a step is named."""
    if of is None:
        numbers, values = graph.evaluate(view)
        yield values, numbers, attrgetter("action")
        return
    for process in World(graph.model).members(of):
        numbers, values = graph.evaluate(partial(_of_process, view, process.name))
        yield values, numbers, partial(_by, process.name)


def _of_process(view: Callable[[Any], Any], name: str, world: World) -> Any:
    return view(world[name])


def _by(process: str, step: Step) -> str:
    return step.action if step.process == process else f"{step.action} of another"


def _arrows(merged: Merged, loops: set[str], model: Model) -> Arrows:
    """The arrows in the order of the states that they begin and end in, with their actions."""
    order = {name: n for n, name in enumerate(a for c in model.processes for a in c.actions)}
    place = {value: n for n, value in enumerate(_ordered(merged))}
    found: Arrows = {}
    for ends in sorted(merged.actions, key=lambda pair: (place[pair[0]], place[pair[1]])):
        names = merged.actions[ends]
        if ends[0] == ends[1]:
            names = {name for name in names if name in loops}
        if names:
            found[ends] = sorted(names, key=lambda name: (order[name.split(" ")[0]], name))
    return found


def _drawn(merged: Merged, arrows: Arrows, direction: str) -> Any:
    dot = graphviz.Digraph(graph_attr={"rankdir": direction, "nodesep": "0.4", "ranksep": "0.6"})
    dot.attr("node", shape="box", style="rounded", fontsize="13", margin="0.15,0.08")
    dot.attr("edge", fontsize="11", arrowsize="0.7", color=GRAY, fontcolor=BLUE)
    nodes = {value: str(n) for n, value in enumerate(_ordered(merged))}
    for value, number in nodes.items():
        dot.node(number, as_label(brief(value)), **{"class": f"at{number}"})
        if value in merged.initial:
            dot.node(f"start{number}", "", shape="point")
            dot.edge(f"start{number}", number)
    for (source, target), names in arrows.items():
        dot.edge(nodes[source], nodes[target], as_label("\n".join(names)))
    return dot


def _ordered(merged: Merged) -> list[Any]:
    return sorted(merged.first, key=lambda value: (merged.first[value], brief(value)))


def _in_words(graph: Graph, merged: Merged, arrows: Arrows) -> str:
    name = graph.model.spec.name
    part = "" if graph.complete else "a part of "
    rows = [
        f"from {brief(a)} to {brief(b)} by {', '.join(names)}" for (a, b), names in arrows.items()
    ]
    begins = ", ".join(brief(value) for value in _ordered(merged) if value in merged.initial)
    head = (
        f"State diagram of {part}{name}, {counted(len(graph), 'state')} seen as {len(merged.first)}"
    )
    return f"{head}: begins as {begins}; {'; '.join(rows) or 'nothing changes'}"


__all__ = ["StateDiagram", "as_elements", "diagram"]
