"""Specifications as a reader of the first chapters writes them, none of a kind in the package."""
