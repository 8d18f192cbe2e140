"""Why Raft with clients is a store: what is true of commands, state machines and answers.

The history `Machine.states` has the furthest state machine after each entry of the log. Each of
these follows from the one before by one entry (there is no fold in the language, and none is
needed), and each server's machine is the one that belongs to what it has applied. What a command
does is decided where it is applied: it takes effect if its number exceeds those of all that were
done for its client, and so at most once.
"""

from __future__ import annotations

from raftnb.language import after, in_flight
from raftnb.specs.raft.clients import (
    Calls,
    Client,
    ClientRequest,
    ClientResponse,
    Machine,
    StoreServer,
)
from raftnb.specs.raft.log import Log
from raftnb.specs.raft.server import AppendEntries, Index, Server, Value
from raftnb.specs.store.sequential import Key, Op

# Commands: whatever is under way was given out by a client.


def logs_hold_commands(s: Server, i: Index) -> bool:
    """An entry of a server's log is a command that was given out."""
    return i >= len(s.log) or s.log[i].value in Calls.of


def messages_hold_commands(i: Index) -> bool:
    """So is one of a message."""
    return all(
        i >= len(m.entries) or m.entries[i].value in Calls.of for m in in_flight(AppendEntries)
    )


def requests_hold_commands() -> bool:
    """So is what is requested."""
    return all(m.command in Calls.of for m in in_flight(ClientRequest))


def the_log_holds_commands(i: Index) -> bool:
    """So is an entry of the log."""
    return i >= len(Log.chosen) or Log.chosen[i].value in Calls.of


def clients_wait_for_their_command(c: Client) -> bool:
    """What a client waits for is its own command, and its newest."""
    if c.command is None:
        return True
    return (
        c.command in Calls.of
        and Calls.of[c.command].client == c
        and Calls.of[c.command].serial == c.serial
    )


def serials_were_given_out(v: Value) -> bool:
    """No command has a number that its client has not reached."""
    return v not in Calls.of or Calls.of[v].serial <= Calls.of[v].client.serial


def serials_tell_commands_apart(v: Value, w: Value) -> bool:
    """Commands of one client have different numbers."""
    if v not in Calls.of or w not in Calls.of or v == w:
        return True
    return Calls.of[v].client != Calls.of[w].client or Calls.of[v].serial != Calls.of[w].serial


# Effects: which commands have taken effect, and which have not.


def what_is_over_took_effect(v: Value) -> bool:
    """A command that its client does not wait for has taken effect."""
    return v not in Calls.of or Calls.of[v].client.command == v or v in Machine.given


def what_is_open_took_no_effect(i: Index) -> bool:
    """An open command was given out, and has taken no effect."""
    if i >= len(Calls.open):
        return True
    return Calls.open[i] in Calls.of and Calls.open[i] not in Machine.given


def what_took_no_effect_is_open(v: Value) -> bool:
    """A command that has taken no effect is open."""
    return v not in Calls.of or v in Machine.given or v in Calls.open


def what_took_effect_was_given_out(v: Value) -> bool:
    """What has taken effect was given out."""
    return v not in Machine.given or v in Calls.of


def the_last_took_effect() -> bool:
    """The last command that took effect did."""
    return Machine.last is None or Machine.last in Machine.given


# State machines: each state follows from the one before by one entry.


def states_are_of_the_log() -> bool:
    """No machine is further than the log."""
    return len(Machine.states) <= len(Log.chosen)


def dictionaries_are_whole(i: Index, k: Key) -> bool:
    """A state has a value for each key."""
    return i >= len(Machine.states) or k in Machine.states[i].dictionary


def sessions_are_whole(i: Index, c: Client) -> bool:
    """A state has a last command, and its answer, for each client."""
    if i >= len(Machine.states):
        return True
    return c in Machine.states[i].done and c in Machine.states[i].answers


def dictionary_before(i: Index, k: Key) -> Value | None:
    """The value of a key before an entry."""
    return None if i == 0 else Machine.states[i - 1].dictionary[k]


def done_before(i: Index, c: Client) -> Value | None:
    """A client's last command before an entry."""
    return None if i == 0 else Machine.states[i - 1].done[c]


def answer_before(i: Index, c: Client) -> Value | None:
    """The answer to it."""
    return None if i == 0 else Machine.states[i - 1].answers[c]


def is_effective(i: Index) -> bool:
    """Whether an entry of the log takes effect: no command of its client did with its number."""
    call = Calls.of[Log.chosen[i].value]
    last = done_before(i, call.client)
    return last is None or call.serial > Calls.of[last].serial


def dictionaries_follow(i: Index, k: Key) -> bool:
    """A dictionary is that before, with what the entry writes if it is effective."""
    if i >= len(Machine.states):
        return True
    command = Log.chosen[i].value
    call = Calls.of[command]
    now = Machine.states[i].dictionary[k]
    if is_effective(i) and call.op == Op.WRITE and call.key == k:
        return now == command
    return now == dictionary_before(i, k)


def sessions_follow(i: Index, c: Client) -> bool:
    """What was done for a client is as before, or the entry's command if it is effective."""
    if i >= len(Machine.states):
        return True
    command = Log.chosen[i].value
    call = Calls.of[command]
    state = Machine.states[i]
    if is_effective(i) and call.client == c:
        return state.done[c] == command and state.answers[c] == state.dictionary[call.key]
    return state.done[c] == done_before(i, c) and state.answers[c] == answer_before(i, c)


def what_was_done_took_effect(i: Index, c: Client) -> bool:
    """What was done for a client is a command of the client's, and has the answer it has here."""
    if i >= len(Machine.states):
        return True
    command = Machine.states[i].done[c]
    if command is None:
        return True
    return (
        command in Calls.of
        and Calls.of[command].client == c
        and command in Machine.given
        and Machine.states[i].answers[c] == Machine.given[command]
    )


def what_took_effect_has_been_done(v: Value) -> bool:
    """Of a client whose command took effect, that command or a later one was done last."""
    if v not in Machine.given:
        return True
    if len(Machine.states) == 0:
        return False
    last = Machine.states[len(Machine.states) - 1].done[Calls.of[v].client]
    return last is not None and Calls.of[last].serial >= Calls.of[v].serial


# Servers: each has the machine that belongs to what it has applied.


def applied_is_remembered(s: StoreServer) -> bool:
    """No server has applied more than the furthest."""
    return s.lastApplied <= len(Machine.states)


def dictionaries_are_remembered(s: StoreServer, k: Key) -> bool:
    """A server's dictionary is that of the state it has got to."""
    if s.lastApplied == 0:
        return s.dictionary[k] is None
    state = Machine.states[s.lastApplied - 1]
    return s.dictionary[k] == state.dictionary[k]


def sessions_are_remembered(s: StoreServer, c: Client) -> bool:
    """So is what it has done for each client, and the answers."""
    if s.lastApplied == 0:
        return s.done[c] is None and s.answers[c] is None
    state = Machine.states[s.lastApplied - 1]
    return s.done[c] == state.done[c] and s.answers[c] == state.answers[c]


def answers_took_effect() -> bool:
    """An answer on its way is to a command of whom it is for, and is the one that it has."""
    return all(
        m.command in Machine.given
        and m.value == Machine.given[m.command]
        and Calls.of[m.command].client == m.dest
        for m in in_flight(ClientResponse)
    )


def no_read_waits(s: StoreServer) -> bool:
    """All reads go through the log."""
    return s.readIndex is None


# Cuts: what is proved of a step, before the rest.


def what_is_new_is_effective(self: StoreServer) -> bool:
    """A server does the next entry's command just where its number exceeds all done before."""
    return self.is_new(self.log[self.lastApplied].value) == is_effective(self.lastApplied)


def a_command_takes_effect_once(self: StoreServer) -> bool:
    """What the furthest machine does next has taken no effect before."""
    first = self.lastApplied == len(Machine.states)
    command = self.log[self.lastApplied].value
    return not (first and self.is_new(command)) or command not in Machine.given


def the_log_stays(self: Server, i: Index) -> bool:
    """A step that commits leaves the log as far as it was."""
    return i >= len(Log.chosen) or after(Log).chosen[i] == Log.chosen[i]


# What follows for a server.


def sessions_are_the_clients(s: StoreServer, c: Client) -> bool:
    """What a server has done for a client is a command of the client's."""
    command = s.done[c]
    if command is None:
        return True
    return command in Calls.of and Calls.of[command].client == c


COMMANDS = (
    logs_hold_commands,
    messages_hold_commands,
    requests_hold_commands,
    the_log_holds_commands,
    clients_wait_for_their_command,
    serials_were_given_out,
    serials_tell_commands_apart,
)
EFFECTS = (
    what_is_over_took_effect,
    what_is_open_took_no_effect,
    what_took_no_effect_is_open,
    what_took_effect_was_given_out,
    the_last_took_effect,
)
STATES = (
    states_are_of_the_log,
    dictionaries_are_whole,
    sessions_are_whole,
    dictionaries_follow,
    sessions_follow,
    what_was_done_took_effect,
    what_took_effect_has_been_done,
)
SERVERS = (
    applied_is_remembered,
    dictionaries_are_remembered,
    sessions_are_remembered,
    answers_took_effect,
    no_read_waits,
)
