"""What the tree alone says of a collection, and of what is in it."""

from __future__ import annotations

from raftnb.explore.compiled.words import NotCompiled
from raftnb.tree import nodes
from raftnb.tree.nodes import Apply, Const, Expr, MapOf, Range, Type

FEW = 4
"""What is one of so few constants is compared with each."""


def is_constant(e: nodes.Collect) -> bool:
    """Whether a sequence or set is written out, of constants alone."""
    return not isinstance(e.type, MapOf) and all(isinstance(i, Const) for i in e.items)


def is_node(type_: Type) -> bool:
    """Whether all values of a type are nodes, which are in no mask."""
    if isinstance(type_, nodes.OneOf):
        return all(map(is_node, type_.options))
    return isinstance(type_, nodes.RecordOf | nodes.SeqOf | nodes.TupleOf | MapOf)


def maker(type_: Type) -> str:
    """The function that makes a collection of a type of what stands on the stack."""
    if isinstance(type_, nodes.SeqOf | nodes.TupleOf):
        return "as_tuple"
    return "as_set" if isinstance(type_, nodes.SetOf) else "as_map"


def maker_of(e: nodes.EachOf) -> str:
    """The same for a comprehension, which may be in order already."""
    return "set_in_order" if e.kind == "set" and is_in_order(e) else maker(e.type)


def is_in_order(e: nodes.EachOf) -> bool:
    """Whether it takes out of a set, or a map's keys, some as they are: in order, each once."""
    is_as_it_is = isinstance(e.body, nodes.Var) and e.body.name == e.name
    return isinstance(e.domain.type, nodes.SetOf | MapOf) and is_as_it_is


def has_options(e: Expr) -> bool:
    """Whether what a comprehension finds are, as they come, the options of a choice."""
    if not isinstance(e, nodes.EachOf):
        return False
    return e.kind == "seq" or (e.kind == "set" and is_in_order(e))


def picked(start: str, pushes: str) -> str:
    """One of what is pushed on the stack, of which nothing is made."""
    n = f"choose((W)(top - {start}))"
    return f"({{ W *{start} = top; {pushes} W n = {n}; top = {start}; {start}[n]; }})"


def refuse_ranges(e: Apply) -> None:
    """A range is no value here, but what is counted through."""
    if e.op != "range" and any(isinstance(a.type, Range) for a in e.args):
        raise NotCompiled(f"`{e.op}` of a range")


def cut_out(e: Apply) -> tuple[Expr, ...] | None:
    """The sequence, and from where on and up to where some of it is left out: `x[:i] + x[j:]`."""
    match e.args:
        case (
            Apply(op="slice", args=(nodes.Read() | nodes.Var() as items, Const(value=0), start)),
            Apply(op="slice", args=(same, end, Apply(op="len", args=(measured,)))),
        ) if items == same == measured:
            return items, start, end
    return None
