"""What is refused when a Spec is made, but for the code of its functions (see `grammar`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from types import FunctionType
from typing import Any

from raftnb.data.domains import TAKEN, Domain
from raftnb.data.errors import NoAttribute, SpecError
from raftnb.data.names import listed, nearest
from raftnb.data.values import order, show
from raftnb.language import source
from raftnb.language.attributes import functions_of
from raftnb.language.claims import as_function
from raftnb.language.network import Delivery
from raftnb.language.processes import Action, Globals, Process, Variable
from raftnb.language.temporal import Fairness, Liveness
from raftnb.language.vocabulary import ROOTS, Vocabulary

RESERVED = ("messages",)  # the key of the network in a state's JSON
CLASSES: dict[str, Any] = {
    "processes": Process,
    "shared": Globals,
    "domains": Domain,
    "symmetric": Domain,
}
MEANT = {
    "messages": "leave it out: messages are found where they are sent; give it a `delivery`",
    "records": "leave it out: records are found where they are named",
    "actions": "leave it out: the actions are methods of the processes",
    "variables": "name the class: `shared=(Shared,)`",
    "globals": "name the class: `shared=(Shared,)`",
    "properties": "say which: `invariants`, `transitions`, `sometimes`, or `liveness`",
}
HOW = {
    "fairness": "say which kind: `weak({0})` or `strong({0})`",
    "liveness": "say when: `eventually({0})`, `always_eventually({0})`, `leads_to(p, {0})`",
}
VALUES = {"fairness": Fairness, "liveness": Liveness}
FUNCTIONS = (
    "invariants", "transitions", "sometimes", "possible", "constraints", "assuming", "initially",
)  # fmt: skip


def refuse_unknown_fields(
    known: list[str], given: tuple[Any, ...], fields: Mapping[str, Any]
) -> None:
    """Raise `SpecError` for fields that a Spec has not or lacks, and for what is no name."""
    for field in fields:
        if field not in known:
            cure = MEANT.get(field) or nearest(field, known) or "use one of these"
            raise SpecError(f"`{field}=` of a Spec", allowed=listed(known), cure=cure)
    name = given[0] if given else fields.get("name")
    if not isinstance(name, str) or not name:
        raise SpecError(
            f"a Spec without a name: {show(name)} stands first",
            allowed="Spec(name, processes=(...,), ...)",
            cure='give it a name: `Spec("door", processes=(...,))`',
        )
    if len(given) < 2 and "processes" not in fields:
        raise SpecError(
            f"the Spec `{name}` without processes",
            allowed="Spec(name, processes=(...,), ...)",
            cure="name the process classes: `processes=(P,)`",
        )


def no_attribute_of_a_spec(name: str, spec: Any, model: type) -> NoAttribute:
    """The error for an attribute that a Spec has not; its models may have it."""
    if not name.startswith("_") and hasattr(model, name):
        return NoAttribute(
            f"`{name}` of the specification `{spec.name}`",
            allowed=f"`{name}` of a model: a specification with its constants",
            cure=f"call the specification first: `SPEC().{name}`",
        )
    known = list(spec.__dataclass_fields__)
    cure = nearest(name, known) or "use one of these"
    return NoAttribute(f"`{name}` of a Spec", allowed=listed(known), cure=cure)


def without_annotation(function: FunctionType, name: str) -> SpecError:
    """The error for a parameter that ranges over nothing."""
    return SpecError(
        f"parameter `{name}` without an annotation",
        place=source.place(function),
        allowed="a parameter with the type it ranges over, or a constant's name",
        cure=f"write `{name}: Type`",
    )


def refuse_fields(fields: Mapping[str, Any]) -> None:
    """Raise `SpecError` for a field of a Spec that is not of its kind."""
    for name in (*CLASSES, *VALUES, *FUNCTIONS):
        if not isinstance(fields[name], tuple):
            several = isinstance(fields[name], list | set | frozenset)
            inside = fields[name] if several else [fields[name]]
            written = ", ".join(map(called, inside))
            end = ",)`, with a comma after a single one" if len(inside) == 1 else ")`"
            raise SpecError(
                f"`{name}=[{written}]`" if several else f"`{name}={written}`",
                allowed="a tuple",
                cure=f"write `{name}=({written}{end}",
            )
    for name, root in CLASSES.items():
        for cls in fields[name]:
            right = (
                isinstance(cls, type) and issubclass(cls, root) and bool(getattr(cls, "root", ""))
            )
            if not right or (name == "domains" and issubclass(cls, Process)):
                raise _wrong(name, cls, f"subclasses of {root.__name__}")
    for name, kind in VALUES.items():
        for value in fields[name]:
            if not isinstance(value, kind):
                raise _wrong(name, value, f"{kind.__name__}, as `raftnb` makes them")
    if not isinstance(fields["delivery"], Delivery | None):
        raise _wrong("delivery", fields["delivery"], "Delivery(...) or None")
    _refuse_symmetric(fields)


def called(value: Any) -> str:
    """A value as one writes it: a class or function by its name."""
    return getattr(value, "__name__", None) or repr(value)


def _wrong(field: str, value: Any, allowed: str) -> SpecError:
    name = called(value)
    cure = HOW.get(field, "name the class itself, where it belongs").format(name)
    if isinstance(value, str):
        cure = f"name it without quotes: `{field}=({value},)`"
    elif isinstance(value, type) and issubclass(value, ROOTS) and field in CLASSES:
        homes = [n for n, root in CLASSES.items() if issubclass(value, root) and n != "symmetric"]
        cure = f"name it in `{homes[0]}`" if homes else f"leave `{name}` out: it is found by itself"
    return SpecError(f"`{name}` among the `{field}` of a Spec", allowed=allowed, cure=cure)


def _refuse_symmetric(fields: Mapping[str, Any]) -> None:
    named = {cls.root for cls in (*fields["processes"], *fields["domains"])}
    for cls in fields["symmetric"]:
        if cls.root not in named:
            raise SpecError(
                f"the symmetric `{cls.__name__}`, which the Spec does not name",
                allowed=", ".join(sorted(named)),
                cure="add it to the processes or domains of the Spec",
            )


def refuse_shared_roots(classes: Iterable[Any]) -> None:
    """Raise `SpecError` for two classes of one name, or two variants of one class."""
    known: dict[str, Any] = {}
    for cls in classes:
        for name in {cls.root, cls.__name__}:
            if name in known:
                raise SpecError(
                    f"`{known[name].__name__}` and `{cls.__name__}`, which are both `{name}`",
                    allowed="classes of different names, none a subclass of another",
                    cure="name one of them; or write two classes, with common functions outside",
                )
            known[name] = cls


def refuse_constants(
    constants: Mapping[str, Any], flags: Iterable[str], used: Iterable[str | None]
) -> None:
    """Raise `SpecError` for a constant that is missing, or means something else already."""
    for name in {"history", *flags} & set(constants):
        raise SpecError(
            f"a constant `{name}`",
            allowed="other names; `history` and the delivery's are taken",
            cure="name it differently",
        )
    for wanted in filter(None, used):
        if wanted not in constants:
            raise SpecError(
                f"the constant `{wanted}`, which has no default",
                allowed=", ".join(constants) or "no constants are declared",
                cure=f"add it to the Spec: `constants={{{wanted!r}: 2}}`",
            )


def refuse_shared_names(names: Mapping[str, tuple[str, ...]], shared: Iterable[str]) -> None:
    """Raise `SpecError` where two members, or a member and shared variables, have one name."""
    owner: dict[str, str] = {name: f"the class `{name}`" for name in shared}
    owner |= dict.fromkeys(RESERVED, "the network's messages")
    for root, members in names.items():
        for name in members:
            if name in owner:
                raise SpecError(
                    f"`{name}`, the name of a member of `{root}` and of {owner[name]}",
                    allowed="names that say which member is meant",
                    cure="rename a class, or name its members: `('a', 'b')` for how many there are",
                )
            owner[name] = f"a member of `{root}`"


def refuse_same_claims(claims: Sequence[Any], steps: Sequence[Any]) -> None:
    """Raise `SpecError` for two claims of one name, or one claim about steps and about states.

    Results could not tell two of one name apart. And every engine asks for one of the two only:
    what is true of every step need not be true of a state in which no step begins.
    """
    known: dict[str, Any] = {}
    for claim in claims:
        name = getattr(claim, "__name__", str(claim))
        if known.setdefault(name, claim) is not claim:
            raise SpecError(
                f"two claims called `{name}`",
                allowed="claims of different names",
                cure="rename one of the functions",
            )
        if claim in steps and claims.count(claim) > steps.count(claim):
            raise SpecError(
                f"`{name}` in `transitions`, and among the claims about states",
                place=source.place(as_function(claim)),
                allowed="a claim about every step, or about states",
                cure="take it out of `transitions`: what is true of every state is true before a "
                "step and after it",
            )


def refuse_bodies(vocabulary: Vocabulary) -> None:
    """Raise `SpecError` for what stands in a class and is no variable, constant or method."""
    for cls in vocabulary.kinds:
        for base in cls.__mro__:
            if base not in ROOTS and issubclass(base, ROOTS):
                _refuse_body(base)
        _refuse_selfless(cls)


def _refuse_body(cls: type) -> None:
    members = dict(cls.__members__) if issubclass(cls, Enum) else {}
    values = {name: member.value for name, member in members.items()}
    for name, value in {**vars(cls), **values}.items():
        if _is_value(value) if name in members else _may_stand(name, value):
            continue
        raise SpecError(
            f"`{name}` ({type(value).__name__}) in the class `{cls.__name__}`",
            place=f"class {cls.__qualname__}",
            allowed="variables with annotations, constants, and methods: `def name(self, ...)`",
            cure="write a method with a return annotation, or a function outside the class",
        )


def _refuse_selfless(cls: type) -> None:
    """Raise `SpecError` for a method that takes nothing, and so cannot be called as one."""
    for name, function in functions_of(cls).items():
        if not function.__code__.co_argcount and not isinstance(vars(cls).get(name), staticmethod):
            raise SpecError(
                f"`{name}` of `{cls.__name__}` without `self`",
                place=source.place(function),
                allowed="methods: `def name(self, ...)`",
                cure=f"write `def {name}(self)`",
            )


def _may_stand(name: str, value: Any) -> bool:
    if isinstance(value, FunctionType):
        return not name.startswith("__") or _is_generated(value)
    if name.startswith("_") or name in TAKEN:
        return True
    if isinstance(value, type):
        return issubclass(value, ROOTS)
    return isinstance(value, Variable | Action) or _is_value(value)


def _is_generated(function: FunctionType) -> bool:
    """Whether a method comes from `dataclass`, from `Enum`, or from this package."""
    return function.__code__.co_filename in ("<string>", _ENUM) or source.is_ours(function)


_ENUM = Enum.__format__.__code__.co_filename


def _is_value(value: Any) -> bool:
    try:
        order(value)
    except SpecError:
        return False
    return True
