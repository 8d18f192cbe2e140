"""The typed tree of a specification: its own source, names resolved and types known."""
