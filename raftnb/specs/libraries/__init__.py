"""Raft as libraries do it: variants of the server of Figure 2, for holding their logs against."""
