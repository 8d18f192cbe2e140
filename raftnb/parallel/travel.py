"""Specifications, models, and what is found of them, as bytes that another machine understands.

What a module defines travels as its name, with the module's text where the other machine may not
have it: it is imported there. A member of a model travels as its name, too, and is there the member
of that model. No hash travels: Python's hashes of texts differ between processes.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import io
import pickle
import sys
import sysconfig
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache, cached_property
from operator import attrgetter
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from raftnb.data.domains import Domain
from raftnb.data.errors import UsageError
from raftnb.data.trace import Layout, State
from raftnb.data.values import Map, Record, SortedSet
from raftnb.language.processes import Action
from raftnb.language.spec import Model
from raftnb.language.world import World

PACKAGE = "raftnb"
CURE = "write it at the top of a file `mine.py`, and import it from there"


def packed(value: Any, model: Model | None = None) -> bytes:
    """A value as bytes; members of domains, and states, are those of the model.

    Raises `UsageError` for what another process cannot import: what is defined in a notebook, in
    the program itself, or inside of a function.
    """
    out = io.BytesIO()
    packer = Packer(out, model)
    try:
        packer.dump(value)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise UsageError(
            f"{error}, on the way to another process",
            allowed="what a module defines at its top",
            cure=CURE,
        ) from error
    return pickle.dumps((texts_of(packer.modules), out.getvalue()))


def unpacked(data: bytes, model: Model | None = None) -> Any:
    """The value that was packed with this model; its modules are imported."""
    texts, inner = pickle.loads(data)
    install(texts)
    return Unpacker(io.BytesIO(inner), model).load()


class Packer(pickle.Pickler):
    """Says how the values of the language travel; `modules` are the names of those they are of."""

    def __init__(self, out: io.BytesIO, model: Model | None) -> None:
        super().__init__(out, protocol=pickle.HIGHEST_PROTOCOL)
        self.model, self.modules = model, set[str]()

    @cached_property
    def named(self) -> dict[int, tuple[str, str]]:
        """Where each part of a specification is found that has a name of its own."""
        return globals_of_modules()

    def persistent_id(self, value: Any) -> Any:
        """A member, or a model's layout, by its name."""
        if isinstance(value, Domain):
            return value.name
        if self.model is not None and value is self.model.layout:
            return 0
        return None

    def reducer_override(self, value: Any) -> Any:
        """How a value is made again, or `NotImplemented` where pickle knows."""
        if isinstance(value, type | FunctionType):
            self._meet(value)
            return by_name(value) if isinstance(value, FunctionType) else NotImplemented
        if isinstance(value, Action):
            self._meet(value.function)
            return by_name(value.function, action=True)
        if isinstance(value, Model):
            starts = packed(value.starts, value)
            given = (value.spec, dict(value.constants), value.history, starts, value.left_out)
            return model_of, given
        if isinstance(value, State | Map | SortedSet):
            return type(value), parts_of(value)
        if isinstance(value, Layout | Record) or named_by_identity(value):
            return self._made_of_fields(value)
        return NotImplemented

    def _meet(self, value: Any) -> None:
        if value.__module__ == "__main__":
            raise UsageError(
                f"`{value.__qualname__}`, which the program or notebook itself defines",
                allowed="what another process can import",
                cure=CURE,
            )
        self.modules.add(value.__module__)

    def _made_of_fields(self, value: Any) -> Any:
        named = self.named.get(id(value)) if named_by_identity(value) else None
        if named is not None and getattr(sys.modules[named[0]], named[1], None) is value:
            self.modules.add(named[0])
            return found_at, (*named, False)
        given = {f.name: getattr(value, f.name) for f in fields(value) if f.init}
        return made, (type(value), given)


class Unpacker(pickle.Unpickler):
    """Makes values again, with the members of a model."""

    def __init__(self, source: io.BytesIO, model: Model | None) -> None:
        super().__init__(source)
        self.model = model
        self.names: Mapping[str, Domain] = {} if model is None else World(model).names

    def persistent_load(self, name: Any) -> Any:
        """The member of this name, or the layout."""
        if name == 0 and self.model is not None:
            return self.model.layout
        return self.names[name]


def parts_of(value: Any) -> tuple[Any, ...]:
    """What a value is made of, without the hashes that it keeps."""
    if isinstance(value, State):
        return value.layout, value.values, value.messages
    return (tuple(value.items()),) if isinstance(value, Map) else (tuple(value),)


def made(cls: type, given: Mapping[str, Any]) -> Any:
    """A record, a specification, a part of one."""
    return cls(**given)


def model_of(spec: Any, given: Any, history: bool, starts: bytes, left_out: Any) -> Model:
    """A model, whose starts are states of it."""
    model = Model(spec, given, history, (), left_out)
    states = unpacked(starts, model)
    return Model(spec, given, history, states, left_out) if states else model


# Names.


def named_by_identity(value: Any) -> bool:
    """Whether it is a part of a specification, which is itself and no copy of it."""
    cls = type(value)
    return is_dataclass(cls) and cls.__eq__ is object.__eq__


def globals_of_modules() -> dict[int, tuple[str, str]]:
    """The module and the name of each part of a specification that has a name of its own."""
    found: dict[int, tuple[str, str]] = {}
    for module in list(sys.modules.values()):
        if is_ours(module) or is_users(module):
            for name, value in list(vars(module).items()):
                if named_by_identity(value):
                    found.setdefault(id(value), (module.__name__, name))
    return found


def by_name(function: FunctionType, action: bool = False) -> Any:
    """How a function, or the action that it is, is found again."""
    module, name = function.__module__, function.__qualname__
    try:
        found = attrgetter(name)(sys.modules[module])
    except (KeyError, AttributeError):
        found = None
    if getattr(found, "function", found) is not function:
        raise UsageError(
            f"`{name}`, which `{module}` does not have under this name",
            allowed="functions of a module or of its classes, which another process can import",
            cure=CURE,
        )
    return NotImplemented if found is function else (found_at, (module, name, not action))


def found_at(module: str, name: str, as_function: bool) -> Any:
    """What a module calls so; of an action, the function if asked for it."""
    found = attrgetter(name)(importlib.import_module(module))
    return found.function if as_function and isinstance(found, Action) else found


# Texts of modules.

Texts = dict[str, tuple[bool, str]]
"""For each module whether it is a package, and its text."""


def is_ours(module: Any) -> bool:
    """Whether a module belongs to this package, which is installed everywhere."""
    return getattr(module, "__name__", "").partition(".")[0] == PACKAGE


@cache
def libraries() -> tuple[str, ...]:
    """Where Python and what is installed lie."""
    places = [
        sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")
    ]
    return tuple(str(Path(place).resolve()) for place in places)


@cache
def is_own_text(file: str) -> bool:
    """Whether a file is a text of Python that is not installed."""
    path = str(Path(file).resolve())
    is_installed = "site-packages" in path or any(path.startswith(at) for at in libraries())
    return path.endswith(".py") and not is_installed


def is_users(module: Any) -> bool:
    """Whether a module is a file of the user's own, not installed."""
    file = getattr(module, "__file__", None)
    if not isinstance(module, ModuleType) or not file or is_ours(module):
        return False
    return module.__name__ != "__main__" and is_own_text(file)


def texts_of(names: Iterable[str]) -> Texts:
    """The texts of these modules, of the packages they are in, and of what they import."""
    texts: Texts = {}
    todo = list(names)
    for name in todo:
        module = sys.modules.get(name)
        if name in texts or module is None or is_ours(module):
            continue
        file = str(getattr(module, "__file__", None) or "")
        if file.endswith(".ipynb"):
            raise UsageError(
                f"`{Path(file).name}`, a notebook, on the way to another process",
                allowed="files of Python",
                cure=CURE,
            )
        if not is_users(module):
            continue
        texts[name] = (hasattr(module, "__path__"), Path(file).read_text(encoding="utf-8"))
        todo += [name.rpartition(".")[0]] if "." in name else []
        for value in list(vars(module).values()):
            used = value.__name__ if isinstance(value, ModuleType) else value_module(value)
            todo += [used] if isinstance(used, str) else []
    return texts


def value_module(value: Any) -> Any:
    """The module of a class or function."""
    return value.__module__ if isinstance(value, type | FunctionType) else None


def install(texts: Texts) -> None:
    """Let these modules be imported, where they are not there yet."""
    lacking = {name: one for name, one in texts.items() if text_here(name) != one[1]}
    if not lacking:
        return
    place = Path(tempfile.mkdtemp(prefix="raftnb-"))
    for name, (is_package, text) in lacking.items():
        path = place.joinpath(*name.split("."))
        path = path / "__init__.py" if is_package else path.with_name(path.name + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    sys.path.insert(0, str(place))
    importlib.invalidate_caches()


def text_here(name: str) -> str | None:
    """The text of a module in this process, or None."""
    module = sys.modules.get(name)
    try:
        found = module.__file__ if module is not None else None
        if module is None and (spec := importlib.util.find_spec(name)) is not None:
            found = spec.origin
        return Path(found).read_text(encoding="utf-8") if found else None
    except (OSError, ImportError, ValueError):
        return None


@cache
def version() -> str:
    """A digest of Python's version and of this package's text: of equal ones the meaning is one."""
    digest = hashlib.blake2b(repr(sys.version_info[:2]).encode(), digest_size=8)
    root = Path(__file__).parent.parent
    for path in sorted(root.rglob("*")):
        if path.suffix in (".py", ".c"):
            digest.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()
