"""Immutable things that everybody passes on; imports nothing of ours."""
