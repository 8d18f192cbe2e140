"""Random proofs of random specifications: lemmas, axioms, opaque operators, cuts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.oracles.random_types import BOOL, Chance, Operator, Ty, Vocabulary, set_of
from tests.oracles.random_writer import Scope, Writer

Lines = list[str]
NODE = Ty("member", "Node")
NODES = set_of(NODE)
AB = "a: Set[Node], b: Set[Node]"

# Operators that can be opaque: relations of their arguments. With each what is said of it, true or
# not: an axiom that counting does not prove must not be used.
OPERATORS: dict[str, tuple[str, tuple[Ty, ...], tuple[tuple[str, str], ...]]] = {
    "is_most": (
        "2 * len(a) > len(Node)",
        (NODES,),
        (
            (AB, "not (is_most(a) and is_most(b)) or any(n in a and n in b for n in Node)"),
            (AB, "not is_most(a) or any(n in a and n not in b for n in Node) or is_most(b)"),
            ("a: Set[Node]", "any(n not in a for n in Node) or is_most(a)"),
            (AB, "not (is_most(a) and is_most(b))"),
            (AB, "is_most(a) or is_most(b)"),
        ),
    ),
    "is_half": (
        "2 * len(a) >= len(Node)",
        (NODES,),
        (
            (AB, "not (is_half(a) and is_half(b)) or any(n in a and n in b for n in Node)"),
            ("a: Set[Node]", "is_half(a) or any(n not in a for n in Node)"),
        ),
    ),
    "meet": (
        "any(n in a and n in b for n in Node)",
        (NODES, NODES),
        (
            (AB, "len(a) + len(b) <= len(Node) or any(n in a and n in b for n in Node)"),
            (AB, "len(a) + len(b) < len(Node) or any(n in a and n in b for n in Node)"),
        ),
    ),
    "has": ("k in a", (NODES, NODE), ()),
    "has_all": ("a <= b", (NODES, NODES), ((AB, "a <= b or len(a) > 0"),)),
    "size": ("len(a)", (NODES,), ()),
}
PLAIN_AXIOMS = (
    ("a: Set[Node]", "len(a) <= len(Node)"),
    ("a: Set[Node]", "len(a) < len(Node)"),
    ("a: Set[Node]", "len(a) >= 0 and len(Node) - len(a) >= 0"),
    ("a: Set[Node]", "len(a) == 0 or any(n in a for n in Node)"),
    (AB, "not (all(n in b or n not in a for n in Node)) or len(a) <= len(b)"),
    (AB, "len(a) == len(b)"),
    (AB, "len(a) <= len(b) or len(b) <= len(a)"),
    ("k: Node", "k in {k}"),
    ("n: Nat", "n >= 0"),
    ("a: Set[Node]", "2 * len(a) != 3"),
    ("a: Set[Node]", "all(all(n == k for n in Node) for k in a)"),
)


def with_operators(chance: Chance, words: Vocabulary) -> list[Lines]:
    """The text of an operator that may be opaque, which the expressions made later can call."""
    name = chance.one(list(OPERATORS))
    body, types, _ = OPERATORS[name]
    names = ("a", "b" if types[-1] == NODES else "k")[: len(types)]
    result = Ty("nat", "Nat") if name == "size" else BOOL
    parameters = tuple(zip(names, types, strict=True))
    words.operators.append(Operator("", name, parameters, result))
    chance.made["a relation of sets"] += 1
    head = ", ".join(f"{n}: {t}" for n, t in parameters)
    return [[f"def {name}({head}) -> {result}:", f"    return {body}"]]


class Proofs:
    """Writes the proof of one specification; its claims are known by name."""

    def __init__(
        self, g: Writer, claims: Mapping[str, Sequence[str]], actions: Sequence[str], chance: Chance
    ) -> None:
        self.g, self.chance, self.claims, self.actions = g, chance, claims, actions
        self.relations = [o.name for o in g.words.operators if o.name in OPERATORS]
        self.known: list[str] = []
        self.blocks: list[Lines] = []

    def made(self) -> list[Lines]:
        """The definitions of axioms and cuts, and the proof itself."""
        chance = self.chance
        states = chance.sample(self.claims["invariants"], len(self.claims["invariants"]))
        later = states[1:] if chance.yes(0.3) else []
        axioms = self.axioms()
        self.known += [name for name in states if name not in later]
        fields = {"invariant": [self.lemma(name) for name in states if name not in later]}
        fields["derived"] = []
        for name in later:
            fields["derived"].append(self.lemma(name))
            self.known.append(name)
        fields["goals"] = [self.lemma(name) for name in self.claims["transitions"]]
        fields["axioms"] = axioms
        if self.relations and chance.yes(0.7):
            chance.made["proof: opaque"] += 1
            fields["opaque"] = self.relations
        if chance.yes(0.3):
            fields["defined"] = chance.sample(self.known, min(1, len(self.known)))
        lines = [f"    {field}=({', '.join(texts)},)," for field, texts in fields.items() if texts]
        cuts = self.cuts()
        for field, texts in fields.items():
            chance.made[f"proof: {field}"] += bool(texts)
        head = [] if fields["invariant"] else ["    invariant=(),"]
        return [*self.blocks, ["PROOF = Proof(", "    SPEC,", *head, *lines, *cuts, ")"]]

    def lemma(self, name: str) -> str:
        """A lemma that uses some of what is known by now."""
        others = [other for other in self.known if other != name]
        uses = self.chance.some(others, 0.4)
        triggers = ""
        if self.relations and self.chance.yes(0.03):
            triggers = f', triggers=(("{self.relations[0]}(a)",),)'
        self.chance.made["proof: uses"] += bool(uses)
        return f"Lemma({name}, uses=({''.join(u + ', ' for u in uses)}){triggers})"

    def axioms(self) -> list[str]:
        """Axioms about sets of processes, right and wrong ones."""
        options = [row for name in self.relations for row in OPERATORS[name][2]] * 3
        found = []
        for i in range(self.chance.one((0, 0, 1, 2)) if not options else self.chance.one((1, 2))):
            head, body = self.chance.one([*options, *PLAIN_AXIOMS])
            self.blocks.append([f"def axiom{i}({head}) -> bool:", f"    return {body}"])
            self.known.append(f"axiom{i}")
            calls = [f'"{n}({p})"' for n in self.relations for p in "ab" if f"{n}({p})" in body]
            known = len(calls) == head.count(":") or self.chance.yes(0.2)  # else it is refused
            trigger = f", triggers=(({', '.join(calls)},),)" if calls and known else ""
            found.append(f"Lemma(axiom{i}{trigger})")
        return found

    def cuts(self) -> Lines:
        """A claim of an action's step in its own parameters, proved before the others."""
        if not self.actions or not self.chance.yes(0.2):
            return []
        self.chance.made["proof: cuts"] += 1
        body = self.g.expr(BOOL, Scope((("self", NODE),), "", "step"), 2)
        self.blocks.append(["def cut0(self: Node) -> bool:", f"    return {body}"])
        return [f"    cuts={{'{self.actions[0]}': ({self.lemma('cut0')},)}},"]
