"""The words of the language: each with an example, and what PlusCal and TLA+ say in its place."""

from __future__ import annotations

from typing import NamedTuple


class Word(NamedTuple):
    """A word, a line that uses it, the same in PlusCal or TLA+, and whether proofs take it."""

    name: str
    example: str
    elsewhere: str
    says: str
    prove: bool = True


NO = False
WORDS: dict[str, tuple[Word, ...]] = {
    "Processes and variables": (
        Word("Process", 'class Client(Process, number="clients"): ...', "process (c \\in Client)",
             "as many processes as the constant says; one without `number`"),
        Word("abstract", "class Worker(Process, abstract=True): ...", "",
             "no process itself: classes made of it have its variables and actions"),
        Word("everywhere", "class Thief(Process, everywhere=True): ...", "",
             "receives messages to anybody"),
        Word("Globals", "class Shared(Globals): turn: Nat = 0", "variables turn = 0",
             "shared variables, read and written as `Shared.turn`"),
        Word("Domain", 'class Key(Domain, number="keys"): ...', "CONSTANT Key",
             "a finite set of values that have nothing but a name"),
        Word("name", "self.name", "ToString(self)", "the name of a member, a text", NO),
        Word("index", "self.index", "the i of procs[i]",
             "which member it is in its class, from 0", NO),
        Word("Record", "class Entry(Record): term: Nat", "[term: Nat]", "a value with fields"),
        Word("anything", "start: bool = anything()", "start \\in BOOLEAN",
             "initially any value of the type"),
        Word("first", "leader: Server = first()", "CHOOSE s \\in Server : TRUE",
             "initially the first value of the type"),
        Word("each", "votes: Map[Server, bool] = each(False)", "[s \\in Server |-> FALSE]",
             "initially a map with this value for every key"),
        Word("history", "seen: Set[Key] = history(frozenset())", "a history variable",
             "claims may read it, and other history; a check may leave it out"),
    ),
    "Types": (
        Word("Nat", "term: Nat = 0", "Nat", "0, 1, 2, ..."),
        Word("Seq", "log: Seq[Entry] = ()", "Seq(Entry)", "a tuple of any length"),
        Word("Set", "votes: Set[Server] = frozenset()", "SUBSET Server", "a finite set"),
        Word("Map", "m: Map[Key, Nat] = Map()", "[Key -> Nat]", "a function from keys to values"),
    ),
    "Actions": (
        Word("action", "def enter(self) -> None: ...", "enter: a label",
             "a method that returns nothing is one atomic step"),
        Word("parameter", "def write(self, key: Key) -> None: ...", "with (key \\in Key)",
             "any value of its type"),
        Word("constant", "def grow(self, limit: int) -> None: ...", "CONSTANT limit",
             "a parameter with a constant's name is the constant; proved for any value of it"),
        Word("operator", "def idle(self) -> bool: return not self.busy", "idle(c) == ~busy[c]",
             "a method or function that returns a value"),
        Word("macro", "@macro", "macro", "a method that is a part of actions, and none itself"),
        Word("when", "when(not self.busy)", "await ~busy", "enabled only where this is true"),
        Word("either", "self.x = either(1, 2)", "either x := 1; or x := 2; end either",
             "any of the options; disabled if there is none"),
        Word("cycle", "order = cycle(ask, wait)", "while TRUE: labels in order",
             "the actions in this order, round and round; the label to come is `self.pc`"),
    ),
    "Messages": (
        Word("Message", "class Ask(Message): term: Nat", "[type: {\"Ask\"}, term: Nat]",
             "a record with `source` and `dest`"),
        Word("Delivery", "delivery=Delivery(loses=False)", "the rules for `msgs`",
             "what the network may do: lose, duplicate, reorder"),
        Word("send", "send(Ask(term=1), to=other)", "msgs := msgs \\cup {m}",
             "puts a message in flight"),
        Word("receive", "def hear(self, m: Ask) -> None: ...", "with (m \\in msgs)",
             "a parameter of a message type: any message in flight to `self`"),
        Word("discard", "discard(m)", "msgs := msgs \\ {m}", "takes a message out once"),
        Word("reply", "reply(m, Answer())", "both of these",
             "discards a message and answers its source"),
        Word("in_flight", "in_flight(Ask)", "{m \\in msgs : m.type = \"Ask\"}",
             "the messages of a kind, each once"),
    ),
    "Claims": (
        Word("Spec", 'Spec("door", processes=(Client,), invariants=(held,))', "a module",
             "the classes, and what is claimed of them; calling it with constants gives a model"),
        Word("invariants", "def held(a: Client) -> bool: ...", "\\A a \\in Client : ...",
             "true in every state, for every value of the parameters"),
        Word("transitions", "def grows(a: Server) -> bool: ...", "[][...]_vars",
             "true of every step"),
        Word("after", "a.term <= after(a).term", "term[a] <= term[a]'",
             "as it is after the step"),
        Word("sometimes", "sometimes=(a_leader,)", "~[]~(...)",
             "true in some state that is reached", NO),
        Word("possible", "possible=(a_leader,)", "AG EF (...)",
             "from every state, some state in which it is true can be reached", NO),
        Word("constraints", "constraints=(few_terms,)", "CONSTRAINT",
             "a state where it is false is checked, and not gone on from", NO),
        Word("assuming", "assuming=(in_a_ring,)", "ASSUME",
             "taken for granted of constants, and of variables that no action writes"),
        Word("initially", "initially=(one_token,)", "a conjunct of Init",
             "true in initial states; states that begin otherwise are none"),
        Word("distinct_messages", 'distinct_messages="messages"', "CONSTRAINT",
             "a constant: at most so many different messages in flight", NO),
        Word("copies", 'copies="copies"', "CONSTRAINT",
             "a constant: at most so many copies of a message in flight", NO),
        Word("channel_length", 'channel_length="length"', "CONSTRAINT",
             "a constant: at most so many messages in a channel, where the order is kept", NO),
        Word("final", "final=all_done", "Terminating", "the end, which is no deadlock", NO),
        Word("symmetric", "symmetric=(Server,)", "SYMMETRY Permutations(Server)",
             "members that may change places", NO),
        Word("Model", "model = DOOR(clients=3)", "a .cfg file",
             "a specification with its constants"),
        Word("World", 'world = model.start(); world["c1"].enter()', "", "runs a model by hand", NO),
    ),
    "Fairness and liveness": (
        Word("weak", "weak(Client)", "WF_vars(...)",
             "what stays enabled is taken some day", NO),
        Word("strong", "strong(Client.enter)", "SF_vars(...)",
             "what is enabled again and again is taken some day", NO),
        Word("together", "weak(Client, Server, together=True)", "WF_vars(\\E self : ...)",
             "one condition on all of them: some one of them takes a step", NO),
        Word("Fairness", "fairness=(weak(Client),)", "fair process", "what these two make", NO),
        Word("eventually", "eventually(done)", "<>done", "true some day", NO),
        Word("always_eventually", "always_eventually(idle)", "[]<>idle",
             "true again and again", NO),
        Word("leads_to", "leads_to(asked, answered)", "asked ~> answered",
             "after the one, some day the other", NO),
        Word("Liveness", "liveness=(eventually(done),)", "PROPERTY", "what these three make", NO),
    ),
}  # fmt: skip

__all__ = ["WORDS", "Word"]
