"""Sets and maps as symbolic values: predicates and functions of plain values."""

from __future__ import annotations

from typing import Any, cast

import z3

from raftnb.data.values import Map
from raftnb.prove.plain import Reader, Reading, Shape, Supply, no_such
from raftnb.prove.terms import FALSE, TRUE, MapV, SetV, Value, choose, conj, disj, implies, same
from raftnb.tree.nodes import BOOL, Int, MapOf, Never, SetOf, Type, is_nat


class Collected(Shape):
    """What has elements or keys."""

    def reached(self, term: z3.ExprRef) -> z3.BoolRef:
        """Whether it may be in a state: in that of an instance, numbers within its bounds."""
        limits, number = self.theory.limits(), cast(z3.ArithRef, term)
        if limits is None or term.sort() != z3.IntSort():
            return TRUE
        return conj(number >= limits[0], number <= limits[1])


class SetShape(Collected):
    """Sets of plain values."""

    def possible(self) -> None:
        """Elements must be plain."""
        self.theory.set_sort(self.type)

    def declare(self, name: str, arguments: tuple[Type, ...]) -> Reader:
        """A set that has a name; of natural numbers, where so annotated."""
        function = self.theory.function(name, self.type, arguments)
        if is_nat(self.type.of):
            types = (*arguments, self.type.of)
            self.theory.holds_naturals(types, lambda *a: self.named(function(*a[:-1])).has(a[-1]))
        return lambda *a: self.named(function(*a))

    def named(self, name: z3.ExprRef) -> SetV:
        """The set that a term names."""
        member = self.theory.member(self.type)
        return SetV(lambda x: conj(self.reached(x), member(x, name)), name)

    def default(self) -> Value:
        """The empty set."""
        return SetV(lambda x: FALSE)

    def literal(self, value: Any) -> Value:
        """Written out."""
        if not isinstance(value, frozenset):
            raise self.wrong(value)
        return self.holding([self.of(self.type.of).literal(v) for v in value])

    def holding(self, items: list[z3.ExprRef]) -> SetV:
        """The set of these."""
        if items:
            self.theory.plain_sort(self.type.of)
        return SetV(lambda x: disj(*(same(x, item) for item in items)))

    def equal(self, a: Value, b: Value) -> z3.BoolRef:
        """The same elements."""
        x = self.theory.fresh("x", self.theory.plain_sort(self.type.of))
        return self.theory.forall([x], same(a.has(x), b.has(x)))

    def natural(self, value: Value) -> z3.BoolRef:
        """Natural numbers in every element."""
        x = self.theory.fresh("x", self.theory.plain_sort(self.type.of))
        inner = self.of(self.type.of).natural(x)
        return self.theory.forall([x], implies(value.has(x), inner))

    def eligible(self, value: Value) -> z3.BoolRef:
        """Of elements that are."""
        x = self.theory.fresh("x", self.theory.plain_sort(self.type.of))
        return self.theory.forall([x], implies(value.has(x), self.of(self.type.of).eligible(x)))

    def has_numbers_as_keys(self) -> bool:
        """Whether its elements are numbers."""
        return isinstance(self.type.of, Int)

    def from_other(self, value: Value, have: Type) -> Value:
        """The empty one; one with elements of the same kind."""
        if not isinstance(have, SetOf):
            raise no_such(have, self.type)
        if isinstance(have.of, Never):
            return self.default()
        self.of(self.type.of).convert(self.of(have.of).default(), have.of)
        return value

    def fits(self, value: Value, have: Type) -> z3.BoolRef:
        """Whether every element fits."""
        if not isinstance(have, SetOf) or isinstance(have.of, Never):
            return TRUE
        x = self.theory.fresh("x", self.theory.plain_sort(have.of))
        inner = self.of(self.type.of).accepts(x, have.of)
        return self.theory.forall([x], implies(value.has(x), inner))

    def read(self, value: Value, reading: Reading) -> Any:
        """The frozenset."""
        inside = reading.values(self.type.of)
        held = [v for v in inside if z3.is_true(reading.constant(value.has(v)))]
        return frozenset(self.of(self.type.of).read(v, reading) for v in held)

    def sample(self, supply: Supply) -> Any:
        """At most two draws."""
        draws = range(supply.chance.choice((0, 1, 2)))
        return frozenset(self.of(self.type.of).sample(supply) for _ in draws)


class MapShape(Collected):
    """Maps from plain keys."""

    def possible(self) -> None:
        """Keys must be plain."""
        self.theory.plain_sort(self.type.key)
        super().possible()

    @property
    def inner(self) -> Shape:
        """The shape of the values."""
        return self.of(self.type.value)

    def declare(self, name: str, arguments: tuple[Type, ...]) -> Reader:
        """Which keys it has (natural ones where so annotated), and a value for every key."""
        keys = (*arguments, self.type.key)
        self.theory.plain_sort(self.type.key)
        has = self.of(BOOL).declare(f"{name}.has", keys)
        if is_nat(self.type.key):
            self.theory.holds_naturals(keys, has)
        get = self.inner.declare(f"{name}.of", keys)
        return lambda *a: MapV(lambda k: conj(self.reached(k), has(*a, k)), lambda k: get(*a, k))

    def default(self) -> Value:
        """The empty map."""
        return MapV(lambda k: FALSE, lambda k: self.inner.default())

    def literal(self, value: Any) -> Value:
        """Written out."""
        if not isinstance(value, Map):
            raise self.wrong(value)
        key = self.of(self.type.key)
        return self.paired([(key.literal(k), self.inner.literal(v)) for k, v in value.items()])

    def paired(self, pairs: list[tuple[z3.ExprRef, Value]]) -> MapV:
        """The map of these keys and values; of equal keys the last counts."""
        if pairs:
            self.theory.plain_sort(self.type.key)

        def get(k: z3.ExprRef) -> Value:
            found = pairs[0][1] if pairs else self.inner.default()
            for key, value in pairs[1:]:
                found = choose(same(k, key), value, found)
            return found

        return MapV(lambda k: disj(*(same(k, key) for key, _ in pairs)), get)

    def equal(self, a: Value, b: Value) -> z3.BoolRef:
        """The same keys, and the same value for each."""
        k = self.theory.fresh("k", self.theory.plain_sort(self.type.key))
        inner = implies(a.has(k), self.inner.equal(a.get(k), b.get(k)))
        return self.theory.forall([k], conj(same(a.has(k), b.has(k)), inner))

    def natural(self, value: Value) -> z3.BoolRef:
        """Natural numbers in every key and value."""
        k = self.theory.fresh("k", self.theory.plain_sort(self.type.key))
        inner = conj(self.of(self.type.key).natural(k), self.inner.natural(value.get(k)))
        return self.theory.forall([k], implies(value.has(k), inner))

    def eligible(self, value: Value) -> z3.BoolRef:
        """With every key that is, and eligible values; numbers are keys up to a model's horizon."""
        k = self.theory.fresh("k", self.theory.plain_sort(self.type.key))
        key = self.of(self.type.key).eligible(k)
        limits = self.theory.limits()
        every = (
            TRUE
            if isinstance(self.type.key, Int) and limits is None
            else implies(key, value.has(k))
        )
        inner = implies(value.has(k), conj(key, self.inner.eligible(value.get(k))))
        return self.theory.forall([k], conj(every, inner))

    def within(self, value: Value, low: int, top: int) -> z3.BoolRef:
        """Every value."""
        k = self.theory.fresh("k", self.theory.plain_sort(self.type.key))
        inner = self.inner.within(value.get(k), low, top)
        return self.theory.forall([k], implies(value.has(k), inner))

    def has_numbers_as_keys(self) -> bool:
        """Whether its keys are numbers, or something in its values."""
        return isinstance(self.type.key, Int) or self.inner.has_numbers_as_keys()

    def from_other(self, value: Value, have: Type) -> Value:
        """The empty one; one whose keys are of the same kind and whose values can be converted."""
        if not isinstance(have, MapOf):
            raise no_such(have, self.type)
        if isinstance(have.key, Never):
            return self.default()
        key = self.of(have.key).default()
        self.of(self.type.key).convert(key, have.key)
        self.inner.convert(value.get(key), have.value)
        return MapV(value.has, lambda k: self.inner.convert(value.get(k), have.value))

    def fits(self, value: Value, have: Type) -> z3.BoolRef:
        """Whether every key and every value fits."""
        if not isinstance(have, MapOf) or isinstance(have.key, Never):
            return TRUE
        k = self.theory.fresh("k", self.theory.plain_sort(have.key))
        key = self.of(self.type.key).accepts(k, have.key)
        inner = conj(key, self.inner.accepts(value.get(k), have.value))
        return self.theory.forall([k], implies(value.has(k), inner))

    def read(self, value: Value, reading: Reading) -> Any:
        """The map."""
        keys = reading.values(self.type.key)
        held = [k for k in keys if z3.is_true(reading.constant(value.has(k)))]
        key = self.of(self.type.key)
        return Map((key.read(k, reading), self.inner.read(value.get(k), reading)) for k in held)

    def sample(self, supply: Supply) -> Any:
        """At most three draws."""
        draws = range(supply.chance.choice((0, 1, 2, 3)))
        key = self.of(self.type.key)
        return Map((key.sample(supply), self.inner.sample(supply)) for _ in draws)
