"""A word to whoever waits."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer

PATIENCE = 1.0
"""Seconds after which it is said."""


@contextmanager
def told_if_long(what: str) -> Iterator[None]:
    """Say on standard error what is waited for, if it takes longer than a second."""
    timer = Timer(
        PATIENCE, print, (f"waiting for {what} ...",), {"file": sys.stderr, "flush": True}
    )
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
