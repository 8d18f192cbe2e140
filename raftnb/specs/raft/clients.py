"""A store on top of Raft: clients, sessions, and a state machine applied in the order of the log.

A `Value` of the earlier chapters is now a *command*: a client gives it out once, under the next
number of its session, and what it asks stands in `Calls` from then on. A command writes itself to a
key, or reads the key: values written are all different, which shows more than equal ones would. A
client may ask any server, and ask again, so a command may be in the log more than once. It takes
effect once: a server that applies an entry passes over what it has applied for that client before
(Ongaro's dissertation, section 6.3). Requests and answers may be lost like all messages.
"""

from __future__ import annotations

from raftnb.language import (
    Globals,
    Map,
    Message,
    Nat,
    Process,
    Record,
    Seq,
    discard,
    each,
    either,
    history,
    macro,
    reply,
    send,
    when,
)
from raftnb.specs.raft.log import RAFT_LOG
from raftnb.specs.raft.read_index import (
    ReadIndexServer,
    applied_is_committed,
    reads_are_bounded,
    reads_see_all_that_was_chosen,
)
from raftnb.specs.raft.server import Role, Server, Value
from raftnb.specs.store.sequential import Key, Op


class Call(Record):
    """What a command asks: of which client, under which number, to read or to write which key."""

    client: Client
    serial: Nat
    op: Op
    key: Key


class Calls(Globals):
    """The commands given out so far; what they ask never changes."""

    of: Map[Value, Call] = Map()
    # History: those that have taken no effect yet, in the order in which they were given out.
    open: Seq[Value] = history(())


class MachineState(Record):
    """A state machine's state: the dictionary; each client's last command, and its answer."""

    dictionary: Map[Key, Value | None]
    done: Map[Client, Value | None]
    answers: Map[Client, Value | None]


class Machine(Globals):
    """History: the state machine of the server that is furthest, which is the store's.

    `states` are its states after each entry of the log. A command takes effect when it is done
    there; `given` are the answers to all that have, and `last` is the last one.
    """

    states: Seq[MachineState] = history(())
    given: Map[Value, Value | None] = history(Map())
    last: Value | None = history(None)


class ClientRequest(Message):
    """A client asks a server to have a command done."""

    source: Client = None  # type: ignore[assignment]
    dest: Server = None  # type: ignore[assignment]
    command: Value


class Redirect(Message):
    """The server does not lead: ask another one."""

    source: Server = None  # type: ignore[assignment]
    dest: Client = None  # type: ignore[assignment]
    command: Value


class ClientResponse(Message):
    """The command was done; `value` is what its key has then."""

    source: Server = None  # type: ignore[assignment]
    dest: Client = None  # type: ignore[assignment]
    command: Value
    value: Value | None


class Client(Process, number="clients"):
    """A client: calls the store, one command after the other."""

    serial: Nat = 0
    command: Value | None = None
    asked: Server | None = None

    def call(self, command: Value, key: Key) -> None:
        """Begin a call: to read a key, or to write this new value to it."""
        when(self.command is None)
        when(command not in Calls.of)
        op = either(Op.READ, Op.WRITE)
        self.serial += 1
        self.command = command
        Calls.of |= {command: Call(self, self.serial, op, key)}
        Calls.open += (command,)

    def ask(self, server: Server) -> None:
        """Send the command to any server."""
        when(self.command is not None)
        when(self.asked is None)
        self.asked = server
        send(ClientRequest(command=self.command), to=server)

    def lose_patience(self) -> None:
        """No answer: ask again, this server or another."""
        when(self.asked is not None)
        self.asked = None

    def handle_redirect(self, m: Redirect) -> None:
        """The server that was asked does not lead: ask another."""
        if m.command == self.command and m.source == self.asked:
            self.asked = None
        discard(m)

    def receive(self, m: ClientResponse) -> None:
        """The answer: the call is over. Answers that come twice are dropped."""
        if m.command == self.command:
            self.command = None
            self.asked = None
        discard(m)


class StoreServer(ReadIndexServer):
    """A server with a state machine: a dictionary, and for each client what was done last."""

    dictionary: Map[Key, Value | None] = each(None)
    done: Map[Client, Value | None] = each(None)
    answers: Map[Client, Value | None] = each(None)
    reading: Value | None = None

    def restart(self) -> None:
        """Fail and come back: the state machine starts anew, and applies the log again."""
        super().restart()
        self.dictionary = Map({key: None for key in Key})
        self.done = Map({client: None for client in Client})
        self.answers = Map({client: None for client in Client})
        self.reading = None

    def update_term(self, m: Message) -> None:
        """Requests of clients are of no term."""
        when(not isinstance(m, ClientRequest))
        super().update_term(m)
        self.reading = None

    def client_request(self, m: ClientRequest) -> None:  # type: ignore[override]
        """A leader appends the command to its log; another server says that it does not lead."""
        when(not self.needs_no_log(m.command))
        if self.role == Role.LEADER:
            super().client_request(m.command)
            discard(m)
        else:
            reply(m, Redirect(command=m.command))

    def needs_no_log(self, command: Value) -> bool:
        """Whether a leader does this command without an entry in its log."""
        return False

    def begin_read(self, m: ClientRequest) -> None:  # type: ignore[override]
        """A read that needs no entry arrives at a leader (ReadIndex)."""
        when(self.needs_no_log(m.command))
        super().begin_read()
        self.reading = m.command
        discard(m)

    def answer_read(self) -> None:
        """Answer it from the state machine."""
        super().answer_read()
        call = Calls.of[self.reading]
        value = self.dictionary[call.key]
        send(ClientResponse(command=self.reading, value=value), to=call.client)
        self.reading = None

    def is_new(self, command: Value) -> bool:
        """Whether a command's number exceeds all that was applied for its client."""
        call = Calls.of[command]
        last = self.done[call.client]
        return last is None or call.serial > Calls.of[last].serial

    def apply(self) -> None:
        """Apply the next committed entry to the state machine."""
        super().apply()
        command = self.log[self.lastApplied - 1].value
        if self.is_new(command):
            self.perform(command)
        if self.lastApplied > len(Machine.states):
            Machine.states += (MachineState(self.dictionary, self.done, self.answers),)

    @macro
    def perform(self, command: Value) -> None:
        """Do what a command asks, and remember the answer; the first server to do so counts."""
        call = Calls.of[command]
        if call.op == Op.WRITE:
            self.dictionary |= {call.key: command}
        self.done |= {call.client: command}
        self.answers |= {call.client: self.dictionary[call.key]}
        if self.lastApplied > len(Machine.states):
            Machine.given |= {command: self.dictionary[call.key]}
            Machine.last = command
            Calls.open = tuple(c for c in Calls.open if c != command)

    def respond(self, client: Client) -> None:
        """A leader tells a client the answer to the last command that was done for it."""
        when(self.role == Role.LEADER)
        when(self.done[client] is not None)
        send(ClientResponse(command=self.done[client], value=self.answers[client]), to=client)


class ReadIndexStoreServer(StoreServer):
    """A server that does reads without the log, as soon as it may."""

    def needs_no_log(self, command: Value) -> bool:
        """Reads need no entry, where the leader has committed one in its term."""
        return Calls.of[command].op == Op.READ and self.may_read()


def state_machines_agree(a: StoreServer, b: StoreServer) -> bool:
    """Servers that have applied equally much have the same state."""
    return a.lastApplied != b.lastApplied or (
        a.dictionary == b.dictionary and a.done == b.done and a.answers == b.answers
    )


def answers_never_change(s: StoreServer, c: Client) -> bool:
    """Whatever server a client hears from, a command has one answer."""
    done = s.done[c]
    return done is None or (done in Machine.given and s.answers[c] == Machine.given[done])


def a_call_is_answered(max_log: int) -> bool:
    """A client has had an answer."""
    return max_log == 0 or any(c.serial > 0 and c.command is None for c in Client)


RAFT_STORE = RAFT_LOG.variant(
    "raft-store",
    StoreServer,
    summary="clients, sessions and a key-value store on top of Raft",
    processes=(Client, StoreServer),
    shared=(*RAFT_LOG.shared, Calls, Machine),
    domains=(Value, Key),
    constants={**RAFT_LOG.constants, "servers": 2, "clients": 1, "keys": 1},
    invariants=(
        *RAFT_LOG.invariants,
        reads_see_all_that_was_chosen,
        applied_is_committed,
        state_machines_agree,
        answers_never_change,
    ),
    sometimes=(*RAFT_LOG.sometimes, a_call_is_answered),
    symmetric=(),
)

RAFT_STORE_READ_INDEX = RAFT_STORE.variant(
    "raft-store-read-index",
    ReadIndexStoreServer,
    summary="the store on top of Raft, with reads that need no entry in the log",
    constants={**RAFT_STORE.constants, "max_reads": 1},
    constraints=(*RAFT_STORE.constraints, reads_are_bounded),
)
