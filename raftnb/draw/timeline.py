"""Draw a history: a lane for each process, a bar for each operation, a mark where it took effect.

The picture shows any history that fits; `page` writes a web page where a long one can be moved,
magnified and read operation by operation. The horizontal axis counts events, not seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol
from xml.etree.ElementTree import Element

from raftnb.data.calls import told_plainly
from raftnb.data.events import Operation, Value, text
from raftnb.data.files import write_whole
from raftnb.data.histories import History
from raftnb.data.verdict import counted
from raftnb.draw import svg
from raftnb.draw.lanes import Band, Lanes, bands_of, lanes_of, shortened
from raftnb.draw.pages import asset, data_island, filled
from raftnb.draw.picture import Picture
from raftnb.draw.theme import BLACK, BLUE, GREEN, ICE, LEAF, PALE, PEACH, RED, RUST, SAND

LANE, BAR, TOP, LEFT = 44, 22, 14, 40
LEAST_EVENT, OPEN_END, WIDEST = 26, 30, 900


class Point(Protocol):
    """An operation and where it takes effect: just before event number `point`."""

    @property
    def operation(self) -> Operation: ...
    @property
    def point(self) -> int: ...


class Order(Protocol):
    """An order step by step: operation, point, state after it; and what cannot come next."""

    @property
    def object(self) -> Value: ...
    @property
    def steps(self) -> Sequence[tuple[Operation, int, str]]: ...
    @property
    def culprit(self) -> Operation | None: ...


class Answer(Protocol):
    """What a checker found, as far as it is drawn (`raftnb.linear.Linearizability` is one)."""

    @property
    def linearization(self) -> Sequence[Point]: ...
    @property
    def orders(self) -> Sequence[Order]: ...
    @property
    def culprits(self) -> Sequence[Operation]: ...


class _Step(NamedTuple):
    """One step of an order: its rank there, and the state after it where it is told."""

    operation: Operation
    point: int
    rank: int
    state: str


@dataclass(frozen=True)
class _Plan:
    """The operations that are shown, and where each event stands."""

    shown: tuple[Operation, ...]
    lanes: Lanes
    x: Callable[[float], float]
    width: float
    size: float


@told_plainly
def timeline(
    history: History,
    answer: Answer | None = None,
    *,
    around: Operation | None = None,
    reach: int = 10,
    where: Callable[[Operation], bool] | None = None,
    caption: str = "",
) -> Picture:
    """Draw `history`, with the linearization points or the culprit of `answer`.

    A pending operation has no right end. A point is a green diamond with its rank; the operation
    that cannot be placed is red, with a thick dashed border and a cross. `where` chooses
    operations; `around` keeps those that overlap the `reach` events on either side of one.
    `caption` comes first in the text that stands for the picture.
    """
    chosen = [op for op in history.operations if where is None or where(op)]
    if around is not None:
        chosen = _near(chosen, around, reach)
    plan = _plan(history, chosen)
    culprits = [op for op in answer.culprits if op in plan.shown] if answer is not None else []
    points = _taken(answer, culprits, plan)
    height = TOP + LANE * len(plan.lanes.names) + (22 if points or culprits else 6)
    parts = [
        *_bands(bands_of(history), plan, height),
        *_lanes(plan),
        *(_bar(op, plan, op in culprits) for op in plan.shown),
        *_points(points, plan),
        *_refusals(answer, culprits, plan),
    ]
    ranked = answer.linearization if answer is not None else ()
    alt = _alt(plan, [p for p in ranked if p.operation in plan.shown], culprits, caption)
    return svg.picture(plan.width, height, alt, *parts, size=plan.size)


def page(history: History, answer: Answer | None, path: str | Path, title: str = "History") -> Path:
    """Write a self-contained web page that shows the whole history; returns its path.

    Raises `OSError` if the file cannot be written.
    """
    write_whole(path, page_of(history, answer, title))
    return Path(path)


def page_of(history: History, answer: Answer | None, title: str = "History") -> str:
    """The text of that page.

    The wheel magnifies, dragging moves, pointing at an operation tells about it, a click holds it.
    The longest orders can be followed point by point with the object's states, up to the step that
    is not legal; keys are chosen, or each has a band of lanes. Without JavaScript the page says so.
    """
    parts = {"TITLE": title, "DATA": data_island(_data(history, answer))}
    return filled(asset("timeline.html"), parts)


def _near(operations: Iterable[Operation], center: Operation, reach: int) -> list[Operation]:
    first = center.invoked - reach
    last = (center.invoked if center.returned is None else center.returned) + reach
    kept = []
    for op in operations:
        ends = op.returned is None or op.returned >= first
        lately = op.returned is not None or op.invoked >= first or op.object == center.object
        if op.invoked <= last and ends and lately:
            kept.append(op)
    return kept


def _plan(history: History, operations: Iterable[Operation]) -> _Plan:
    shown = tuple(operations)
    lanes = lanes_of(history, shown)
    events = sorted(
        {op.invoked for op in shown} | {op.returned for op in shown if op.returned is not None}
    )
    column = {event: n for n, event in enumerate(events)}
    left = LEFT + max((svg.text_width(name) for name in lanes.names), default=0) - 20
    even = (svg.WIDTH - left - OPEN_END) / max(len(events), 1)
    most = (WIDEST - left - OPEN_END) / max(len(events), 1)
    step = max(LEAST_EVENT, min(max(even, _roomy(shown, column)), most, 90))

    def x(point: float) -> float:
        before = sum(event < point for event in events)
        return left + step * (column.get(int(point), before) if point in column else before - 0.5)

    return _Plan(shown, lanes, x, left + step * len(events) + OPEN_END, 12)


def _bands(bands: Iterable[Band], plan: _Plan, height: float) -> Iterable[Element]:
    """What the log says beside the operations, behind them; those that end before are left out."""
    events = [op.invoked for op in plan.shown]
    for band in bands if events else ():
        if band.end is not None and band.end <= min(events):
            continue
        left = plan.x(max(band.start, min(events)) - 0.5)
        right = plan.width if band.end is None else min(plan.x(band.end - 0.5), plan.width)
        if left < right:
            frame = {"fill": SAND, "stroke": "none"}
            yield svg.group(
                svg.tooltip(band.words),
                svg.rectangle(left, 0, right - left, height, **frame),
                svg.label(
                    left + 3, 10, shortened([band.words], int((right - left) / 6)), font_size=9
                ),
            )


def _taken(answer: Answer | None, culprits: Sequence[Operation], plan: _Plan) -> list[_Step]:
    """The steps that are drawn: of the linearization, or of a longest order for each culprit."""
    if answer is None:
        return []
    if not answer.culprits:
        taken = enumerate(answer.linearization, 1)
        return [
            _Step(point.operation, point.point, n, "")
            for n, point in taken
            if point.operation in plan.shown
        ]
    steps = [
        _Step(op, point, n, state)
        for order in _longest(answer, culprits)
        for n, (op, point, state) in enumerate(order.steps, 1)
        if op in plan.shown
    ]
    return sorted(steps, key=lambda step: step.point)


def _longest(answer: Answer, culprits: Sequence[Operation]) -> list[Order]:
    """A longest order before each culprit that is shown."""
    first = {order.culprit: order for order in reversed(answer.orders)}
    return [first[culprit] for culprit in culprits if culprit in first]


def _refusals(
    answer: Answer | None, culprits: Sequence[Operation], plan: _Plan
) -> Iterable[Element]:
    """Under each culprit the state that it finds at the end of a longest order."""
    for order in _longest(answer, culprits) if answer is not None else ():
        if order.culprit is not None and order.steps:
            words = shortened([f"✗ finds {order.steps[-1][2]}"], 30)
            x, y = plan.x(order.culprit.invoked), _y(plan, order.culprit)
            yield svg.label(x + 5, y + BAR + 15, words, font_size=10, fill=RUST)


def _roomy(shown: Iterable[Operation], column: dict[int, int]) -> float:
    """The width of an event at which every label fits its bar."""
    needs = [
        (svg.text_width(str(op)) + 20) / (column[op.returned] - column[op.invoked])
        for op in shown
        if op.returned is not None
    ]
    return max(needs, default=0)


def _y(plan: _Plan, operation: Operation) -> float:
    return TOP + LANE * plan.lanes.number[operation.process] + (LANE - BAR) / 2


def _lanes(plan: _Plan) -> Iterable[Element]:
    for number, name in enumerate(plan.lanes.names):
        y = TOP + LANE * (number + 0.5)
        yield svg.line(LEFT - 14, y, plan.width, y, stroke=PALE)
        yield svg.label(4, y + 4, name, font_weight="bold")


def _bar(op: Operation, plan: _Plan, culprit: bool) -> Element:
    left, y = plan.x(op.invoked), _y(plan, op)
    end = plan.lanes.ends.get(op.invoked) if op.returned is None else op.returned
    right = plan.width if end is None else plan.x(end) - (6 if op.pending else 0)
    color = RED if culprit else BLUE
    frame: dict[str, svg.Attribute] = {"stroke": color, "fill": PEACH if culprit else ICE}
    frame["stroke_width"] = 1.2
    if culprit:
        frame |= {"stroke_width": 3, "stroke_dasharray": "7 3"}
    shape = _open_bar(left, y, right, frame) if op.pending else None
    cross = f"M{left + 7:.1f} {y + 7:.1f}l8 8m0 -8l-8 8"
    parts = [
        svg.tooltip(_about(op)),
        shape if shape is not None else svg.rectangle(left, y, right - left, BAR, rx=3, **frame),
        _label(str(op), left + (20 if culprit else 5), y, right),
    ]
    if culprit:
        parts.append(svg.element("path", d=cross, stroke=RED, stroke_width=2.5, fill="none"))
    return svg.group(*parts)


def _label(words: str, left: float, y: float, right: float) -> Element:
    """The words of a bar, in smaller letters where they would not fit, or their start."""
    size = max(8, min(12, 12 * (right - left - 3) / svg.text_width(words)))
    room = int((right - left - 1) / svg.text_width("x", 8) * 1.35)
    fitting = words if size > 8 else shortened([words], max(room, 1))
    return svg.label(left, y + BAR / 2 + 4, fitting, fill=BLACK, font_size=size, class_="inside")


def _open_bar(left: float, y: float, right: float, frame: dict[str, svg.Attribute]) -> Element:
    path = f"M{right:.1f} {y:.1f}H{left:.1f}V{y + BAR:.1f}H{right:.1f}"
    return svg.element("path", d=path, **{**frame, "stroke_dasharray": "2 3"})


def _points(steps: Sequence[_Step], plan: _Plan) -> Iterable[Element]:
    """A diamond for each step; steps in the same gap between two events share it evenly."""
    gaps: dict[int, list[_Step]] = {}
    for step in steps:
        gaps.setdefault(step.point, []).append(step)
    for gap, members in gaps.items():
        right = plan.x(gap)
        for place, step in enumerate(members, 1):
            x = right - _gap_width(plan, gap) * (1 - place / (len(members) + 1))
            yield from _diamond(x, _y(plan, step.operation), step)


def _gap_width(plan: _Plan, gap: int) -> float:
    earlier = [plan.x(op.invoked) for op in plan.shown if op.invoked < gap]
    earlier += [plan.x(op.returned) for op in plan.shown if op.returned and op.returned < gap]
    return plan.x(gap) - max(earlier, default=plan.x(gap) - LEAST_EVENT)


def _diamond(x: float, y: float, step: _Step) -> Iterable[Element]:
    corners = f"M{x:.1f} {y + BAR - 5:.1f}l5 5l-5 5l-5 -5z"
    state = f"; then {step.state}" if step.state else ""
    words = f"{step.rank}: {step.operation}{state}"
    yield svg.element("path", svg.tooltip(words), d=corners, fill=GREEN)
    rank, place = str(step.rank), y + BAR + 15
    yield svg.label(x, place, rank, text_anchor="middle", font_size=10, fill=LEAF)


def _about(op: Operation) -> str:
    end = "never returned" if op.returned is None else f"returned at event {op.returned}"
    subject = "" if op.object is None else f" on {text(op.object)}"
    return f"process {text(op.process)}: {op}{subject}; invoked at event {op.invoked}, {end}"


def _alt(plan: _Plan, points: Sequence[Point], culprits: Sequence[Operation], caption: str) -> str:
    count = len(plan.shown)
    by = len(plan.lanes.number)
    processes = f"{by} process" if by == 1 else f"{by} processes"
    words = [caption or f"A history of {counted(count, 'operation')} by {processes}"]
    if points:
        words.append("in the order " + ", ".join(str(point.operation) for point in points[:8]))
        words[-1] += ", …" if len(points) > 8 else ""
    shown = [op for op in culprits if op in plan.shown]
    if shown:
        words.append(
            "no order can place "
            + " nor ".join(f"{op} of process {text(op.process)}" for op in shown)
        )
    return ": ".join(words[:2]) + ("; " + words[2] if len(words) > 2 else "")


def _data(history: History, answer: Answer | None) -> dict[str, object]:
    """What the page draws; operations are named by their place in the list."""
    operations = history.operations
    place = {op.invoked: n for n, op in enumerate(operations)}
    lanes = lanes_of(history, operations)
    objects = {
        name: n for n, name in enumerate(dict.fromkeys(text(op.object) for op in operations))
    }
    orders = answer.orders if answer is not None else ()
    return {
        "lanes": list(lanes.names),
        "objects": list(objects),
        "events": len(history),
        "operations": [_row(op, lanes, objects) for op in operations],
        "lines": list(history.lines) if max(history.lines, default=0) > 1 else [],
        "times": _times(history),
        "bands": [list(band) for band in bands_of(history)],
        "notes": list(history.notes),
        "orders": [_order_data(order, place) for order in orders],
        "culprits": [place[op.invoked] for op in (answer.culprits if answer is not None else ())],
    }


def _row(op: Operation, lanes: Lanes, objects: dict[str, int]) -> list[object]:
    """Lane, first and last event, words, object, process, where a pending bar is cut off."""
    lane, cut = lanes.number[op.process], lanes.ends.get(op.invoked)
    where = objects[text(op.object)]
    return [lane, op.invoked, op.returned, str(op), where, text(op.process), cut]


def _order_data(order: Order, place: dict[int, int]) -> dict[str, object]:
    steps = [[place[op.invoked], point, state[:300]] for op, point, state in order.steps]
    culprit = None if order.culprit is None else place[order.culprit.invoked]
    return {"steps": steps, "culprit": culprit}


def _times(history: History) -> list[int] | None:
    """The nanoseconds from the first event to each, if all are known and none goes back."""
    times = [event.time for event in history]
    known = [time for time in times if time is not None]
    if len(known) < len(times) or known != sorted(known):
        return None
    return [time - known[0] for time in known]
