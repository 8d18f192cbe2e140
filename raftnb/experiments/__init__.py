"""Specifications and engines together: what chapters do with both."""
