"""Draw a history: a lane for each process, a bar for each operation, a mark where it took effect.

The picture shows any history that fits; `page` writes a web page where a long one can be moved,
magnified and read operation by operation. The horizontal axis counts events, not seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from xml.etree.ElementTree import Element

from raftnb.data.histories import History, Operation, Value, text
from raftnb.draw import svg
from raftnb.draw.pages import asset, data_island, filled
from raftnb.draw.picture import Picture

LANE, BAR, TOP, LEFT = 44, 22, 14, 40
LEAST_EVENT, OPEN_END, WIDEST = 26, 30, 900


class Point(Protocol):
    """An operation and where it takes effect: just before event number `point`."""

    @property
    def operation(self) -> Operation: ...
    @property
    def point(self) -> int: ...


class Answer(Protocol):
    """What a checker found, as far as it is drawn (`raftnb.linear.Linearizability` is one)."""

    @property
    def linearization(self) -> Sequence[Point]: ...
    @property
    def culprits(self) -> Sequence[Operation]: ...


@dataclass(frozen=True)
class _Plan:
    """The operations that are shown, and where each event stands."""

    shown: tuple[Operation, ...]
    lanes: dict[Value, int]
    x: Callable[[float], float]
    width: float
    size: float


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
    plan = _plan(chosen)
    culprits = tuple(answer.culprits) if answer is not None else ()
    points = (
        [p for p in answer.linearization if p.operation in plan.shown] if answer is not None else []
    )
    height = TOP + LANE * len(plan.lanes) + (22 if points else 6)
    parts = [
        *_lanes(plan),
        *(_bar(op, plan, op in culprits) for op in plan.shown),
        *_points(points, plan),
    ]
    alt = _alt(plan, points, culprits, caption)
    return svg.picture(plan.width, height, alt, *parts, size=plan.size)


def page(history: History, answer: Answer | None, path: str | Path, title: str = "History") -> Path:
    """Write a self-contained web page that shows the whole history; returns its path.

    The wheel magnifies, dragging moves, pointing at an operation tells about it. Without
    JavaScript the page says so. Raises `OSError` if the file cannot be written.
    """
    parts = {"TITLE": title, "DATA": data_island(_data(history, answer))}
    content = filled(asset("timeline.html"), parts)
    target = Path(path)
    target.write_text(content, encoding="utf-8", newline="\n")
    return target


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


def _plan(operations: Iterable[Operation]) -> _Plan:
    shown = tuple(operations)
    lanes = {process: n for n, process in enumerate(sorted({op.process for op in shown}, key=_key))}
    events = sorted(
        {op.invoked for op in shown} | {op.returned for op in shown if op.returned is not None}
    )
    column = {event: n for n, event in enumerate(events)}
    left = LEFT + max((svg.text_width(text(p)) for p in lanes), default=0) - 20
    even = (svg.WIDTH - left - OPEN_END) / max(len(events), 1)
    most = (WIDEST - left - OPEN_END) / max(len(events), 1)
    step = max(LEAST_EVENT, min(max(even, _roomy(shown, column)), most, 90))

    def x(point: float) -> float:
        before = sum(event < point for event in events)
        return left + step * (column.get(int(point), before) if point in column else before - 0.5)

    return _Plan(shown, lanes, x, left + step * len(events) + OPEN_END, 12)


def _key(process: Value) -> tuple[str, int, str]:
    number = process if isinstance(process, int) else 0
    return type(process).__name__, number, text(process)


def _roomy(shown: Iterable[Operation], column: dict[int, int]) -> float:
    """The width of an event at which every label fits its bar."""
    needs = [
        (svg.text_width(str(op)) + 20) / (column[op.returned] - column[op.invoked])
        for op in shown
        if op.returned is not None
    ]
    return max(needs, default=0)


def _y(plan: _Plan, operation: Operation) -> float:
    return TOP + LANE * plan.lanes[operation.process] + (LANE - BAR) / 2


def _lanes(plan: _Plan) -> Iterable[Element]:
    for process, number in plan.lanes.items():
        y = TOP + LANE * (number + 0.5)
        yield svg.line(LEFT - 14, y, plan.width, y, stroke=svg.PALE)
        yield svg.label(4, y + 4, text(process), font_weight="bold")


def _bar(op: Operation, plan: _Plan, culprit: bool) -> Element:
    left, y = plan.x(op.invoked), _y(plan, op)
    right = plan.width if op.returned is None else plan.x(op.returned)
    color = svg.RED if culprit else svg.BLUE
    frame = {"stroke": color, "fill": "#fbe3d6" if culprit else "#e4f0f8", "stroke_width": 1.2}
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
        parts.append(svg.element("path", d=cross, stroke=svg.RED, stroke_width=2.5, fill="none"))
    return svg.group(*parts)


def _label(words: str, left: float, y: float, right: float) -> Element:
    """The words of a bar, in smaller letters where they would not fit."""
    size = max(8, min(12, 12 * (right - left - 3) / svg.text_width(words)))
    return svg.label(left, y + BAR / 2 + 4, words, fill=svg.BLACK, font_size=size)


def _open_bar(left: float, y: float, right: float, frame: dict[str, svg.Attribute]) -> Element:
    path = f"M{right:.1f} {y:.1f}H{left:.1f}V{y + BAR:.1f}H{right:.1f}"
    return svg.element("path", d=path, **{**frame, "stroke_dasharray": "2 3"})


def _points(points: Sequence[Point], plan: _Plan) -> Iterable[Element]:
    """A diamond for each point; points in the same gap between two events share it evenly."""
    gaps: dict[int, list[Point]] = {}
    for point in points:
        gaps.setdefault(point.point, []).append(point)
    rank = 0
    for gap, members in gaps.items():
        right = plan.x(gap)
        for place, member in enumerate(members, 1):
            rank += 1
            x = right - _gap_width(plan, gap) * (1 - place / (len(members) + 1))
            yield from _diamond(x, _y(plan, member.operation), rank, member.operation)


def _gap_width(plan: _Plan, gap: int) -> float:
    earlier = [plan.x(op.invoked) for op in plan.shown if op.invoked < gap]
    earlier += [plan.x(op.returned) for op in plan.shown if op.returned and op.returned < gap]
    return plan.x(gap) - max(earlier, default=plan.x(gap) - LEAST_EVENT)


def _diamond(x: float, y: float, rank: int, op: Operation) -> Iterable[Element]:
    corners = f"M{x:.1f} {y + BAR - 5:.1f}l5 5l-5 5l-5 -5z"
    yield svg.element("path", svg.tooltip(f"{rank}: {op}"), d=corners, fill=svg.GREEN)
    yield svg.label(x, y + BAR + 15, str(rank), text_anchor="middle", font_size=10, fill="#00684c")


def _about(op: Operation) -> str:
    end = "never returned" if op.returned is None else f"returned at event {op.returned}"
    subject = "" if op.object is None else f" on {text(op.object)}"
    return f"process {text(op.process)}: {op}{subject}; invoked at event {op.invoked}, {end}"


def _alt(plan: _Plan, points: Sequence[Point], culprits: Sequence[Operation], caption: str) -> str:
    count = len(plan.shown)
    words = [caption or f"A history of {count} operations by {len(plan.lanes)} processes"]
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
    points = (
        {p.operation: (n, p.point) for n, p in enumerate(answer.linearization, 1)}
        if answer is not None
        else {}
    )
    culprits = set(answer.culprits) if answer is not None else set()
    lanes = {process: n for n, process in enumerate(sorted(history.processes, key=_key))}
    rows = []
    for op in history.operations:
        rank, point = points.get(op, (0, 0))
        subject = "" if op.object is None else text(op.object)
        bad = int(op in culprits)
        rows.append(
            [lanes[op.process], op.invoked, op.returned, str(op), subject, rank, point, bad]
        )
    return {"lanes": [text(p) for p in lanes], "events": len(history), "operations": rows}
