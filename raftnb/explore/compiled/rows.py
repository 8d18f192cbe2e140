"""Where the variables stand in a row: of few values, several share one word of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from raftnb.data.values import order
from raftnb.explore.compiled.masks import values_of
from raftnb.explore.compiled.tables import Tables, has_bag, numbers
from raftnb.language.spec import Model
from raftnb.tree import nodes
from raftnb.tree.nodes import Type

LEAST_GROUP = 3
"""A process with at least so many variables is one word, if one of them may be large."""
WORD = 32
SMALL, MARGIN, TEXTS = 64, 4, 64
"""There is room for so many natural numbers, or for so many times the model's horizon, and for so
many texts; a row is made anew, and wider, where that is too small."""
LARGE = 16
"""What takes more bits has a word of its own."""
MOST_BITS = 28
"""A bit for each row that there may be takes 32 megabytes then."""
LEAST_BITS = 8
"""A set of numbers has room for so many of the first, or for those up to the model's horizon."""


class Values(NamedTuple):
    """So many values, from one on, given as its word in C: each word that has these low bits."""

    many: int
    lowest: str
    low_bits: int = 0


class Field(NamedTuple):
    """Where a group of cells stands in a row: which of its bits have a number for its value.

    `lowest` is the word, in C, of the value whose number is 0, and the others differ from it above
    the `low_bits`; with `or_none` the number with all bits set is None.
    """

    bits: int = WORD
    lowest: str = "0"
    low_bits: int = 0
    or_none: bool = False


def grouped(model: Model, fields: Sequence[Field]) -> list[tuple[int, int]]:
    """Which cells are looked at as one word, as the first one and how many.

    The variables of a process are one word where they are several, and not all of few values; the
    last cell is that of the messages in flight, where they are in no queues.
    """
    found: list[tuple[int, int]] = []
    own = len(model.variables)
    owners = [cell.owner for cell in model.layout.cells[:own]]
    shared = {cls.root for cls in model.spec.shared}
    for owner in dict.fromkeys(owners):
        first, n = owners.index(owner), owners.count(owner)
        is_large = any(field.bits == WORD for field in fields[first : first + n])
        together = n >= LEAST_GROUP and is_large and owner not in shared
        found += [(first, n)] if together else [(first + i, 1) for i in range(n)]
    return found + [(i, 1) for i in range(own, len(model.layout.cells) + has_bag(model))]


class Rows:
    """The groups of a model's cells, and their fields; where they are `wide`, what may have any
    number of values has a whole word each."""

    def __init__(self, tables: Tables, *, wide: bool) -> None:
        self.tables, self.model, self.wide = tables, tables.model, wide
        self._fields = [self._field(cell) for cell in range(len(self.model.variables))]
        self.groups = grouped(self.model, self._fields)
        self.group_of = [g for g, (_, n) in enumerate(self.groups) for _ in range(n)]
        self._placed = list(self._places())
        self.width = 1 + max((place for _, place, _ in self._placed), default=0)

    def text(self) -> list[str]:
        """The tables."""
        rows, cells = [], len(self.group_of)
        for (first, n), (field, place, shift) in zip(self.groups, self._placed, strict=True):
            largest, none = (1 << field.bits) - 1, int(field.or_none)
            code = f"{field.lowest}, {largest - none}u, {largest << shift}u, {none}"
            rows.append(f"{{{first}, {n}, {place}, {shift}, {field.low_bits}, {code}}}")
        unpacked = " ".join(map(self._unpacked, range(len(rows))))
        return [
            numbers(CELLS=cells, GROUPS=len(rows), WIDTH=self.width, ROW_BITS=self._bits()),
            f"W before_step[{cells}], after_step[{cells}], looked_at[{cells}];",
            f"W base[{len(rows) + 1}];",
            f"uint64_t coefficients[{self.width}], stamps[{len(rows)}], beginning_of[{cells + 1}];",
            f"const struct group groups[] = {{{', '.join(rows)}}};",
            f"const int group_of[] = {{{', '.join(map(str, self.group_of))}}};",
            f"void unpack(W *cells, const W *row) {{ {unpacked} }}",
        ]

    def _bits(self) -> int:
        """Of a row of one word, if they are few, or 0; there is a word for each 32 such rows."""
        used = max([5, *(shift + field.bits for field, _, shift in self._placed)])
        return used if self.width == 1 and used <= MOST_BITS else 0

    def words(self, asked: Iterable[int]) -> str:
        """The function that reads some groups of a row."""
        read = " ".join(f"base[{g}] = {self._word(g)};" for g in sorted(asked))
        return f"void read_words(const W *row) {{ {read} }}"

    def _unpacked(self, g: int) -> str:
        """A group as its cells."""
        first, n = self.groups[g]
        if n == 1:
            return f"cells[{first}] = {self._word(g)};"
        return f"memcpy(cells + {first}, at({self._word(g)}), {n} * sizeof(W));"

    def _word(self, g: int) -> str:
        """The word of a group of a row (`word_in` of model.h)."""
        field, place, shift = self._placed[g]
        if field.bits == WORD:
            return f"row[{place}]"
        code = f"(row[{place}] >> {shift} & {(1 << field.bits) - 1}u)"
        word = f"({code} << {field.low_bits}) + {field.lowest}"
        return f"({code} == {(1 << field.bits) - 1}u ? NONE : {word})" if field.or_none else word

    def _places(self) -> Iterator[tuple[Field, int, int]]:
        """The field of each group, in which word, and from which bit on."""
        words, shared, used = 0, 0, WORD
        for first, n in self.groups:
            is_one = n == 1 and first < len(self._fields)
            field = self._fields[first] if is_one else Field()
            if field.bits == WORD:
                yield field, words, 0
                words += 1
                continue
            if used + field.bits > WORD:
                words, shared, used = words + 1, words, 0
            yield field, shared, used
            used += field.bits

    def _field(self, cell: int) -> Field:
        variable, cls = self.model.variables[cell]
        type_ = self.tables.program.variable_type(cls.root, variable.name)
        optional = isinstance(type_, nodes.Option)
        found = self._values(type_.of if isinstance(type_, nodes.Option) else type_)
        if found is None or found.many > 1 << LARGE:
            return Field()
        bits = max(1, (found.many + optional - 1).bit_length())
        return Field(bits, found.lowest, found.low_bits, optional)

    def _values(self, type_: Type) -> Values | None:
        """The values of a type that are few, and whose words follow each other."""
        tables = self.tables
        if isinstance(type_, nodes.Bool):
            return Values(2, tables.literal(False))
        if isinstance(type_, nodes.Choice):
            members = sorted(type_.cls.__members__.values(), key=order)
            names = [tables.literal(member) for member in members]  # all of them are known then
            return Values(len(names), names[0])
        if isinstance(type_, nodes.Member):
            return Values(len(tables.members[type_.root]), tables.first(type_.root))
        if isinstance(type_, nodes.Text) and not self.wide:
            return Values(TEXTS, "FIRST_TEXT")
        if isinstance(type_, nodes.SetOf):
            return self._sets(type_.of)
        if isinstance(type_, nodes.Int) and type_.natural and not self.wide:
            return Values(max(SMALL, MARGIN * self.model.horizon), "ZERO")
        return None

    def _sets(self, member: Type) -> Values | None:
        """The same of sets, as words of bits."""
        masks = self.tables.masks
        if masks.groups.get(member) is not None:
            members = values_of(member, self.tables.members)
            return Values(1 << len(members), "MASK", masks.groups[member])
        if nodes.is_nat(member) and not self.wide:
            return Values(1 << min(masks.numbers, max(LEAST_BITS, self.model.horizon + 1)), "MASK")
        return None
