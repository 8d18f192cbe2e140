"""What the solver is told of a specification: sorts, functions of the state, and what they obey."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any

import z3

from raftnb.data.domains import Domain
from raftnb.data.errors import SpecError
from raftnb.data.values import Map, Message, Record
from raftnb.language.initial import Anything, Each, HistoryInitial
from raftnb.prove.sorts import Family, Function, Reader, Sorts, Symbolic
from raftnb.prove.values import (
    FALSE,
    TRUE,
    MapV,
    OptionV,
    RecordV,
    SeqV,
    SetV,
    Value,
    choose,
    conj,
    disj,
    implies,
    is_empty_of,
    is_plain,
    members_of,
    same,
)  # fmt: skip
from raftnb.tree.nodes import (
    BOOL,
    Bool,
    Choice,
    Int,
    MapOf,
    Member,
    Nothing,
    Option,
    RecordOf,
    SeqOf,
    SetOf,
    Type,
)  # fmt: skip


class Theory(Sorts):
    """Functions of the state for one program, and what they obey."""

    def any_value(self, name: str, type_: Type) -> Value:
        """A value about which nothing is known but its type."""
        self._count += 1
        return self.declare(f"{name}!{self._count}", type_, ())()

    # Functions of the state.

    def declare(self, name: str, type_: Type, arguments: tuple[Type, ...]) -> Reader:
        """Functions for a value of any type that depends on arguments of plain types."""
        if isinstance(type_, Option):
            some = self.declare(f"{name}.some", BOOL, arguments)
            value = self.declare(f"{name}.value", type_.of, arguments)
            return lambda *a: OptionV(some(*a), value(*a))
        if isinstance(type_, SeqOf):
            length = self._lengths(name, arguments)
            item = self.declare(name, type_.of, (*arguments, Int()))
            return lambda *a: SeqV(length(*a), lambda k: item(*a, k))
        if isinstance(type_, MapOf):
            has = self.declare(f"{name}.has", BOOL, (*arguments, type_.key))
            self._natural_keys(has, (*arguments, type_.key))
            get = self.declare(f"{name}.of", type_.value, (*arguments, type_.key))
            return lambda *a: MapV(lambda k: has(*a, k), lambda k: get(*a, k))
        if isinstance(type_, RecordOf) and not issubclass(type_.cls, Message):
            fields = {
                f: self.declare(f"{name}.{f}", t, arguments) for f, t in self.fields(type_.cls)
            }
            return lambda *a: RecordV(type_.cls, {f: read(*a) for f, read in fields.items()})
        function = self._function(name, type_, arguments)
        if isinstance(type_, SetOf):
            return lambda *a: self.named_set(type_, function(*a))
        if isinstance(type_, RecordOf):
            return lambda *a: self.message(type_.cls, function(*a))
        if isinstance(type_, Choice):
            self._bounded(function, arguments, len(members_of(type_)))
        if isinstance(type_, Int) and type_.natural:
            self._bounded(function, arguments, None)
        return lambda *a: function(*a)

    def _function(self, name: str, type_: Type, arguments: tuple[Type, ...]) -> z3.FuncDeclRef:
        if name not in self.functions:
            decl = z3.Function(name, *map(self.sort, arguments), self.sort(type_))
            self.functions[name] = Function(decl, arguments, type_)
        return self.functions[name].decl

    def _lengths(self, name: str, arguments: tuple[Type, ...]) -> z3.FuncDeclRef:
        function = self._function(f"{name}.len", Int(True), arguments)
        self._bounded(function, arguments, None)
        return function

    def _bounded(
        self, function: z3.FuncDeclRef, arguments: Sequence[Type], top: int | None
    ) -> None:
        """A natural number is never negative; an enum's number is one of its members'.

        That what is written to a `Nat` is natural is proved of each step (see `natural`).
        """
        bound = [self.fresh("x", self.sort(t)) for t in arguments]
        term = function(*bound)
        fact = conj(term >= 0, term < top) if top is not None else term >= 0
        self.axioms.append(self.forall(bound, fact, [term]))

    def _natural_keys(self, has: Reader, arguments: tuple[Type, ...]) -> None:
        """A map with natural numbers as keys has no others."""
        if isinstance(arguments[-1], Int) and arguments[-1].natural:
            bound = [self.fresh("x", self.sort(t)) for t in arguments]
            term = has(*bound)
            fact = implies(term, bound[-1] >= 0)
            self.axioms.append(self.forall(bound, fact, [term]))

    def natural(self, value: Value, type_: Type) -> z3.BoolRef:
        """Whether every number in a value that is annotated as natural is so."""
        if isinstance(type_, Int):
            return value >= 0 if type_.natural else TRUE
        if isinstance(type_, Option):
            return implies(value.some, self.natural(value.value, type_.of))
        if isinstance(type_, SeqOf):
            k = self.fresh("k", z3.IntSort())
            inner = self.natural(value.at(k), type_.of)
            return self.forall([k], implies(conj(k >= 0, k < value.length), inner))
        if isinstance(type_, MapOf):
            k = self.fresh("k", self.sort(type_.key))
            inner = conj(self.natural(k, type_.key), self.natural(value.get(k), type_.value))
            return self.forall([k], implies(value.has(k), inner))
        if isinstance(type_, RecordOf):
            parts = [(value.fields[f], t) for f, t in self.fields(type_.cls) if f in value.fields]
            return conj(*(self.natural(v, t) for v, t in parts))
        return TRUE

    def fields(self, cls: type[Record]) -> list[tuple[str, Type]]:
        """A record's fields with their types."""
        names = list(cls.__dataclass_fields__)  # type: ignore[attr-defined]
        found = [(name, self.program.field_type(cls, name)) for name in names]
        return [(name, type_) for name, type_ in found if type_ is not None]

    def message(self, cls: type[Any], name: z3.ExprRef) -> RecordV:
        """A message that is in flight, its fields functions of the message."""
        kind, of = cls.__name__, RecordOf(cls)
        if kind not in self._messages:
            self._messages[kind] = {
                f: self.declare(f"{kind}.{f}", t, (of,)) for f, t in self.fields(cls)
            }
        read = self._messages[kind]
        return RecordV(cls, {f: reader(name) for f, reader in read.items()}, name)

    def state(self, mark: str = "") -> Symbolic:
        """A state about which nothing is known."""
        variables: dict[tuple[str, str], Reader] = {}
        for (root, name), type_ in self.variables().items():
            arguments = (Member(root),) if self.has_owner(root) else ()
            declared = self.declare(f"{root}.{name}{mark}", type_, arguments)
            variables[root, name] = self._total(root, name, declared)
        sent = {
            kind.__name__: self._function(f"sent {kind.__name__}{mark}", BOOL, (RecordOf(kind),))
            for kind in self.program.message_kinds()
        }
        return Symbolic(variables, dict(sent))

    def has_owner(self, root: str) -> bool:
        """Whether a variable belongs to a process, and not to all."""
        return issubclass(self.program.classes[root], Domain)

    def variables(self) -> dict[tuple[str, str], Type]:
        """The variables that can be translated (a history of mixed records cannot, nor need be)."""
        found: dict[tuple[str, str], Type] = {}
        for variable, cls in self.program.model.variables:
            try:
                type_ = self.program.variable_type(cls.root, variable.name)
                self._try(type_)
            except SpecError:
                if not variable.is_history:
                    raise
                continue
            found.setdefault((cls.root, variable.name), type_)
        return found

    def _try(self, type_: Type) -> None:
        parts = [v for v in vars(type_).values() if isinstance(v, Type)]
        if isinstance(type_, MapOf):
            self.sort(type_.key)
        if is_plain(type_):
            self.sort(type_)
        for part in parts:
            self._try(part)

    def is_total(self, root: str, name: str) -> bool:
        """Whether a map was declared with `each`: then it always has every key."""
        return isinstance(self.program.classes[root].variables[name].initial, Each)

    def _total(self, root: str, name: str, reader: Reader) -> Reader:
        if not self.is_total(root, name):
            return reader
        return lambda *a: MapV(lambda k: TRUE, reader(*a).get)

    # Initial values, and values that are known.

    def initial(self) -> Symbolic:
        """The initial states."""
        variables: dict[tuple[str, str], Reader] = {}
        for (root, name), type_ in self.variables().items():
            variables[root, name] = self._initial(root, name, type_)
        sent = {kind.__name__: (lambda m: FALSE) for kind in self.program.message_kinds()}
        return Symbolic(variables, dict(sent))

    def _initial(self, root: str, name: str, type_: Type) -> Reader:
        first = self.program.classes[root].variables[name].initial
        if isinstance(first, Anything):
            arguments = (Member(root),) if self.has_owner(root) else ()
            return self.declare(f"initial {root}.{name}", type_, arguments)
        if isinstance(first, Each) and isinstance(type_, MapOf):
            value = self.literal(first.value, type_.value)
            return lambda *a: MapV(lambda k: TRUE, lambda k: value)
        known = self.literal(first.value if isinstance(first, HistoryInitial) else first, type_)
        return lambda *a: known

    def default(self, type_: Type) -> Value:
        """Some value of a type, for where it does not matter which."""
        if isinstance(type_, Option):
            return OptionV(FALSE, self.default(type_.of))
        if isinstance(type_, SeqOf):
            return SeqV(z3.IntVal(0), lambda k: self.default(type_.of))
        if isinstance(type_, SetOf):
            return SetV(lambda x: FALSE)
        if isinstance(type_, MapOf):
            return MapV(lambda k: FALSE, lambda k: self.default(type_.value))
        if isinstance(type_, RecordOf):
            return RecordV(type_.cls, {f: self.default(t) for f, t in self.fields(type_.cls)})
        if isinstance(type_, Member):
            return z3.Const(f"some {type_.root}", self.sort(type_))
        return FALSE if isinstance(type_, Bool) else z3.IntVal(0)

    def literal(self, value: Any, type_: Type) -> Value:
        """A Python value as a symbolic one."""
        if isinstance(type_, Option):
            if value is None:
                return self.default(type_)
            return OptionV(TRUE, self.literal(value, type_.of))
        if isinstance(value, bool):
            return z3.BoolVal(value)
        if isinstance(value, Enum):
            return z3.IntVal(list(type(value)).index(value))
        if isinstance(value, int):
            if value < 0 and isinstance(type_, Int) and type_.natural:
                raise SpecError(
                    f"{value} where a natural number is annotated",
                    allowed="0, 1, 2, ...",
                    cure="annotate it as `int`",
                )
            return z3.IntVal(value)
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Domain):
            return self.members[value.root][value.index]
        return self._collection(value, type_)

    def _collection(self, value: Any, type_: Type) -> Value:
        if isinstance(value, tuple) and isinstance(type_, SeqOf):
            items = [self.literal(v, type_.of) for v in value]
            return self.listed(items, type_.of)
        if isinstance(value, frozenset) and isinstance(type_, SetOf):
            elements = [self.literal(v, type_.of) for v in value]
            return SetV(lambda x: disj(*(same(x, e) for e in elements)))
        if isinstance(value, Map) and isinstance(type_, MapOf):
            pairs = [
                (self.literal(k, type_.key), self.literal(v, type_.value)) for k, v in value.items()
            ]
            return self.mapped(pairs, type_.value)
        if isinstance(value, Record) and isinstance(type_, RecordOf):
            inner = {f: self.literal(getattr(value, f), t) for f, t in self.fields(type_.cls)}
            return RecordV(type_.cls, inner)
        raise SpecError(
            f"the value {value!r}", allowed=f"a value of {type_}", cure="mend the annotation"
        )

    def listed(self, items: list[Value], of: Type) -> SeqV:
        """A sequence written out."""

        def at(k: z3.ArithRef) -> Value:
            found = items[-1] if items else self.default(of)
            for i in reversed(range(len(items) - 1)):
                found = choose(same(k, z3.IntVal(i)), items[i], found)
            return found

        return SeqV(z3.IntVal(len(items)), at)

    def mapped(self, pairs: list[tuple[z3.ExprRef, Value]], of: Type) -> MapV:
        """A map written out; of equal keys the last counts."""

        def get(k: z3.ExprRef) -> Value:
            found = pairs[0][1] if pairs else self.default(of)
            for key, value in pairs[1:]:
                found = choose(same(k, key), value, found)
            return found

        return MapV(lambda k: disj(*(same(k, key) for key, _ in pairs)), get)

    # Sets with names.

    def named_set(self, type_: SetOf, name: z3.ExprRef) -> SetV:
        """The set that a term names."""
        member = self.member(type_)
        return SetV(lambda x: member(x, name), name)

    def member(self, type_: SetOf) -> z3.FuncDeclRef:
        """The relation between elements and named sets."""
        return self._function(f"in {self.sort(type_)}", BOOL, (type_.of, type_))

    def name_of(self, value: SetV, type_: SetOf, bound: tuple[z3.ExprRef, ...]) -> z3.ExprRef:
        """A term that names a set: every set has a name, the same where its predicate is."""
        if value.name is not None:
            return value.name
        if value.either is not None:
            test, yes, no = value.either
            names = self.name_of(yes, type_, bound), self.name_of(no, type_, bound)
            return choose(test, *names)
        probe = z3.Const(f"any {self.sort(type_.of)}", self.sort(type_.of))
        inside = value.has(probe)
        if inside.get_id() not in self._named_sets:
            self._count += 1
            sorts = [b.sort() for b in bound]
            term = z3.Function(f"set!{self._count}", *sorts, self.sort(type_))(*bound)
            held = self.member(type_)(probe, term)
            self.axioms.append(self.forall([*bound, probe], held == inside, [held]))
            self._named_sets[inside.get_id()] = (inside, term)
        return self._named_sets[inside.get_id()][1]

    def cardinality(self, value: SetV, type_: SetOf, bound: tuple[z3.ExprRef, ...]) -> z3.ArithRef:
        """The size of a set: a number of which nothing is known but that it is not negative."""
        return self.size_function(type_)(self.name_of(value, type_, bound))

    def size_function(self, type_: SetOf) -> z3.FuncDeclRef:
        """The sizes of sets of a type."""
        name = f"size of {self.sort(type_)}"
        if name not in self.functions:
            self._bounded(self._function(name, Int(True), (type_,)), (type_,), None)
        return self._function(name, Int(True), (type_,))

    def size_of(self, root: str) -> z3.ArithRef:
        """How many members a domain or process class has."""
        if self.sizes is not None:
            return z3.IntVal(len(self.sizes[root]))
        return z3.Int(f"size of {root}")

    # Quantifiers, equality, and types joined.

    def forall(
        self, bound: Sequence[z3.ExprRef], body: z3.BoolRef, patterns: Any = ()
    ) -> z3.BoolRef:
        """For all values of the bound constants."""
        free = self.free(bound)
        if not free or z3.is_true(body) or z3.is_false(body):
            return body
        return z3.ForAll(free, body, patterns=list(patterns))

    def exists(self, bound: Sequence[z3.ExprRef], body: z3.BoolRef) -> z3.BoolRef:
        """For some values of the bound constants."""
        free = self.free(bound)
        if not free or z3.is_true(body) or z3.is_false(body):
            return body
        return z3.Exists(free, body)

    def equal(self, a: Value, b: Value, type_: Type) -> z3.BoolRef:
        """Whether two values of a type are the same."""
        if isinstance(type_, Option):
            inner = self.equal(a.value, b.value, type_.of)
            return conj(same(a.some, b.some), implies(a.some, inner))
        if isinstance(type_, SeqOf):
            k = self.fresh("k", z3.IntSort())
            inner = self.equal(a.at(k), b.at(k), type_.of)
            each = self.forall([k], implies(conj(k >= 0, k < a.length), inner))
            return conj(same(a.length, b.length), each)
        if isinstance(type_, SetOf):
            x = self.fresh("x", self.sort(type_.of))
            return self.forall([x], same(a.has(x), b.has(x)))
        if isinstance(type_, MapOf):
            k = self.fresh("k", self.sort(type_.key))
            inner = implies(a.has(k), self.equal(a.get(k), b.get(k), type_.value))
            return self.forall([k], conj(same(a.has(k), b.has(k)), inner))
        if isinstance(type_, RecordOf):
            fields = self.fields(type_.cls)
            return conj(*(self.equal(a.fields[f], b.fields[f], t) for f, t in fields))
        return same(a, b)

    def is_present(self, value: Value, have: Type, want: Type) -> z3.BoolRef:
        """Whether there is no None in a value where the wanted type has none."""
        if isinstance(have, Option) and not isinstance(want, Option | Nothing):
            return value.some
        if isinstance(have, SeqOf) and isinstance(want, SeqOf) and have != want:
            k = self.fresh("k", z3.IntSort())
            inner = self.is_present(value.at(k), have.of, want.of)
            return self.forall([k], implies(conj(k >= 0, k < value.length), inner))
        if isinstance(have, MapOf) and isinstance(want, MapOf) and have != want:
            if is_empty_of(have):
                return TRUE
            k = self.fresh("k", self.sort(have.key))
            inner = self.is_present(value.get(k), have.value, want.value)
            return self.forall([k], implies(value.has(k), inner))
        return TRUE

    def convert(self, value: Value, have: Type, want: Type) -> Value:
        """A value as one of a wider type: None and empty collections, T as `T | None`."""
        if have == want or isinstance(want, Nothing):
            return value
        if is_empty_of(have):
            return self.default(want)
        if isinstance(have, Option) and not isinstance(want, Option):
            return self.convert(value.value, have.of, want)
        if isinstance(want, Option):
            if isinstance(have, Option):
                return OptionV(value.some, self.convert(value.value, have.of, want.of))
            return OptionV(TRUE, self.convert(value, have, want.of))
        if isinstance(want, SeqOf) and isinstance(have, SeqOf):
            return SeqV(value.length, lambda k: self.convert(value.at(k), have.of, want.of))
        if isinstance(want, MapOf) and isinstance(have, MapOf):
            wide, narrow = want.value, have.value
            return MapV(value.has, lambda k: self.convert(value.get(k), narrow, wide))
        return value


__all__ = ["Family", "Function", "Symbolic", "Theory", "disj"]
