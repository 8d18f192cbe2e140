"""Message sequence (space-time) diagrams of a trace: a line for each process, time runs down.

A step is an event on the line of its process; an arrow leads from where a message was sent to where
it was received. Roles, terms and logs are drawn where a process has them, as in the Raft paper.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Any
from xml.etree.ElementTree import Element

from raftnb.data.errors import UsageError
from raftnb.data.trace import State, Step, Trace
from raftnb.draw.given import trace_of
from raftnb.draw.picture import Picture
from raftnb.draw.raft.cluster import compacted, entries, log_boxes, role_mark
from raftnb.draw.svg import WIDTH, element, label, line, picture, text_width
from raftnb.draw.text import brief
from raftnb.draw.theme import BLUE, GRAY, ORANGE, RUST

TOP, ROW, LEFT, SIZE = 72.0, 42.0, 44.0, 10.5
ARRIVAL, DEPARTURE = -13.0, 18.0
LIFELINES: dict[str, dict[str, Any]] = {
    "leader": {"stroke": BLUE, "stroke_width": 4},
    "candidate": {"stroke": ORANGE, "stroke_width": 2.5, "stroke_dasharray": "5 3"},
    "follower": {"stroke": GRAY, "stroke_width": 1},
}
LONG, END, BOX = 12, 7, 14.0
"""A log of more than `LONG` entries is drawn as their number and its `END` last ones."""
QUIET = ("nextIndex", "matchIndex", "votesGranted", "role", "currentTerm", "log", "pc")


@dataclass(frozen=True)
class Event:
    """One row: steps that a process takes with the same message, and the states around them."""

    process: str
    steps: tuple[Step, ...]
    before: State
    after: State
    number: int

    @property
    def message(self) -> Any:
        """The message that is received, if any."""
        return message_of(self.steps[-1])


def draw_sequence(
    trace: Trace, *, since: int = 0, note: str = "", only: tuple[str, ...] = (), alt: str = ""
) -> Picture:
    """Draw a trace as a message sequence diagram.

    `since` leaves out that many steps at the beginning, `note` is written in red below the last
    one (what is violated there), `only` names the processes to draw (all that take a step or
    receive a message, unless given). `alt` is the caption; by default it tells the steps.
    """
    trace = _checked(trace_of(trace, "draw_sequence"), since, only)
    events = list(events_of(trace, since))
    owners = only or processes_of(trace)
    places = {owner: LEFT + i * column(owners) for i, owner in enumerate(owners)}
    events = [event for event in events if event.process in places]
    height = TOP + ROW * len(events) + (20 if note else 0)
    drawn = [
        *_heads(places, trace.states[since]),
        *_lifelines(places, events, trace.states[since], height - (34 if note else 14)),
        *_arrows(places, events, sendings(trace), since),
    ]
    for row, event in enumerate(events):
        drawn += _event(places[event.process], TOP + ROW * row, event)
    if note:
        x = places[events[-1].process] if events else LEFT
        drawn.append(_note(x + 12, TOP + ROW * len(events) - 4, note))
    widest = max((places[event.process] + 20 + _length(event) for event in events), default=0)
    width = max(WIDTH, ceil(widest))
    return picture(width, height, alt or in_words(events, note), *drawn, size=SIZE)


def _checked(trace: Trace, since: int, only: tuple[str, ...]) -> Trace:
    owners = trace.states[0].layout.owners
    if not 0 <= since <= len(trace):
        raise UsageError(
            f"since={since}", place="draw_sequence", allowed=f"a number of steps, 0 to {len(trace)}"
        )
    if isinstance(only, str) or set(only) - set(owners):
        raise UsageError(
            f"only={only!r}",
            place="draw_sequence",
            allowed=f"a tuple of some of {', '.join(owners)}",
            cure="leave it out to draw all that take a step",
        )
    return trace


def processes_of(trace: Trace) -> tuple[str, ...]:
    """The processes that take steps or are sent messages, in the order of the state."""
    active = {step.process for step in trace.steps}
    active |= {str(m.dest) for m, _ in trace.last.messages}
    return tuple(owner for owner in trace.states[0].layout.owners if owner in active)


def column(owners: tuple[str, ...]) -> float:
    """The width of a process's column."""
    return (WIDTH - LEFT + 10) / len(owners)


def message_of(step: Step) -> Any:
    """The message among a step's arguments; None if it receives none."""
    return next((v for _, v in step.arguments if hasattr(v, "source") and hasattr(v, "dest")), None)


def events_of(trace: Trace, since: int = 0) -> Iterator[Event]:
    """The rows: a server that adopts a message's term and then handles it does so in one row."""
    i = since
    while i < len(trace.steps):
        step, end = trace.steps[i], i + 1
        while (
            end < len(trace.steps)
            and message_of(step) is not None
            and (
                trace.steps[end].process == step.process
                and message_of(trace.steps[end]) == message_of(step)
                and trace.steps[end].action != step.action
            )
        ):
            end += 1
        yield Event(step.process, trace.steps[i:end], trace.states[i], trace.states[end], i + 1)
        i = end


def sendings(trace: Trace) -> list[tuple[int, str, Any]]:
    """For each message newly in flight: the number of the step that sent it, who, and what."""
    found = []
    for number, step in enumerate(trace.steps, start=1):
        before, after = dict(trace.states[number - 1].messages), dict(trace.states[number].messages)
        new = [m for m, count in after.items() if count > before.get(m, 0)]
        found += [(number, step.process, m) for m in new]
    return found


def headline(event: Event) -> str:
    """What happens in a row: the message received, or the action."""
    step, message = event.steps[-1], event.message
    if message is not None:
        now = event.before.of(event.process).get("currentTerm", 0)
        late = hasattr(message, "term") and message.term < now
        kind, term = type(message).__name__, f" (term {message.term})" if late else ""
        return f"{kind} from {message.source}{term}"
    action, sent = step.action.replace("_", " "), newly_sent(event)
    if len(sent) == 1 and sent[0].dest in (value for _, value in step.arguments):
        return f"{action} to {sent[0].dest}"
    values = [brief(v) for _, v in step.arguments] + [brief(c) for c in step.choices]
    return " ".join([action, *values])


def newly_sent(event: Event) -> list[Any]:
    """The messages that are in flight after a row, and were not before."""
    old = dict(event.before.messages)
    return [m for m, count in event.after.messages if count > old.get(m, 0)]


def outcome(event: Event) -> str:
    """What a row changes on its process, in short; the log is drawn instead."""
    before, after = event.before.of(event.process), event.after.of(event.process)
    changed = {k: v for k, v in after.items() if before[k] != v and not _is_history(event, k)}
    words = _standing(changed) if event.steps[-1].action != "become_leader" else []
    if changed.get("votedFor") is not None:
        words.append(f"votes for {brief(changed['votedFor'])}")
    if "votesGranted" in changed and len(changed["votesGranted"]) > 1:
        words.append(f"has {len(changed['votesGranted'])} votes")
    if "commitIndex" in changed:
        words.append(f"commitIndex {changed['commitIndex']}")
    words += [f"match {peer}" for peer in _grown(before, changed)]
    known = (*QUIET, "votedFor", "commitIndex")
    words += [f"{k} {brief(v)}" for k, v in changed.items() if k not in known]
    return ", ".join(words + _sent_in_words(event))


def _standing(changed: dict[str, Any]) -> list[str]:
    words = [brief(changed["role"])] if "role" in changed else []
    return words + ([f"term {changed['currentTerm']}"] if "currentTerm" in changed else [])


def _grown(before: dict[str, Any], changed: dict[str, Any]) -> list[str]:
    now = changed.get("matchIndex", {})
    return [f"{brief(k)}: {v}" for k, v in now.items() if v and before["matchIndex"].get(k) != v]


def _is_history(event: Event, variable: str) -> bool:
    layout = event.after.layout
    return layout.cells[layout.index[event.process, variable]].history


def _sent_in_words(event: Event) -> list[str]:
    """A refusal, or what the entries that are sent are."""
    sent = newly_sent(event)
    if any(getattr(m, name, True) is False for m in sent for name in ("voteGranted", "success")):
        return ["refuses"]
    if len(sent) != 1 or not hasattr(sent[0], "entries"):
        return []
    number = len(sent[0].entries)
    what = {0: "heartbeat", 1: "1 entry"}.get(number, f"{number} entries")
    return [f"{what} after {sent[0].prevLogIndex}, commit {sent[0].leaderCommit}"]


def _heads(places: dict[str, float], state: State) -> list[Element]:
    drawn = []
    for owner, x in places.items():
        seen = state.of(owner)
        role = brief(seen["role"]) if "role" in seen else ""
        drawn.append(label(x + 12, 18, owner, font_weight="bold", font_size=13))
        words = [role, f"term {seen['currentTerm']}"] if "currentTerm" in seen else [role]
        drawn.append(label(x + 12, 32, ", ".join(filter(None, words)), fill=GRAY))
        drawn.append(role_mark(x, 14, role))
        drawn += _log(x + 12, 38, seen) if entries(seen) else []
    return drawn


def extent(words: str) -> float:
    """How wide words are in a row, letter by letter: boxes stand right behind them."""
    thin, wide = "fijlrtI ()[]{},.:;|!'/-", "mwMW"
    return sum(
        SIZE * (0.31 if c in thin else 0.86 if c in wide else 0.7 if c.isupper() else 0.56)
        for c in words
    )


def _left_out(log: tuple[Any, ...]) -> tuple[int, str, float]:
    """How many entries at the beginning of a log are not drawn, the words for them, their width."""
    hidden = len(log) - END if len(log) > LONG else 0
    words = f"{hidden} …" if hidden else ""
    return hidden, words, extent(words) + 6 if hidden else 0.0


def _log(x: float, y: float, seen: dict[str, Any]) -> list[Element]:
    """A server's log as boxes; of a long one only the end."""
    log, committed = entries(seen), seen.get("commitIndex", 0)
    hidden, words, width = _left_out(log)
    gone = compacted(seen) - hidden
    drawn = [label(x, y + 10, words)] if hidden else []
    return drawn + log_boxes(x + width, y, log[hidden:], committed - hidden, BOX, gone=gone)


def _lifelines(
    places: dict[str, float], events: list[Event], first: State, bottom: float
) -> list[Element]:
    drawn = []
    for owner, x in places.items():
        y, role = 24.0, brief(first.of(owner).get("role"))
        for row, event in enumerate(events):
            now = brief(event.after.of(owner).get("role"))
            if now != role:
                drawn.append(line(x, y, x, TOP + ROW * row, **_style(role)))
                y, role = TOP + ROW * row, now
        drawn.append(line(x, y, x, bottom, **_style(role)))
    return drawn


def _style(role: str) -> dict[str, Any]:
    return LIFELINES.get(role, LIFELINES["follower"])


def _arrows(
    places: dict[str, float], events: list[Event], sent: list[tuple[int, str, Any]], since: int
) -> list[Element]:
    rows = {
        n: row for row, e in enumerate(events) for n in range(e.number, e.number + len(e.steps))
    }
    drawn = []
    for row, event in enumerate(events):
        starts = [
            (rows[n], who)
            for n, who, m in sent
            if m == event.message and since < n < event.number and who in places and n in rows
        ]
        if starts:
            start, who = starts[-1]
            x1, y1 = places[who], TOP + ROW * start + DEPARTURE
            drawn += _arrow(x1, y1, places[event.process], TOP + ROW * row + ARRIVAL)
    return drawn


def _arrow(x1: float, y1: float, x2: float, y2: float) -> list[Element]:
    back = -1 if x2 > x1 else 1
    x2 += back * 3
    length = max(((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5, 1)
    dx, dy = 8 * (x2 - x1) / length, 8 * (y2 - y1) / length
    head = f"{x2:.1f},{y2:.1f} {x2 - dx - dy / 2:.1f},{y2 - dy + dx / 2:.1f} "
    head += f"{x2 - dx + dy / 2:.1f},{y2 - dy - dx / 2:.1f}"
    shaft = line(x1, y1, x2 - dx, y2 - dy, stroke=GRAY, stroke_width=1)
    return [shaft, element("polygon", points=head, fill=GRAY)]


def _boxes(event: Event) -> tuple[Any, ...]:
    """The log that is drawn in a row: that of its process, where the row changes it."""
    before, after = event.before.of(event.process), event.after.of(event.process)
    told = any(after.get(name) != before.get(name) for name in ("commitIndex", "base"))
    return entries(after) if told or entries(after) != entries(before) else ()


def _length(event: Event) -> float:
    """How long the words of a row are, and the log with them."""
    log = _boxes(event)
    hidden, _, told = _left_out(log)
    second = extent(outcome(event)) + told + BOX * (len(log) - hidden) + 8
    return max(text_width(headline(event), SIZE), second)


def _event(x: float, y: float, event: Event) -> list[Element]:
    after = event.after.of(event.process)
    role = brief(after["role"]) if "role" in after else ""
    drawn = [label(4, y + 4, _numbers(event), fill=GRAY, font_size=9)]
    first, second, boxes = headline(event), outcome(event), _boxes(event)
    drawn += [role_mark(x, y, role, 5.5), label(x + 12, y - 1, first, font_weight="bold")]
    drawn += [label(x + 12, y + 12, second)] if second else []
    start = x + 12 + (extent(second) + 4 if second else 0)
    drawn += _log(start, y + 2, after) if boxes else []
    if entries(event.before.of(event.process)) and not entries(after):
        drawn.append(label(start, y + 12, "log: empty"))
    return drawn


def _numbers(event: Event) -> str:
    """The numbers of a row's steps."""
    last = event.number + len(event.steps) - 1
    return f"{event.number}" if last == event.number else f"{event.number}–{last}"


def _note(x: float, y: float, note: str) -> Element:
    start = min(x, WIDTH - text_width(note, 12) - 8)
    return label(start, y + 4, f"✗ {note}", fill=RUST, font_weight="bold", font_size=12)


def in_words(events: list[Event], note: str = "") -> str:
    """The diagram in words: what happens on which process, in order."""
    rows = []
    for event in events:
        change = outcome(event)
        rows.append(f"{event.process}: {headline(event)}" + (f" ({change})" if change else ""))
    return "Message sequence. " + "; ".join(rows) + (f". At the end: {note}" if note else "")


__all__ = ["draw_sequence"]
