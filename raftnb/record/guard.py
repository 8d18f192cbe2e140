"""A program that runs another one, and lets it not outlive whoever started both.

    python -P guard.py PROGRAM ARGUMENT...

The first line of its output is the program's process id. When its standard input ends, which it
does however the starter ends, the program is killed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading


def main(words: list[str]) -> int:
    """Run the program to its end, or to that of the standard input."""
    quiet = subprocess.DEVNULL
    with subprocess.Popen(words, stdin=quiet, stdout=quiet, stderr=quiet) as program:
        threading.Thread(target=_watch, args=(program,), daemon=True).start()
        print(program.pid, flush=True)  # nobody may be there to read it any more
        return program.wait()


def _watch(program: subprocess.Popen[bytes]) -> None:
    try:
        while os.read(0, 4096):
            pass
    finally:
        program.kill()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
