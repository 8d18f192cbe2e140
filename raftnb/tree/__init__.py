"""The typed tree of a specification: its own source, names resolved and types known."""

from raftnb.tree import nodes
from raftnb.tree.program import Program

__all__ = ["Program", "nodes"]
