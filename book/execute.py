"""Execute notebooks: in place, or into `build/executed` where only what changed runs again.

python -m book.execute [--in-place] [NOTEBOOK]...
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

import book
from book import BUILD, ROOT
from book.captions import with_captions
from book.chapters import number_of, without_captions
from raftnb.data.progress import progress_bar

EXECUTED = BUILD / "executed"
COLORS = re.compile(r"\x1b\[[0-9;]*m")
WIDGET = "application/vnd.jupyter.widget-view+json"
CELL_SECONDS = 300
STARTS = 3  # of a kernel, before we give up
AT_ONCE = min(2, os.cpu_count() or 1)


class NotStarted(RuntimeError):
    """The kernel ended before any cell was run."""


class ExecutionError(RuntimeError):
    """A cell raised; the message names the notebook, shows the cell and the error."""


def run(source: Path) -> nbformat.NotebookNode:
    """The notebook at `source` with the outputs of a fresh kernel, run top to bottom.

    Nothing that differs between machines or runs is kept: no times, versions or widget states,
    and no progress bars.
    Raises `ExecutionError` when a cell raises. A kernel that does not come up is started again:
    two that start at once may choose the same port.
    """
    for _ in range(STARTS - 1):
        with contextlib.suppress(NotStarted):
            return _run_once(source)
    return _run_once(source)


def _run_once(source: Path) -> nbformat.NotebookNode:
    notebook = nbformat.read(source, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        record_timing=False,
        store_widget_state=False,
        extra_arguments=["--log-level=ERROR"],
        coalesce_streams=True,
        resources={"metadata": {"path": str(source.parent)}},
    )
    try:
        nothing_kept = {"TQDM_DISABLE": "1", "RAFTNB_CACHE": os.devnull}
        client.execute(env={**os.environ, **nothing_kept})
    except CellExecutionError as error:
        raise ExecutionError(f"{source.name}: {COLORS.sub('', str(error))}") from None
    except RuntimeError as error:
        if "before replying" not in str(error):
            raise
        raise NotStarted(f"{source.name}: {error}") from error
    return tidy(notebook, source)


def tidy(notebook: nbformat.NotebookNode, source: Path) -> nbformat.NotebookNode:
    """The same notebook with the metadata that every machine agrees on, and captions of figures."""
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    notebook.cells = without_captions(notebook.cells)
    for number, cell in enumerate(notebook.cells, 1):
        cell.id = f"cell-{number:02}"
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", ()):
            output.get("data", {}).pop(WIDGET, None)  # it is gone with its kernel
    return with_captions(notebook, number_of(source.stem))


def execute_in_place(source: Path) -> None:
    """Replace the outputs in the file by those of a fresh kernel; a failing one is left alone."""
    nbformat.write(run(source), source)


def execute_to_build(source: Path) -> Path:
    """Execute into `build/executed` and return the copy; its outputs are reused while they hold."""
    target, key_file = EXECUTED / source.name, EXECUTED / f"{source.stem}.key"
    key = key_of(source)
    if target.exists() and key_file.exists() and key_file.read_text() == key:
        nbformat.write(with_outputs_of(source, target), target)
        return target
    key_file.unlink(missing_ok=True)
    EXECUTED.mkdir(parents=True, exist_ok=True)
    nbformat.write(run(source), target)
    key_file.write_text(key)
    return target


def key_of(source: Path) -> str:
    """A digest of all that a notebook's outputs depend on: its code, the package, the lock."""
    cells = json.loads(source.read_text(encoding="utf-8"))["cells"]
    code = [cell["source"] for cell in cells if cell["cell_type"] == "code"]
    digest = sha256(json.dumps(code).encode())
    found = (path for path in (ROOT / "raftnb").rglob("*") if path.is_file())
    package = sorted(path for path in found if "__pycache__" not in path.parts)
    for path in [*package, ROOT / "requirements.lock"]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def with_outputs_of(source: Path, executed: Path) -> nbformat.NotebookNode:
    """The notebook as it reads now, with the outputs of its executed copy (same code cells)."""
    notebook, old = nbformat.read(source, as_version=4), nbformat.read(executed, as_version=4)
    cells = [c for c in notebook.cells if c.cell_type == "code"]
    for cell, done in zip(cells, (c for c in old.cells if c.cell_type == "code"), strict=True):
        cell.outputs, cell.execution_count = done.outputs, done.execution_count
    return tidy(notebook, source)


def every(job: Any, sources: Iterable[Path]) -> list[Any]:
    """Do `job` for each notebook, two at a time, with a progress bar; Ctrl-C stops them all."""
    sources, done = list(sources), []
    with (
        ProcessPoolExecutor(AT_ONCE) as pool,
        progress_bar("chapters", total=len(sources), delay=0) as bar,
    ):
        for result in pool.map(job, sources):
            done.append(result)
            bar.update()
    return done


def main(arguments: list[str] | None = None) -> int:
    """Run the command; exit code 0, or 1 when a cell raised or no kernel came up."""
    parser = argparse.ArgumentParser(prog="python -m book.execute", description=__doc__)
    parser.add_argument("--in-place", action="store_true", help="write outputs into the files")
    parser.add_argument("notebooks", nargs="*", type=Path, metavar="NOTEBOOK")
    chosen = parser.parse_args(arguments)
    job = execute_in_place if chosen.in_place else execute_to_build
    try:
        every(job, chosen.notebooks or book.notebooks())
    except (ExecutionError, NotStarted) as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
