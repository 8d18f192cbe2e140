"""How a test starts a program that it is going to interrupt."""

from __future__ import annotations

import signal


def heeds_ctrl_c() -> None:
    """For `preexec_fn`: as from a terminal. A shell's `&` lets a job ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
