"""A model as a program in C: its actions, claims and constraints, and a search over its states."""

from raftnb.explore.compiled.agreement import Differs
from raftnb.explore.compiled.building import Build
from raftnb.explore.compiled.search import CompiledSearch, compiled_search, program_of
from raftnb.explore.compiled.words import NotCompiled, NotSaid

__all__ = [
    "Build",
    "CompiledSearch",
    "Differs",
    "NotCompiled",
    "NotSaid",
    "compiled_search",
    "program_of",
]
