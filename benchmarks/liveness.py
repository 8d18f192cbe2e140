"""How long liveness takes on a graph of a million states, and what a refinement check costs.

Run with `python -m benchmarks.liveness`. Everything is done once to have it compiled, and then
measured three times in the same process; the best time is printed. Refinement is compared with
plain exploration of the same model in the same run: `rate` is the quotient, 1.0 as fast as
exploring. (The steps of the abstract model have to be found too, for the states that are seen.)
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from raftnb.explore import check, reachable
from raftnb.explore.graph import Graph
from raftnb.language import Model
from raftnb.language.temporal import weak
from raftnb.liveness import check_liveness
from raftnb.refine import refines
from raftnb.specs import REFINEMENTS
from raftnb.specs.store.memory import INTERNAL_MEMORY, Processor

MILLION = {"processors": 3, "addresses": 5}
STORES: tuple[tuple[str, dict[str, int]], ...] = (
    ("sequential-store", {"clients": 3, "keys": 2, "values": 2}),
    ("queue-store", {"clients": 3, "values": 2}),
    ("write-through-cache", {}),
    ("write-through-cache", {"values": 3, "queue_length": 2}),
)


def main() -> None:
    """Print one line for each measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave the large graph out")
    if not parser.parse_args().quick:
        measure_liveness()
    for name, constants in STORES:
        measure_refinement(name, constants)


def timed(action: Callable[[], Any]) -> tuple[float, Any]:
    """The best of three times that an action takes, in seconds, after a first one; its result."""
    action()
    times, result = [], None
    for _ in range(3):
        started = time.perf_counter()
        result = action()
        times.append(time.perf_counter() - started)
    return min(times), result


def with_steps(model: Model) -> Graph:
    """A model's graph, its steps found."""
    graph = reachable(model)
    assert len(graph.sources)
    return graph


def measure_liveness() -> None:
    """A property that holds and one that is violated, on 1,224,744 states."""
    model = INTERNAL_MEMORY(**MILLION)
    seconds, graph = timed(lambda: with_steps(model))
    print(f"graph: {len(graph):,} states, {len(graph.sources):,} steps, {seconds:.1f} s")
    for fairness in (None, (weak(Processor.respond),)):
        run = partial(check_liveness, model, fairness=fairness, graph=graph)
        seconds, result = timed(run)
        print(f"liveness: {result.verdict}: {result.property}: {seconds:.1f} s on the graph")


def measure_refinement(name: str, constants: dict[str, int]) -> None:
    """A refinement's steps, and its fairness, against exploring the concrete model."""
    models = REFINEMENTS[name].models(**constants)
    plain, found = timed(lambda: check(models[0]))
    steps, _ = timed(lambda: refines(*models, fair=False))
    fair, _ = timed(lambda: refines(*models))
    print(
        f"{name} {constants}: {found.distinct:,} states, explored in {plain:.2f} s; "
        f"steps {steps:.2f} s (rate {plain / steps:.2f}), "
        f"with fairness {fair:.2f} s (rate {plain / fair:.2f})"
    )


if __name__ == "__main__":
    main()
