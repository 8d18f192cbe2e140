"""Drawings that know the variables of Raft: logs, terms, roles and votes."""

from raftnb.draw.raft.cluster import draw_cluster, draw_clusters
from raftnb.draw.raft.sequence import draw_sequence

__all__ = ["draw_cluster", "draw_clusters", "draw_sequence"]
