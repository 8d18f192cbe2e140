"""Drawings that know the variables of Raft."""
