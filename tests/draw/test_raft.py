"""Message sequences and clusters: what is drawn is what the trace says."""

from __future__ import annotations

import re
from xml.etree.ElementTree import fromstring

import pytest

from raftnb.draw.raft.cluster import draw_cluster, draw_clusters, in_words, servers_of
from raftnb.draw.raft.parts import cluster_parts
from raftnb.draw.raft.sequence import (
    draw_sequence,
    events_of,
    extent,
    headline,
    outcome,
    sendings,
)
from raftnb.experiments.mutation import played
from raftnb.specs.raft.claims import RAFT
from raftnb.specs.raft.election_scenes import accept_invitation, elect_calmly, hand_over
from raftnb.specs.raft.mistakes import MUTANTS
from raftnb.specs.raft.mistakes.snapshots import compact
from raftnb.specs.raft.scenes import commit, elect, replicate, request
from raftnb.specs.raft.snapshots import RAFT_SNAPSHOTS
from raftnb.specs.raft.transfer import RAFT_TRANSFER
from raftnb.specs.store.sequential import SEQUENTIAL_STORE

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def world():
    world = RAFT().start()
    elect(world, "s1", "s2")
    request(world, "s1")
    replicate(world, "s1", "s2")
    commit(world, "s1", 1)
    return world


def texts(picture):
    return [t.text for t in fromstring(picture.svg).iter(f"{SVG}text")]


def test_a_server_that_adopts_a_term_and_votes_does_so_in_one_row(world):
    rows = [(e.process, headline(e), outcome(e)) for e in events_of(world.trace)]
    assert rows[:4] == [
        ("s1", "time out", "candidate, term 1, votes for s1"),
        ("s2", "RequestVote from s1", "term 1, votes for s1"),
        ("s1", "RequestVoteResponse from s2", "has 2 votes"),
        ("s1", "become leader", ""),
    ]
    assert rows[4:] == [
        ("s1", "client request v1", ""),
        ("s1", "append entries to s2", "1 entry after 0, commit 0"),
        ("s2", "AppendEntries from s1", ""),
        ("s1", "AppendEntriesResponse from s2", "match s2: 1"),
        ("s1", "advance commit index 1", "commitIndex 1"),
    ]


def test_every_arrow_leads_from_a_sending_to_its_receipt(world):
    drawn = fromstring(draw_sequence(world.trace).svg)
    assert len(list(drawn.iter(f"{SVG}polygon"))) == 4 + 2  # four messages, two candidate diamonds
    received = [e.message for e in events_of(world.trace) if e.message is not None]
    sent = [message for _, _, message in sendings(world.trace)]
    assert all(message in sent for message in received)


def test_rows_that_are_left_out_leave_their_state_at_the_top(world):
    assert "leader, term 1" in texts(draw_sequence(world.trace, since=5))
    assert "follower, term 0" in texts(draw_sequence(world.trace))


def test_each_role_has_its_own_shape_and_line(world):
    svg = draw_sequence(world.trace).svg
    assert "stroke-dasharray" in svg
    assert {"circle", "polygon", "rect"} <= {
        element.tag.removeprefix(SVG) for element in fromstring(svg).iter()
    }


def test_what_is_violated_is_written_below_the_last_row():
    found = played(next(m for m in MUTANTS if m.row == 20))
    picture = draw_sequence(found.trace, note="election_safety is violated")
    assert "✗ election_safety is violated" in texts(picture)
    assert picture.alt.endswith("At the end: election_safety is violated")


def test_a_refusal_is_said():
    found = played(next(m for m in MUTANTS if m.row == 27))
    assert any("refuses" in outcome(event) for event in events_of(found.trace))


def test_a_cluster_shows_terms_values_and_what_is_committed(world):
    picture = draw_cluster(world.state, messages=True)
    assert [text for text in texts(picture) if text in ("leader", "follower")] == [
        "leader",
        "follower",
        "follower",
    ]
    assert any(text.startswith("AppendEntries(") for text in texts(picture))
    assert picture.svg.count('stroke-width="4"') == 1
    assert in_words("", world.state).startswith(
        "leader s1 in term 1 with entries of terms 1, 1 committed, follower s2"
    )


def test_of_what_a_snapshot_covers_only_the_last_term_is_shown():
    world = RAFT_SNAPSHOTS(values=3).start()
    elect(world, "s1", "s2")
    for value in ("v1", "v2", "v3"):
        request(world, "s1", value)
    replicate(world, "s1", "s2")
    commit(world, "s1", 2)
    compact(world, "s1", 2)
    picture = draw_cluster(world.state)
    assert [text for text in texts(picture) if text in ("v1", "v2", "v3")] == [
        "v3",
        "v1",
        "v2",
        "v3",
    ]
    assert picture.svg.count("stroke-dasharray") == 2
    assert "2 committed, 2 in a snapshot" in picture.alt
    first, _ = cluster_parts(world.state)
    assert first["boxes"] == [["–", "–"], ["1", "–"], ["1", "v3"]]
    assert draw_sequence(world.trace).svg.count('stroke-dasharray="3 2"') == 2


def test_several_clusters_stand_side_by_side(world):
    states = world.trace.states
    picture = draw_clusters([("(a)", states[0]), ("(b)", states[-1])], alt="Before and after.")
    assert picture.alt == "Before and after."
    assert {"(a)", "(b)"} <= set(texts(picture))


def test_drawings_are_the_same_each_time_and_have_a_text_alternative(world):
    first, second = draw_sequence(world.trace), draw_sequence(world.trace)
    assert first.svg == second.svg
    root = fromstring(first.svg)
    assert root.get("role") == "img"
    assert root.get("aria-label") == first.alt


def test_everything_drawn_is_inside_the_picture(world):
    root = fromstring(draw_sequence(world.trace).svg)
    width, height = float(root.get("width")), float(root.get("height"))
    for element in root.iter(f"{SVG}text"):
        assert 0 <= float(element.get("x")) <= width
        assert 0 <= float(element.get("y")) <= height


def test_a_picture_is_as_wide_as_its_words():
    world = RAFT_TRANSFER(servers=3, max_term=2).start()
    elect_calmly(world, "s1", "s2")
    hand_over(world, "s1", "s3")
    accept_invitation(world, "s1", "s3")
    world["s3"].time_out()
    root = fromstring(draw_sequence(world.trace).svg)
    (long,) = (t for t in root.iter(f"{SVG}text") if (t.text or "").endswith("isInvited False"))
    assert float(long.get("x")) + extent(long.text) < float(root.get("width"))


def test_a_trace_of_another_specification_is_drawn_too():
    world = SEQUENTIAL_STORE().start()
    world.take(world.enabled()[0])
    picture = draw_sequence(world.trace)
    assert re.search(r"<svg", picture.svg)
    assert servers_of(world.state) == []


def test_of_a_long_log_the_end_is_drawn_and_how_much_came_before():
    world = RAFT(servers=3, max_log=20).start()
    elect(world, "s1", "s2")
    for _ in range(12):
        request(world, "s1")
    twelve = draw_sequence(world.trace).svg
    request(world, "s1")
    thirteen = draw_sequence(world.trace).svg
    assert "…" not in twelve
    assert thirteen.count("6 …") == 1
