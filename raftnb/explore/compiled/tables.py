"""What of a model stands in the C text as numbers: cells, members, classes, constants, types."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import fields
from enum import Enum
from typing import Any

from raftnb.data.domains import DomainType
from raftnb.data.values import Message, Record, order, place_of_class
from raftnb.explore.compiled.collected import is_node
from raftnb.explore.compiled.masks import NO_PLACE, Masks
from raftnb.explore.compiled.words import LIMIT, PLAIN, Atoms, NotCompiled
from raftnb.language.spec import Model
from raftnb.language.world import World
from raftnb.tree import Program, nodes
from raftnb.tree.nodes import RecordOf, Type
from raftnb.tree.program import subclasses
from raftnb.tree.types import fits


class Tables:
    """Gives numbers and names to what the functions in C speak of, and writes the tables."""

    def __init__(self, program: Program) -> None:
        self.program, self.model = program, program.model
        kinds = [k for k in self.model.spec.vocabulary.kinds if issubclass(k, Record)]
        below = {one for kind in kinds for one in (kind, *subclasses(kind))}
        self.atoms = Atoms(sorted(below, key=place_of_class))
        self.members: dict[str, tuple[Any, ...]] = World(self.model).members_by_root
        for group in self.members.values():
            self.atoms.note(group)
        self.masks = Masks(program, self.members)
        self.atoms.note(tuple(self.masks.values))
        self.has_bag = has_bag(self.model)
        self.constants: list[Any] = []
        self._known: dict[Any, int] = {}
        self._fields: dict[str, str] = {}
        self._kinds: dict[type[Any], int] = {}
        self._checks: dict[Any, tuple[str, str]] = {}
        self._numbers = itertools.count()

    def fresh(self, letter: str) -> str:
        """A name in C that nothing else has."""
        return f"{letter}{next(self._numbers)}"

    # Values.

    def literal(self, value: Any) -> str:
        """A value as it stands in C."""
        if value is None or value is False or value is True:
            return str(PLAIN.index(value))
        if type(value) is int and abs(value) < LIMIT:
            return f"(ZERO + {value})" if value >= 0 else f"(ZERO - {-value})"
        if isinstance(value, str | Enum) or isinstance(type(value), DomainType):
            return self.atoms.name(value)
        if isinstance(value, frozenset) and (mask := self.masks.of(value)) is not None:
            return f"{mask:#x}u"
        return self.constant(value)

    def constant(self, value: Any) -> str:
        """A value that is put among the constants, once."""
        key = order(value)  # which tells True from 1
        if key not in self._known:
            self._known[key] = self.row([value])
        return f"constants[{self._known[key]}]"

    def row(self, values: Sequence[Any]) -> int:
        """Where values stand among the constants, one after the other."""
        for value in values:
            self.atoms.note(value)
        self.constants += values
        return len(self.constants) - len(values)

    def first(self, root: str) -> str:
        """The word of the first member of a class; the others follow it."""
        return self.atoms.name(self.members[root][0])

    # Variables.

    def shared_cell(self, root: str, variable: str) -> int:
        """The cell of a shared variable."""
        return self.model.bases[root, root] + self._position(root, variable)

    def place(self, root: str, variable: str) -> str:
        """Where variables of a class are: first member, how many, first cell, cells of each."""
        group = self.members[root]
        base = self.model.bases[root, group[0].name] + self._position(root, variable)
        stride = len(self.program.classes[root].variables)
        return f"{self.first(root)}, {len(group)}, {base}, {stride}"

    def _position(self, root: str, variable: str) -> int:
        return list(self.program.classes[root].variables).index(variable)

    # Records.

    def record(self, cls: type[Record]) -> int:
        """The number of a class of records."""
        if cls not in self.atoms.records:
            raise NotCompiled(f"a record of the class `{cls.__name__}`")
        return self.atoms.records[cls]

    def field_type(self, cls: type[Record], name: str) -> Type:
        """The type of a field."""
        found = self.program.field_type(cls, name)
        assert found is not None
        return found

    def positions(self, name: str) -> str:
        """The table of where each class has a field of a name."""
        return self._fields.setdefault(name, self.fresh("f"))

    def offset(self, type_: Type, name: str) -> int | None:
        """Where the nodes of a type have a field; None where they differ in this."""
        if not isinstance(type_, RecordOf):
            return None
        kinds = (type_.cls, *subclasses(type_.cls))
        lists = [[f.name for f in fields(kind)] for kind in kinds]
        places = {names.index(name) if name in names else None for names in lists}
        (place,) = places if len(places) == 1 else (None,)
        return None if place is None else 1 + place

    def kind(self, cls: type[Any]) -> int:
        """The number of a class and those below it, among the rows of `is_a`."""
        return self._kinds.setdefault(cls, len(self._kinds))

    # Types.

    def check(self, type_: Type) -> str:
        """The function in C that says whether a word is of a type."""
        if type_ not in self._checks:
            name = self.fresh("c")
            self._checks[type_] = (name, self._is(type_))
        return self._checks[type_][0]

    def kind_check(self, cls: type[Any]) -> str:
        """The function in C for `isinstance`."""
        if isinstance(cls, DomainType):
            return self.check(nodes.Member(cls.root))
        if issubclass(cls, Enum):
            return self.check(nodes.Choice(cls))
        if cls not in self._checks:
            text = f"is_record(w) && is_kind({self.kind(cls)}, w)"
            self._checks[cls] = (self.fresh("c"), text)
        return self._checks[cls][0]

    def _is(self, type_: Type) -> str:
        """Whether the word `w` is of a type."""
        if isinstance(type_, nodes.Option):
            return f"w == NONE || {self.check(type_.of)}(w)"
        if isinstance(type_, nodes.OneOf):
            return " || ".join(f"{self.check(option)}(w)" for option in type_.options)
        if isinstance(type_, nodes.TupleOf):
            items = (f"{self.check(t)}(at(w)[{i}])" for i, t in enumerate(type_.items))
            return f"kind(w) == TUPLE && size(w) == {len(type_.items)} && {' && '.join(items)}"
        if isinstance(type_, nodes.SeqOf | nodes.SetOf):
            rank = "TUPLE" if isinstance(type_, nodes.SeqOf) else "SET"
            return f"kind(w) == {rank} && each_is(w, 0, 1, {self.check(type_.of)})"
        if isinstance(type_, nodes.MapOf):
            keys, values = self.check(type_.key), self.check(type_.value)
            return f"kind(w) == MAP && each_is(w, 0, 2, {keys}) && each_is(w, 1, 2, {values})"
        if isinstance(type_, nodes.RecordOf):
            return self._is_record(type_)
        return self._is_plain(type_)

    def _is_record(self, type_: nodes.RecordOf) -> str:
        text = f"is_record(w) && is_kind({self.kind(type_.cls)}, w)"
        if not issubclass(type_.cls, Message):
            return text
        return f"{text} && (at(w)[source_at[at(w)[0]]] != NONE) == {int(type_.sent)}"

    def _is_plain(self, type_: Type) -> str:
        if isinstance(type_, nodes.Bool):
            return "w == NO || w == YES"
        if isinstance(type_, nodes.Int):
            return "is_number(w)" + (" && w >= ZERO" if type_.natural else "")
        if isinstance(type_, nodes.Nothing | nodes.Never):
            return "w == NONE" if isinstance(type_, nodes.Nothing) else "(void)w, 0"
        if isinstance(type_, nodes.Text) and type_.words is None:
            return "FIRST_TEXT <= w && w < LAST_TEXT"
        if isinstance(type_, nodes.Text):
            return self._is_one_of(sorted(type_.words or ()))
        if isinstance(type_, nodes.Choice):
            return self._is_one_of(type_.cls.__members__.values())
        if isinstance(type_, nodes.Member):
            return f"w - {self.first(type_.root)} < {len(self.members[type_.root])}"
        raise NotCompiled(f"the type {type_}")

    def _is_one_of(self, values: Iterable[Any]) -> str:
        return " || ".join(f"w == {self.literal(value)}" for value in values) or "(void)w, 0"

    def are_fitting(self, e: nodes.Make) -> bool:
        """Whether the fields of a record are of their types, whatever the state."""
        assert isinstance(e.type, RecordOf)
        cls = e.type.cls
        return all(fits(value.type, self.field_type(cls, name)) for name, value in e.fields)

    # Collections.

    def is_in_order(self, e: nodes.Apply) -> bool:
        """Whether what is sorted comes in that order: a set's members do, and a map's keys."""
        assert isinstance(e.type, nodes.SeqOf)
        symmetric = {cls.root for cls in self.model.spec.symmetric}
        if symmetric & roots_in(e.type.of):
            raise NotCompiled("`sorted` of members that may change places")
        return not isinstance(e.args[0].type, nodes.SeqOf)

    def words(self, type_: Type) -> str:
        """How many items a collection of a type has, in C; `{}` stands for it."""
        if isinstance(type_, nodes.SeqOf | nodes.MapOf):
            return "size({})" if isinstance(type_, nodes.SeqOf) else "size({}) / 2"
        if not isinstance(type_, nodes.SetOf):
            raise NotCompiled(f"how many items {type_} has")
        if self.is_small(type_.of):
            return "ones_in({} ^ MASK)"
        return "nodes_in({})" if is_node(type_.of) else "words_of({})"

    def chosen(self, type_: Type, items: str) -> str:
        """The item that is chosen of a collection, or the key of a map."""
        n = f"choose({self.words(type_).format(items)})"
        if isinstance(type_, nodes.SetOf) and self.is_small(type_.of):
            return self.small_member(type_.of, f"place_after({items}, {n})")
        if isinstance(type_, nodes.SetOf) and not is_node(type_.of):
            return f"member_at({items}, {n})"
        return f"at({items})[{n}{' * 2' if isinstance(type_, nodes.MapOf) else ''}]"

    def is_small(self, *types: Type) -> bool:
        """Whether all values of the types are small, and follow each other."""
        return all(type_ in self.masks.groups for type_ in types)

    def small_place(self, type_: Type, word: str) -> str:
        """The place of a small value among the bits of a set."""
        first = self.masks.groups[type_]
        return f"({word} - {self.literal(self.masks.values[first])} + {first})"

    def small_member(self, type_: Type, place: str) -> str:
        """The word of the small value that has a place."""
        first = self.masks.groups[type_]
        return f"({place} + {self.literal(self.masks.values[first])} - {first})"

    # The text.

    def text(self) -> str:
        """The tables, once all else is written."""
        checks = [f"static int {n}(W w) {{ return {text}; }}" for n, text in self._checks.values()]
        names = [f"static int {name}(W w);" for name, _ in self._checks.values()]
        ranked = self.atoms.ranked()
        ranks = {atom: i for i, atom in enumerate(ranked)}
        texts = sum(isinstance(atom, str) for atom in ranked)
        defined = [f"#define {n} (ATOM + {ranks[a]}u)" for a, n in self.atoms.names.items()]
        return "\n".join(
            [
                *defined,
                f"#define FIRST_TEXT ATOM\n#define LAST_TEXT (ATOM + {texts}u)",
                f"FOR_PYTHON W constants[{len(self.constants) + 1}];",
                *self._of_sets(ranked),
                *self._of_classes(),
                *self._network(ranked),
                *names,
                *checks,
            ]
        )

    def _of_sets(self, ranked: list[Any]) -> list[str]:
        values = ", ".join(map(self.literal, self.masks.values))
        places = [self.masks.places.get(atom, NO_PLACE) for atom in ranked]
        return [
            numbers(SMALL_NUMBERS=self.masks.numbers, ATOMS=len(ranked)),
            f"const W small_values[PLACES] = {{{values}}};",
            f"const unsigned char small_places[] = {{{', '.join(map(str, [*places, NO_PLACE]))}}};",
        ]

    def _of_classes(self) -> list[str]:
        records = list(self.atoms.records)
        where = [{f.name: 1 + i for i, f in enumerate(fields(c))} for c in records]  # type: ignore[arg-type]
        ends = [
            _array(
                "const int",
                end,
                [at.get(field, 0) if issubclass(c, Message) else 0 for c, at in both],
            )
            for end, field in (("source_at", "source"), ("dest_at", "dest"))
            for both in [list(zip(records, where, strict=True))]
        ]
        found = [
            _array("static const int", name, [at.get(field, -1) for at in where])
            for field, name in self._fields.items()
        ]
        rows = [[int(issubclass(c, kind)) for c in records] for kind in self._kinds]
        width = max(len(records), 1)
        text = ", ".join(str(yes) for row in rows for yes in row or [0]) or "0"
        return [*ends, *found, f"const unsigned char is_a[] = {{{text}}};", numbers(CLASSES=width)]

    def _network(self, ranked: list[Any]) -> list[str]:
        model, spec = self.model, self.model.spec
        ends = [m for cls in model.processes if not cls.everywhere for m in self.members[cls.root]]
        places = {member: i for i, member in enumerate(ends)}
        own, limits = len(model.layout.cells), model.message_limits or (-1, -1)
        most = [limit if limit < LIMIT else -1 for limit in limits]
        queued: Any = model.constants[spec.channel_length] if spec.channel_length else -1
        named = {
            "KEEPS": int(model.keeps),
            "ENDS": len(ends),
            "QUEUES": min(model.channels.values(), default=-1),
            "BAG": own if has_bag(model) else -1,
            "NETWORK": min(model.channels.values(), default=own),
            "MOST_DISTINCT": most[0],
            "MOST_COPIES": most[1],
            "MOST_QUEUED": queued if model.channels else -1,
        }
        return [
            numbers(**named),
            _array("const int", "end_of", [places.get(atom, -1) for atom in ranked]),
        ]


def has_bag(model: Model) -> bool:
    """Whether a cell holds the messages in flight."""
    return model.layout.has_messages and not model.channels


def roots_in(type_: Type) -> set[str]:
    """The classes of the members that a value of a type is, or a tuple of it holds."""
    if isinstance(type_, nodes.TupleOf):
        return set().union(*map(roots_in, type_.items))
    return {type_.root} if isinstance(type_, nodes.Member) else set()


def numbers(**named: int) -> str:
    """Numbers that the engine asks for by their names."""
    return f"const int {', '.join(f'{name} = {value}' for name, value in named.items())};"


def _array(kind: str, name: str, values: Sequence[int]) -> str:
    return f"{kind} {name}[] = {{{', '.join(map(str, values or [0]))}}};"
