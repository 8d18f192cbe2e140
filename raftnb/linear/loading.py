"""Find a sequential object by the name that the command line gives."""

from __future__ import annotations

import difflib
import json
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from raftnb.data.errors import UsageError
from raftnb.data.events import freeze
from raftnb.linear.interface import SequentialObject, instance_of
from raftnb.linear.models import MODELS

_LISTS = ("append", "owned-list", "queue", "poll-queue", "unordered-queue", "stack", "set")
_NUMBERS = ("counter", "fetch-and-add", "revision-kv")


def load_model(name: str, initial: str | None = None) -> SequentialObject:
    """A model of this package by its name, or one's own as `FILE.py:Class`.

    `initial` is its initial value, as JSON or a word, given to the class. Raises `UsageError` for
    a name that nobody has, a file that does not run, and an initial value that does not fit.
    """
    cls = _own_class(name) if ".py:" in name else _class(name)
    if initial is None:
        instance_of(cls)
        return cls
    try:
        value = freeze(json.loads(initial))
    except (ValueError, RecursionError):
        value = initial
    allowed = _allowed(name, value)
    if allowed:
        raise _bad_initial(name, initial, allowed)
    try:
        return cls(value)
    except Exception as error:
        raise _bad_initial(name, initial, f"what {cls.__name__} takes: {error}") from None


def _class(name: str) -> type[Any]:
    if name in MODELS:
        return MODELS[name]
    near = difflib.get_close_matches(name, MODELS, n=1)
    raise UsageError(
        f"the model `{name}`",
        place="command line, --model",
        allowed=", ".join(MODELS) + ", or FILE.py:Class",
        cure=f"did you mean `{near[0]}`?" if near else "choose one of them",
    )


def _own_class(name: str) -> type[Any]:
    path, _, cls = name.rpartition(":")
    place = f"command line, --model {name}"
    if not Path(path).is_file():
        raise UsageError(f"no file {path}", place=place, allowed="FILE.py:Class")
    spec = spec_from_file_location(Path(path).stem, path)
    if spec is None or spec.loader is None:
        raise UsageError(f"{path} is no Python file", place=place, allowed="FILE.py:Class")
    module = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise UsageError(
            f"{type(error).__name__}: {error}",
            place=path,
            allowed="a file that runs",
            cure="mend it; what it does as a program stands behind if __name__ == '__main__'",
        ) from None
    found = getattr(module, cls, None)
    if not isinstance(found, type):
        names = [n for n, value in vars(module).items() if _is_own(value, module.__name__)]
        raise UsageError(
            f"no class {cls} in {path}", place=place, allowed=", ".join(names) or "a class"
        )
    return found


def _is_own(value: Any, module: str) -> bool:
    return isinstance(value, type) and value.__module__ == module


def _allowed(name: str, value: Any) -> str:
    """What the initial value of a model has to be, or nothing if it is."""
    if name in _LISTS and not isinstance(value, tuple):
        return "a JSON list, such as [1, 2]"
    if name == "mutex" and not isinstance(value, bool):
        return "true (locked) or false"
    if name in _NUMBERS and (isinstance(value, bool) or not isinstance(value, int)):
        return "a whole number"
    if name == "multi-register" and not hasattr(value, "items"):
        return 'a JSON object, such as {"x": 0, "y": 0}'
    return ""


def _bad_initial(name: str, initial: str, allowed: str) -> UsageError:
    return UsageError(
        f"--init {initial}",
        place=f"command line, --model {name}",
        allowed=allowed,
        cure="quote it for the shell: --init '...'",
    )
