"""Adapters for implementations that others have written."""
