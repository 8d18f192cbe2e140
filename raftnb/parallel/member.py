"""A process of a cluster, which serves one thing."""

from __future__ import annotations

import signal
import sys
from contextlib import redirect_stdout, suppress
from typing import Any

from raftnb.data.errors import UsageError
from raftnb.parallel.travel import packed, unpacked, version


class Member:
    """Keeps what it serves, and calls it; Ray runs it as an actor."""

    def __init__(self, wanted: str, served: bytes) -> None:
        with suppress(ValueError):  # whoever asks is stopped, and ends this process
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        self.wanted, self.packed = wanted, served
        self.served: Any = None

    def call(self, method: str, *given: Any) -> Any:
        """What is served answers: bytes of its own, or `answer` for the parts of an answer."""
        if self.served is None:
            self._begin()
        with redirect_stdout(sys.stderr):
            if method == "answer":
                parts = list(self.served(*given))
                return packed(parts, self.served.model(*given))
            return getattr(self.served, method)(*given)

    def _begin(self) -> None:
        if self.wanted != version():
            raise UsageError(
                "another version of raftnb, or of Python, on a machine of the cluster",
                allowed="the same on every machine",
                cure="install there what is installed here, and start Ray anew",
            )
        self.served = unpacked(self.packed)
