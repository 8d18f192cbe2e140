"""Names in TLA+: one for each thing of a specification, different from all others in sight.

TLA+ lets no name hide another. So names of one kind, such as an action and a variable that are both
called `request`, are told apart by their class; bound names that would hide one are changed.
"""

from __future__ import annotations

from raftnb.data.errors import SpecError

WORDS = """
ASSUME ASSUMPTION AXIOM CASE CHOOSE CONSTANT CONSTANTS DOMAIN ELSE ENABLED EXCEPT EXTENDS IF IN
INSTANCE LAMBDA LET LOCAL MODULE OTHER SUBSET THEN THEOREM UNCHANGED UNION VARIABLE VARIABLES
WITH RECURSIVE SF_ WF_ BY DEF DEFINE HAVE HIDE NEW OBVIOUS OMITTED PICK PROOF PROVE QED STATE
SUFFICES TAKE TEMPORAL USE WITNESS ACTION TRUE FALSE BOOLEAN STRING Nat Int Seq Append Head Tail
Len SubSeq SelectSeq Cardinality IsFiniteSet Print PrintT Assert JavaTime TLCGet TLCSet
Permutations SortSeq RandomElement Any ToString TLCEval algorithm assert await begin call define
do either else elsif end fair goto if macro or print procedure process return skip then variable
variables when while with self pc stack defaultInitValue ProcSet Init Next Spec vars Termination
Terminating Safety Live Symmetry None messages channels Horizon Min Max MinOf MaxOf Prefix Slice
Range Fold Sum Get InOrder Received Send Discard With Without Network send discard reply
send_all lose duplicate WithAll At wire network_step Map Enqueued Dequeued InChannels MinOfOr
MaxOfOr Constraint FairSpec BegunSpec EnqueuedAll TraceStates TraceStep TraceInit TraceNext
TraceSpec
"""
RESERVED = frozenset(WORDS.split())
"""The words of TLA+ and PlusCal, of its standard modules, and of the modules that are printed."""


class Names:
    """The names given so far in a module."""

    def __init__(self) -> None:
        self._given: dict[object, str] = {}
        self._taken: set[str] = set()

    def of(self, thing: object, wanted: str, prefix: str = "") -> str:
        """The name of a thing: the one that is wanted, or with a prefix where that is taken."""
        if thing not in self._given:
            self._given[thing] = self._free(wanted, prefix)
            self._taken.add(self._given[thing])
        return self._given[thing]

    def _free(self, wanted: str, prefix: str) -> str:
        own = wanted.capitalize() if wanted in RESERVED else prefix + wanted
        for name in (wanted, own):
            if name not in self._taken and name not in RESERVED:
                return name
        number = 2
        while f"{wanted}_{number}" in self._taken:
            number += 1
        return f"{wanted}_{number}"

    def bound(self, wanted: str, inside: frozenset[str]) -> str:
        """A name for a parameter or bound variable among those that are bound around it."""
        base = wanted if wanted.isidentifier() else wanted.split(" ", 1)[0]
        hidden = self._taken | RESERVED | inside
        if base == "self" and "self" not in inside:
            return base
        for name in (base, f"the_{base}"):
            if name not in hidden:
                return name
        number = 2
        while f"{base}_{number}" in hidden:
            number += 1
        return f"{base}_{number}"


def identifier(text: str, what: str) -> str:
    """A text that is a name in TLA+; raises `SpecError` for any other."""
    if not text.isascii() or not text.isidentifier() or text.startswith(("WF_", "SF_")):
        raise SpecError(
            f"{what} `{text}`, which is no name in TLA+",
            allowed="ASCII letters, digits and _; no digit, WF_ or SF_ at the beginning",
            cure="give it another name",
        )
    return text


def member(text: str) -> str:
    """The name of a member of a domain, a model value; raises `SpecError` for a word of TLA+."""
    if text in RESERVED:
        raise SpecError(
            f"the member `{text}`, which is a word of TLA+ or of the printed modules",
            allowed="other names",
            cure="give the member another name",
        )
    return identifier(text, "the member")


def camel(text: str) -> str:
    """A module's name: sequential-store becomes SequentialStore."""
    words = "".join(c if c.isalnum() else " " for c in text).split()
    return "".join(word[:1].upper() + word[1:] for word in words)
