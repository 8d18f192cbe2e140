"""What is refused when a Spec is made, but for the code of its functions (see `grammar`)."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from types import FunctionType
from typing import Any

from raftnb.data.domains import Domain, is_abstract
from raftnb.data.errors import NoAttribute, SpecError
from raftnb.data.names import listed, nearest
from raftnb.data.values import show
from raftnb.language import source
from raftnb.language.claims import as_function
from raftnb.language.network import Delivery
from raftnb.language.processes import Globals, Process
from raftnb.language.temporal import Fairness, Liveness
from raftnb.language.vocabulary import ROOTS

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
EXACTLY_ONCE, IN_ORDER = "loses=False, duplicates=False", "reorders=False"
NETWORKS = {
    **dict.fromkeys(("lossy", "unreliable", "udp"), "Delivery()"),
    **dict.fromkeys(("reliable", "exactly once", "unordered"), f"Delivery({EXACTLY_ONCE})"),
    **dict.fromkeys(("fifo", "ordered", "tcp"), f"Delivery({EXACTLY_ONCE}, {IN_ORDER})"),
    "at most once": "Delivery(duplicates=False)",
    "at least once": "Delivery(loses=False)",
}
"""What a network is often called, and how it is said."""
SAY = "say what it may do: `Delivery(loses=True, duplicates=False, reorders=True)`"
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
            if isinstance(fields[field], int):
                cure = f"a constant is one of the `constants`: `{{{field!r}: {fields[field]}}}`"
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
        raise _no_delivery(fields["delivery"])
    _refuse_symmetric(fields)
    for name in ("distinct_messages", "copies", "channel_length"):
        if fields[name] is not None and fields["delivery"] is None:
            raise SpecError(
                f"`{name}={fields[name]!r}` of a Spec without a network",
                allowed="bounds of the messages in flight, with `delivery=Delivery(...)`",
                cure="give it a `delivery`, or take the bound away",
            )


def called(value: Any) -> str:
    """A value as one writes it: a class or function by its name."""
    return getattr(value, "__name__", None) or repr(value)


def _wrong(field: str, value: Any, allowed: str) -> SpecError:
    name = called(value)
    cure = HOW.get(field, "name the class itself, where it belongs").format(name)
    if isinstance(value, str):
        cure = f"name it without quotes: `{field}=({value},)`"
    elif isinstance(value, type) and issubclass(value, ROOTS) and field in CLASSES:
        if is_abstract(value):
            return SpecError(
                f"the abstract class `{name}` among the `{field}` of a Spec",
                allowed="classes with members",
                cure=f"leave it out: name the classes made of `{name}`",
            )
        homes = [n for n, root in CLASSES.items() if issubclass(value, root) and n != "symmetric"]
        cure = f"name it in `{homes[0]}`" if homes else f"leave `{name}` out: it is found by itself"
    return SpecError(f"`{name}` among the `{field}` of a Spec", allowed=allowed, cure=cure)


def _no_delivery(value: Any) -> SpecError:
    cure = SAY
    if isinstance(value, str):
        words = " ".join(re.findall("[a-z]+", value.lower()))
        near = difflib.get_close_matches(words, NETWORKS, n=1)
        cure = f"write `delivery={NETWORKS[near[0]]}`" if near else cure
    return SpecError(
        f"`delivery={called(value)}`" if isinstance(value, type) else f"`delivery={value!r}`",
        allowed="Delivery(loses=..., duplicates=..., reorders=...), or None: no messages",
        cure="make one: `delivery=Delivery()`" if value in (True, Delivery) else cure,
    )


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
    if not isinstance(constants, Mapping) or not all(_is_name(name) for name in constants):
        raise SpecError(
            f"`constants={constants!r}`",
            allowed="a dict from names to defaults",
            cure="write `constants={'servers': 3}`",
        )
    for name in {"history", *flags} & set(constants):
        raise SpecError(
            f"a constant `{name}`",
            allowed="other names; `history` and the delivery's are taken",
            cure="name it differently",
        )
    for wanted in filter(None, used):
        if wanted not in constants:
            unused = sorted(set(constants) - {*filter(None, used)})
            near = difflib.get_close_matches(wanted, unused, n=1)
            raise SpecError(
                f"the constant `{wanted}`, which has no default",
                allowed=", ".join(constants) or "no constants are declared",
                cure=f"spell it alike: `{near[0]}` here is `{wanted}` where it is used"
                if near
                else f"add it to the Spec: `constants={{{wanted!r}: 2}}`",
            )


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and value.isidentifier()


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
    """Raise `SpecError` for claims that are called alike, or for one about steps and states.

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
        if name == "deadlock":
            raise SpecError(
                "a claim called `deadlock`",
                place=source.place(as_function(claim)),
                allowed="names that answers give to nothing else: this is a state without a step",
                cure="rename the function",
            )
        if claim in steps and claims.count(claim) > steps.count(claim):
            raise SpecError(
                f"`{name}` in `transitions`, and among the claims about states",
                place=source.place(as_function(claim)),
                allowed="a claim about every step, or about states",
                cure="take it out of `transitions`: what is true of every state is true before a "
                "step and after it",
            )
