"""Calls of `send`, `reply` and `discard` that are said wrongly, and how they are said."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from inspect import signature
from typing import Any

from raftnb.data.values import Message, Record
from raftnb.language.cures import Told
from raftnb.language.network import discard, in_flight, reply, send

NETWORK = "messages where the Spec has `delivery=Delivery(...)`"
NO_NETWORK = "where there is no network"
GIVE_ONE = "give the Spec a network: `delivery=Delivery()`"
ALLOWED = {
    send: "send(message, to=process)",
    reply: "reply(message, answer)",
    discard: "discard(message)",
    in_flight: "in_flight(Kind)",
}


class Sending:
    """What one function says of messages: the names in it, and the parameters that receive one."""

    def __init__(self, names: Mapping[str, Any], hints: Mapping[str, Any], network: bool) -> None:
        self.names, self.network = names, network
        self.received = [n for n, hint in hints.items() if self._is_kind(hint)]

    def wrong(self, node: ast.Call, called: Any) -> Told | None:
        """What is said of a call of one of these words; None where all is well."""
        if called in (send, reply, discard) and not self.network:
            return f"`{ast.unparse(node)}`, {NO_NETWORK}", NETWORK, GIVE_ONE
        if called is in_flight and node.args and self._made(node.args[0]):
            kind = ast.unparse(node.args[0]).partition("(")[0]
            return self._told(node, called, "a message that is made", f"write `in_flight({kind})`")
        right = self.meant(node, called) if called in (send, reply) else ""
        if not right:
            return None
        given = [*node.args, *(word.value for word in node.keywords)]
        first = given[0] if given else None
        if called is send and self._made(next(iter(given[1:]), None)):
            return self._told(node, called, "where the receiver stands before the message", right)
        if called is reply and self._made(first) and len(given) > 1:
            return self._told(node, called, "where the answer stands before what it answers", right)
        if called is reply and isinstance(first, ast.Attribute) and first.attr == "source":
            return self._told(node, called, "which names a process first, and no message", right)
        return self._told(node, called, "", right) if not self._fits(node, called) else None

    def meant(self, node: ast.Call, called: Any) -> str:
        """The cure with the words that were likely meant, as far as the call tells."""
        given = [*node.args, *(word.value for word in node.keywords)]
        made = [ast.unparse(one) for one in given if self._made(one)]
        others = [ast.unparse(one) for one in given if not self._made(one)]
        if called is reply:
            message = next((n for n in self.received if n in others), "")
            message = message or next(iter(self.received), "message")
            return f"write `reply({message}, {(*made, 'answer')[0]})`"
        to = [one for one in others if one != "self"] or others
        return f"write `send({(*made, 'message')[0]}, to={(*to, 'process')[0]})`"

    def _told(self, node: ast.Call, called: Any, why: str, cure: str) -> Told:
        what = f"`{ast.unparse(node)}`"
        return f"{what}, {why}" if why else what, ALLOWED[called], cure

    def _fits(self, node: ast.Call, called: Any) -> bool:
        if any(isinstance(one, ast.Starred) for one in node.args):
            return True
        named = {word.arg: None for word in node.keywords if word.arg}
        try:
            signature(called).bind(*(None for _ in node.args), **named)
        except TypeError:
            return False
        return True

    def _made(self, node: ast.AST | None) -> bool:
        """Whether an expression makes a record, as a message is made."""
        made = node.func if isinstance(node, ast.Call) else None
        kind = self.names.get(made.id) if isinstance(made, ast.Name) else None
        return isinstance(kind, type) and issubclass(kind, Record)

    def _is_kind(self, hint: Any) -> bool:
        return isinstance(hint, type) and issubclass(hint, Message)


__all__ = ["Sending"]
