"""Operators of TLA+ that a module brings along where it needs them."""

from __future__ import annotations

import re

HELPERS: dict[str, tuple[str, str]] = {
    "Min": ("", "Min(a, b) == IF a < b THEN a ELSE b"),
    "Max": ("", "Max(a, b) == IF a > b THEN a ELSE b"),
    "MinOf": ("The least of some numbers", "MinOf(S) == CHOOSE x \\in S : \\A y \\in S : x <= y"),
    "MaxOf": ("The largest of some numbers", "MaxOf(S) == CHOOSE x \\in S : \\A y \\in S : x >= y"),
    "MinOfOr": ("", "MinOfOr(S, default) == IF S = {} THEN default ELSE MinOf(S)"),
    "MaxOfOr": ("", "MaxOfOr(S, default) == IF S = {} THEN default ELSE MaxOf(S)"),
    "Range": ("What is in a sequence", "Range(s) == {s[i] : i \\in DOMAIN s}"),
    "Prefix": (
        "The first n items of a sequence, or all if there are fewer",
        "Prefix(s, n) == SubSeq(s, 1, Min(n, Len(s)))",
    ),
    "At": (
        "A place in a sequence, counted from 0, or from its end if negative",
        "At(s, i) == IF i < 0 THEN Max(Len(s) + i, 0) ELSE Min(i, Len(s))",
    ),
    "Slice": (
        "The items from a place up to, and without, another",
        "Slice(s, low, high) == SubSeq(s, At(s, low) + 1, At(s, high))",
    ),
    "Map": (
        "A sequence with an operator applied to each item",
        "Map(Op(_), s) == [i \\in DOMAIN s |-> Op(s[i])]",
    ),
    "InOrder": (
        "The members of a set in some order",
        "InOrder(S) ==\n  CHOOSE s \\in [1..Cardinality(S) -> S] : Range(s) = S",
    ),
    "Fold": (
        "An operator applied to all items of a sequence, from the left",
        "Fold(Op(_, _), base, s) ==\n"
        "  LET so_far[i \\in 0..Len(s)] ==\n"
        "        IF i = 0 THEN base ELSE Op(so_far[i - 1], s[i])\n"
        "  IN  so_far[Len(s)]",
    ),
    "Sum": (
        "The sum of the values of an operator for the members of a set",
        "Sum(Op(_), S) ==\n"
        "  LET total[T \\in SUBSET S] ==\n"
        "        IF T = {} THEN 0\n"
        "        ELSE LET x == CHOOSE x \\in T : TRUE\n"
        "             IN  Op(x) + total[T \\ {x}]\n"
        "  IN  total[S]",
    ),
    "Get": (
        "The value of a function, or another one where it has none",
        "Get(f, x, default) == IF x \\in DOMAIN f THEN f[x] ELSE default",
    ),
    "With": (
        "A bag of messages with one more",
        "With(bag, m) ==\n"
        "  IF m \\in DOMAIN bag THEN [bag EXCEPT ![m] = @ + 1] ELSE (m :> 1) @@ bag",
    ),
    "WithAll": (
        "A bag of messages with one more of each in a set",
        "WithAll(bag, S) ==\n"
        "  [m \\in DOMAIN bag \\cup S |->\n"
        "     Get(bag, m, 0) + (IF m \\in S THEN 1 ELSE 0)]",
    ),
    "Without": (
        "A bag of messages with one less",
        "Without(bag, m) ==\n"
        "  IF Get(bag, m, 0) > 1 THEN [bag EXCEPT ![m] = @ - 1]\n"
        "  ELSE [n \\in DOMAIN bag \\ {m} |-> bag[n]]",
    ),
    "Enqueued": (
        "Channels with one message more",
        "Enqueued(all, m) ==\n"
        "  [all EXCEPT ![<<m.source, m.dest>>] = Append(@, m)]",
    ),
    "Dequeued": (
        "Channels without the first message of the channel of this one",
        "Dequeued(all, m) ==\n"
        "  LET c == <<m.source, m.dest>>\n"
        "  IN  IF all[c] = <<>> THEN all ELSE [all EXCEPT ![c] = Tail(@)]",
    ),
    "EnqueuedAll": (
        "Channels with one message more for each of several, no two for the same",
        "EnqueuedAll(all, S) ==\n"
        "  [c \\in DOMAIN all |->\n"
        "     LET mine == {m \\in S : <<m.source, m.dest>> = c}\n"
        "     IN  IF mine = {} THEN all[c]\n"
        "         ELSE Append(all[c], CHOOSE m \\in mine : TRUE)]",
    ),
    "InChannels": (
        "The messages in all channels",
        "InChannels(all) == UNION {Range(all[c]) : c \\in DOMAIN all}",
    ),
}  # fmt: skip
NEEDS = {
    "MinOfOr": ("MinOf",), "MaxOfOr": ("MaxOf",), "Prefix": ("Min",), "At": ("Min", "Max"),
    "Slice": ("At",), "InOrder": ("Range",), "WithAll": ("Get",), "Without": ("Get",),
    "InChannels": ("Range",),
}  # fmt: skip


def needed(names: set[str]) -> list[str]:
    """The helpers of these names and those that they need, in an order in which they can stand."""
    found = set(names)
    while more := {need for name in found for need in NEEDS.get(name, ())} - found:
        found |= more
    return [name for name in HELPERS if name in found]


def binding_none_of(declared: set[str], code: str) -> str:
    """A helper's definition in which no bound name is one that is declared: TLA+ hides none."""
    for name in declared:
        code = re.sub(rf"(?<![\w.\\]){re.escape(name)}\b", f"the_{name}", code)
    return code
