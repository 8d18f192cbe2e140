"""What a reader calls: it raises our errors without the frames inside of this package.

Arguments that it does not take are an error like any other: what was given, what may be, the cure.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from contextvars import copy_context
from inspect import Parameter, signature
from typing import Any, ParamSpec, TypeVar

from raftnb.data.errors import RaftnbError, UsageError, shows_insides
from raftnb.data.names import nearest
from raftnb.data.places import place_of_error
from raftnb.data.verdict import counted

P = ParamSpec("P")
T = TypeVar("T")
PLAIN = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)


def told_plainly(function: Callable[P, T]) -> Callable[P, T]:
    """Let what a reader calls raise our errors without the frames inside of this package.

    Arguments that do not fit are a `UsageError`. However the call ends, with Ctrl-C anywhere, too,
    the running world is the one that it was.
    """

    @functools.wraps(function)
    def called(*args: P.args, **named: P.kwargs) -> T:
        __tracebackhide__ = True  # for pytest
        try:
            return copy_context().run(function, *args, **named)
        except RaftnbError as error:
            if shows_insides():
                raise
            error.place = error.place or place_of_error(error)
            raise error.with_traceback(None) from None
        except TypeError as error:
            trace = error.__traceback__
            if trace is None or trace.tb_next is not None:  # it comes from inside
                raise
            raise misfit(function, args, named) from None

    return called


def made_plainly(cls: type[T]) -> type[T]:
    """Let a class that a reader makes values of tell its errors as a function does.

    What its `MEANT` has, if it has one, is the cure for a field of another name.
    """
    cls.__init__ = told_plainly(cls.__init__)  # type: ignore[method-assign]
    return cls


def misfit(function: Callable[..., Any], args: tuple[Any, ...], named: Any) -> UsageError:
    """The error for arguments that a function does not take: unknown, missing, too many, twice."""
    *outer, name = function.__qualname__.split(".")
    known = {n: p for n, p in signature(function).parameters.items() if p.kind in PLAIN}
    owner, args = (args[0], args[1:]) if known.pop("self", None) else (None, args)
    name, subjects = (outer[-1], args) if name == "__init__" else (name, (owner, *args))
    ordered = [n for n, p in known.items() if p.kind is not Parameter.KEYWORD_ONLY]
    given = {*ordered[: len(args)], *named}
    missing = [n for n in ordered if known[n].default is Parameter.empty and n not in given]
    if unknown := [word for word in named if word not in known]:
        word = unknown[0]
        found = f"`{word}=`, which `{name}` does not take"
        cure = getattr(owner, "MEANT", {}).get(word) or nearest(word, known)
        cure = cure or _meant(word, named[word], subjects) or "leave it out"
    elif missing:
        whole = ordered[: ordered.index(missing[-1]) + 1]
        found, cure = f"`{name}` without `{missing[0]}`", f"write `{name}({', '.join(whole)})`"
    elif len(args) > len(ordered):
        found = f"`{name}` with {counted(len(args), 'argument')} by their place"
        cure = f"give by its name what comes after {ticked(ordered) or 'the parenthesis'}"
    else:
        twice = [n for n in ordered[: len(args)] if n in named]
        found, cure = f"{ticked(twice)} of `{name}`, given twice", "give it once"
    words = [f"{n}=..." for n in known if n not in ordered]
    return UsageError(found, allowed=f"{name}({', '.join([*ordered, *words])})", cure=cure)


def ticked(names: Iterable[str]) -> str:
    """Names as a text quotes them."""
    return ", ".join(f"`{name}`" for name in names)


def _meant(word: str, value: Any, subjects: tuple[Any, ...]) -> str:
    """What a name was meant for that is no parameter, by the model, Spec or proof that is given."""
    specs = [getattr(subject, "spec", subject) for subject in subjects]
    if any(word in getattr(spec, "constants", ()) for spec in specs):
        return f"a constant is the model's: `SPEC({word}={value!r})`"
    if any(word in getattr(spec, "__dataclass_fields__", ()) for spec in specs):
        return f"it is the specification's: `Spec(..., {word}=...)`"
    return ""


__all__ = ["made_plainly", "misfit", "told_plainly"]
