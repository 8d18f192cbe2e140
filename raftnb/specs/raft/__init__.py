"""Raft: the server of Figure 2, what is claimed of it, its proof, and its mistakes."""
