"""Python files, modules and notebooks that a command is given, run so that their names are known.

What they print goes to standard error, so that `--json` stays one object.
"""

from __future__ import annotations

import contextlib
import difflib
import importlib
import importlib.util
import io
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from raftnb import language
from raftnb.commands.notebooks import cells_of, run_cells
from raftnb.data.errors import RaftnbError, SpecError, UsageError
from raftnb.data.names import nearest
from raftnb.data.places import place_of_error
from raftnb.language.borrowed import borrowed
from raftnb.language.source import placed

SUFFIXES = (".py", ".ipynb")
FACE = (*language.__all__, "check", "draw_graph", "draw_trace", "stepper")
RUN = "__cells_run__"  # where a notebook's module keeps how many of its cells were run
FORMS = "FILE.py:NAME, NOTEBOOK.ipynb:NAME, MODULE:NAME"


@dataclass(frozen=True)
class Target:
    """What a word of the command line names: a file or module, and a name in it (or none)."""

    where: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.where}:{self.name}" if self.name else self.where


@dataclass(frozen=True)
class Loaded:
    """A module that was run, and the lines of a notebook that were left out."""

    module: ModuleType
    left_out: tuple[str, ...] = ()

    @property
    def names(self) -> dict[str, Any]:
        """What its names stand for."""
        return vars(self.module)

    def own(self, kind: type) -> dict[str, Any]:
        """The values of a kind, each once: its own ones, or where it has none those it imports."""
        found: dict[int, str] = {}
        for name, value in self.names.items():
            if isinstance(value, kind):
                found.setdefault(id(value), name)
        named = {name: self.names[name] for name in found.values()}
        others = [vars(m) for m in list(sys.modules.values()) if m and m is not self.module]
        own = {n: v for n, v in named.items() if not any(o.get(n) is v for o in others)}
        return own or named


def target_of(text: str) -> Target | None:
    """The file or module that a word names; None for a plain word, such as `raft`."""
    where, colon, name = text.rpartition(":")
    if not colon or len(where) == 1:  # the colon of a drive is part of the path
        where, name = text, ""
    is_file = where.endswith(SUFFIXES) or "/" in where or "\\" in where
    dotted = all(part.isidentifier() for part in where.split("."))
    if is_file or (dotted and (colon or "." in where)):
        return Target(where, name)
    return None


def load(target: Target, option: str) -> Loaded:
    """Run what a target names; raises `UsageError` or `SpecError` with the place in that file."""
    if target.where.endswith(SUFFIXES) or "/" in target.where or "\\" in target.where:
        return _load_file(_existing(Path(target.where), option), target)
    sys.path.append("") if "" not in sys.path else None
    with _errors_of(target.where), contextlib.redirect_stdout(sys.stderr):
        return Loaded(importlib.import_module(target.where))


def _existing(path: Path, option: str) -> Path:
    if path.is_file() and path.suffix in SUFFIXES:
        return path.resolve()
    beside = path.parent if path.parent.is_dir() else Path()
    files = sorted(p.name for p in beside.iterdir() if p.suffix in SUFFIXES)
    near = difflib.get_close_matches(path.name, files, n=1)
    meant = [str(path.parent / name) for name in near]
    raise UsageError(
        f"no file `{path}`" if not path.exists() else f"`{path}`",
        place=f"command line, {option}",
        allowed=FORMS,
        cure=f"did you mean `{meant[0]}`?" if meant else "look where you are, and how it is spelt",
    )


def _load_file(path: Path, target: Target) -> Loaded:
    for module in list(sys.modules.values()):
        if module is not None and getattr(module, "__file__", None) == str(path):
            is_notebook = path.suffix == ".ipynb"
            return _load_notebook(path, module, target) if is_notebook else Loaded(module)
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))  # last: a file `queue.py` must not hide Python's own
    name = _free_name(path)
    module = ModuleType(name)
    module.__file__ = str(path)
    if path.suffix == ".ipynb":
        return _load_notebook(path, module, target)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with _kept(module), _errors_of(path.name), contextlib.redirect_stdout(sys.stderr):
        spec.loader.exec_module(module)
    return Loaded(module)


def _load_notebook(path: Path, module: ModuleType, target: Target) -> Loaded:
    """Run the cells that its name needs, of those that were not run for another name of it."""
    cells = cells_of(path)[getattr(module, RUN, 0) :]
    quiet = io.StringIO()
    with (
        _kept(module), _errors_of(path.name),
        contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet),
    ):  # fmt: skip
        left_out, run = run_cells(cells, vars(module), until=target.name)
    setattr(module, RUN, getattr(module, RUN, 0) + run)
    return Loaded(module, left_out)


def _free_name(path: Path) -> str:
    """The name of a file's module: the file's own, unless another module has it."""
    stem = "".join(c if c.isalnum() else "_" for c in path.stem)
    stem = stem if stem.isidentifier() else f"_{stem}"
    taken = {*sys.modules, *sys.stdlib_module_names}
    names = [stem, *(f"{stem}_{n}" for n in range(2, len(taken) + 3))]
    return next(name for name in names if name not in taken)


@contextlib.contextmanager
def _kept(module: ModuleType) -> Iterator[None]:
    """Let a module be known while it runs, and afterwards unless it fails."""
    sys.modules[module.__name__] = module
    try:
        yield
    except BaseException:
        del sys.modules[module.__name__]
        raise


@contextlib.contextmanager
def _errors_of(name: str) -> Iterator[None]:
    """Make what a file raises an error with its place there."""
    try:
        yield
    except RaftnbError as error:
        raise placed(error) from None
    except SyntaxError as error:
        file, line = Path(error.filename or name).name, error.lineno
        raise SpecError(
            f"{error.msg}: `{(error.text or '').strip()}`",
            place=f"{file}, line {line}",
            allowed="a file that Python can read",
            cure="mend the line, or the one before it",
        ) from None
    except (Exception, SystemExit) as error:
        raise SpecError(
            f"{type(error).__name__}: {error}",
            place=place_of_error(error) or name,
            allowed="a file that runs from its first line to its last",
            cure=_cure(error, name),
        ) from None


def _cure(error: BaseException, name: str) -> str:
    if isinstance(error, ModuleNotFoundError):
        return f"install `{error.name}`, or put `{error.name}.py` beside the file"
    if isinstance(error, SystemExit):
        return 'put what ends the program under `if __name__ == "__main__":`'
    if isinstance(error, NameError) and error.name == "self":
        return "initial values know no member: `= anything()`, and `initially=(claim,)` in the Spec"
    if isinstance(error, NameError):
        missing = error.name or ""
        if missing in FACE:
            return f"import it: `from raftnb import {missing}`"
        near = borrowed(missing) or nearest(missing, [*FACE, "Literal", "Enum"])
        return near or f"import or define `{missing}` above this line"
    if isinstance(error, ImportError) and (meant := _meant(error)):
        return meant
    return f"run it by itself to see more: `python {name}`" if name.endswith(".py") else "mend it"


def _meant(error: ImportError) -> str:
    """Which name of a module was likely meant; empty if none is near."""
    wanted = re.match(r"cannot import name '(\w+)'", str(error))
    module = sys.modules.get(error.name or "")
    known = getattr(module, "__all__", dir(module))
    return nearest(wanted[1], known) if wanted else ""
