------------------------------- MODULE RaftTla --------------------------------
\* raft-tla: Ongaro's raft.tla as published, without history variables, for
\* comparison with TLC
EXTENDS Integers, Sequences, FiniteSets, TLC

CONSTANTS
  \* A Raft server as raft.tla has it; indices are from 1.
  Server,
  \* A value that a client can ask to append.
  Value,
  \* Bounds, and other numbers
  max_term, max_log, max_messages, max_copies,
  \* What is not there
  None

Min(a, b) == IF a < b THEN a ELSE b

Max(a, b) == IF a > b THEN a ELSE b

\* The largest of some numbers
MaxOf(S) == CHOOSE x \in S : \A y \in S : x >= y

MaxOfOr(S, default) == IF S = {} THEN default ELSE MaxOf(S)

\* What is in a sequence
Range(s) == {s[i] : i \in DOMAIN s}

\* A place in a sequence, counted from 0, or from its end if negative
At(s, i) == IF i < 0 THEN Max(Len(s) + i, 0) ELSE Min(i, Len(s))

\* The items from a place up to, and without, another
Slice(s, low, high) == SubSeq(s, At(s, low) + 1, At(s, high))

\* A sequence with an operator applied to each item
Map(Op(_), s) == [i \in DOMAIN s |-> Op(s[i])]

\* The members of a set in some order
InOrder(S) ==
  CHOOSE s \in [1..Cardinality(S) -> S] : Range(s) = S

\* The value of a function, or another one where it has none
Get(f, x, default) == IF x \in DOMAIN f THEN f[x] ELSE default

\* A bag of messages with one more
With(bag, m) ==
  IF m \in DOMAIN bag THEN [bag EXCEPT ![m] = @ + 1] ELSE (m :> 1) @@ bag

\* A bag of messages with one less
Without(bag, m) ==
  IF Get(bag, m, 0) > 1 THEN [bag EXCEPT ![m] = @ - 1]
  ELSE [n \in DOMAIN bag \ {m} |-> bag[n]]

(* --algorithm RaftTla
variables
  \* Server: A Raft server as raft.tla has it; indices are from 1.
  currentTerm = [s \in Server |-> 1],
  role = [s \in Server |-> "follower"],
  votedFor = [s \in Server |-> None],
  log = [s \in Server |-> <<>>],
  commitIndex = [s \in Server |-> 0],
  votesResponded = [s \in Server |-> {}],
  votesGranted = [s \in Server |-> {}],
  nextIndex = [s \in Server |-> [k \in Server |-> 1]],
  matchIndex = [s \in Server |-> [k \in Server |-> 0]],
  \* The messages in flight
  messages = <<>>;

define
  \* The term of the last entry of a log, or 0 if it is empty.
  last_term(the_log) ==
    IF Len(the_log) > 0 THEN the_log[Len(the_log)].term ELSE 0

  \* Whether the servers are a majority.
  is_quorum(servers) == Cardinality(Server) < 2 * Cardinality(servers)

  \* Whether a majority, this server included, is known to have the entry at an
  \* index.
  has_quorum(self, index) ==
    is_quorum({s \in Server : s = self \/ index <= matchIndex[self][s]})

  \* The messages that a process can receive.
  inbox(self) == {m \in DOMAIN messages : m.dest = self}

  \* Whether the log has the entry before the new ones.
  log_matches(self, m) ==
    LET at == m.prevLogIndex
    IN  at = 0 \/ (at <= Len(log[self]) /\ log[self][at].term = m.prevLogTerm)

  (* What is claimed of every state *)

  \* Election Safety (Raft paper, Figure 3), for the leaders of the moment.
  at_most_one_leader_per_term ==
    LET leaders == Map(LAMBDA s : currentTerm[s],
                       SelectSeq(InOrder(Server),
                                 LAMBDA s : role[s] = "leader"))
    IN  Len(leaders) = Cardinality(Range(leaders))

  (* What is so in some state: TLC is not asked *)

  \* Some server becomes leader.
  a_leader_is_elected == \E s \in Server : role[s] = "leader"

  (* Bounds *)

  \* The constraint on terms.
  terms_are_bounded == \A s \in Server : currentTerm[s] <= max_term

  \* The constraint on the lengths of logs.
  logs_are_bounded == \A s \in Server : Len(log[s]) <= max_log
end define;

\* Put a message in flight
macro send(message) begin
  messages := With(messages, message);
end macro;

\* Take a message out of the network
macro discard(message) begin
  messages := Without(messages, message);
end macro;

\* Answer a message, which is done with
macro reply(request, response) begin
  messages := With(Without(messages, request), response);
end macro;

\* Restart from stable storage: everything but currentTerm, votedFor and log is
\* lost.
macro restart() begin
  role[self] := "follower";
  votesResponded[self] := {};
  votesGranted[self] := {};
  nextIndex[self] := [s \in Server |-> 1];
  matchIndex[self] := [s \in Server |-> 0];
  commitIndex[self] := 0;
end macro;

\* Time out and start a new election.
macro timeout() begin
  await role[self] # "leader";
  role[self] := "candidate";
  currentTerm[self] := currentTerm[self] + 1;
  votedFor[self] := None;
  votesResponded[self] := {};
  votesGranted[self] := {};
end macro;

\* A candidate asks a server for its vote, itself included.
macro request_vote(peer) begin
  await role[self] = "candidate";
  await peer \notin votesResponded[self];
  send([type |-> "RequestVoteRequest",
        source |-> self,
        dest |-> peer,
        term |-> currentTerm[self],
        lastLogTerm |-> last_term(log[self]),
        lastLogIndex |-> Len(log[self])]);
end macro;

\* A candidate with the votes of a majority becomes leader.
macro become_leader() begin
  await role[self] = "candidate";
  await is_quorum(votesGranted[self]);
  role[self] := "leader";
  nextIndex[self] := [s \in Server |-> Len(log[self]) + 1];
  matchIndex[self] := [s \in Server |-> 0];
end macro;

\* A leader appends a client's value to its log.
macro client_request(value) begin
  await role[self] = "leader";
  log[self] :=
    Append(log[self], [term |-> currentTerm[self], value |-> value]);
end macro;

\* A leader sends a follower at most one entry.
macro append_entries(peer) begin
  await role[self] = "leader";
  await peer # self;
  with prevLogIndex = nextIndex[self][peer] - 1,
       lastEntry = Min(Len(log[self]), nextIndex[self][peer])
  do
    send([type |-> "AppendEntriesRequest",
          source |-> self,
          dest |-> peer,
          term |-> currentTerm[self],
          prevLogIndex |-> prevLogIndex,
          prevLogTerm |-> IF prevLogIndex > 0
                          THEN log[self][prevLogIndex].term
                          ELSE 0,
          entries |-> Slice(log[self], prevLogIndex, lastEntry),
          commitIndex |-> Min(commitIndex[self], lastEntry)]);
  end with;
end macro;

\* A leader commits what a majority has, if that is of its own term.
macro advance_commit_index() begin
  await role[self] = "leader";
  with agreed = MaxOfOr({i \in 1..Len(log[self]) : has_quorum(self, i)}, 0) do
    if agreed > 0 /\ log[self][agreed].term = currentTerm[self] then
      commitIndex[self] := agreed;
    end if;
  end with;
end macro;

\* Any message with a newer term makes the receiver a follower; the message
\* stays.
macro update_term(m) begin
  await m.term > currentTerm[self];
  currentTerm[self] := m.term;
  role[self] := "follower";
  votedFor[self] := None;
end macro;

\* Answer a request for a vote.
macro handle_request_vote_request(m) begin
  await m.term <= currentTerm[self];
  with logOk = \/ last_term(log[self]) < m.lastLogTerm
               \/ /\ last_term(log[self]) = m.lastLogTerm
                  /\ Len(log[self]) <= m.lastLogIndex,
       grant = /\ m.term = currentTerm[self]
               /\ logOk
               /\ votedFor[self] \in {None, m.source}
  do
    if grant then
      votedFor[self] := m.source;
    end if;
    reply(m,
          [type |-> "RequestVoteResponse",
           source |-> self,
           dest |-> m.source,
           term |-> currentTerm[self],
           voteGranted |-> grant]);
  end with;
end macro;

\* Tally a vote, whatever the role.
macro handle_request_vote_response(m) begin
  await m.term = currentTerm[self];
  votesResponded[self] := votesResponded[self] \cup {m.source};
  if m.voteGranted then
    votesGranted[self] := votesGranted[self] \cup {m.source};
  end if;
  discard(m);
end macro;

\* Refuse entries of an older term, or that do not follow on from the log.
macro reject_append_entries_request(m) begin
  await m.term <= currentTerm[self];
  with unfit = role[self] = "follower" /\ ~log_matches(self, m) do
    await (m.term < currentTerm[self] \/ unfit) = TRUE;
    reply(m,
          [type |-> "AppendEntriesResponse",
           source |-> self,
           dest |-> m.source,
           term |-> currentTerm[self],
           success |-> FALSE,
           matchIndex |-> 0]);
  end with;
end macro;

\* A candidate gives way to the leader of its term; the message stays.
macro return_to_follower(m) begin
  await m.term = currentTerm[self];
  await role[self] = "candidate";
  role[self] := "follower";
end macro;

\* Answer if the entry is there already; else drop the last entry, or append
\* the new one.
macro accept_append_entries_request(m) begin
  await m.term = currentTerm[self];
  await role[self] = "follower";
  await log_matches(self, m) = TRUE;
  with index = m.prevLogIndex + 1 do
    if \/ m.entries = <<>>
       \/ /\ index <= Len(log[self])
          /\ log[self][index].term = Head(m.entries).term
    then
      commitIndex[self] := m.commitIndex;
      with the_matchIndex = m.prevLogIndex + Len(m.entries) do
        reply(m,
              [type |-> "AppendEntriesResponse",
               source |-> self,
               dest |-> m.source,
               term |-> currentTerm[self],
               success |-> TRUE,
               matchIndex |-> the_matchIndex]);
      end with;
    elsif index <= Len(log[self]) then
      log[self] := SubSeq(log[self], 1, Len(log[self]) - 1);
    else
      log[self] := log[self] \o m.entries;
    end if;
  end with;
end macro;

\* Note how far a follower's log agrees, or go one entry back.
macro handle_append_entries_response(m) begin
  await m.term = currentTerm[self];
  if m.success then
    nextIndex[self][m.source] := m.matchIndex + 1;
    matchIndex[self][m.source] := m.matchIndex;
  else
    nextIndex[self][m.source] := Max(nextIndex[self][m.source] - 1, 1);
  end if;
  discard(m);
end macro;

\* Ignore a response of an older term.
macro drop_stale_response(m) begin
  await m.term < currentTerm[self];
  discard(m);
end macro;

\* One more copy of a message.
macro duplicate_message(m) begin
  send(m);
end macro;

\* One copy less of a message.
macro drop_message(m) begin
  discard(m);
end macro;

\* A Raft server as raft.tla has it; indices are from 1.
process server \in Server
begin
  server_step:
    while TRUE do
      either
        restart();
      or
        timeout();
      or
        with peer \in Server do
          request_vote(peer);
        end with;
      or
        become_leader();
      or
        with value \in Value do
          client_request(value);
        end with;
      or
        with peer \in Server do
          append_entries(peer);
        end with;
      or
        advance_commit_index();
      or
        with m \in inbox(self) do
          update_term(m);
        end with;
      or
        with m \in {m \in inbox(self) : m.type = "RequestVoteRequest"} do
          handle_request_vote_request(m);
        end with;
      or
        with m \in {m \in inbox(self) : m.type = "RequestVoteResponse"} do
          handle_request_vote_response(m);
        end with;
      or
        with m \in {m \in inbox(self) : m.type = "AppendEntriesRequest"} do
          reject_append_entries_request(m);
        end with;
      or
        with m \in {m \in inbox(self) : m.type = "AppendEntriesRequest"} do
          return_to_follower(m);
        end with;
      or
        with m \in {m \in inbox(self) : m.type = "AppendEntriesRequest"} do
          accept_append_entries_request(m);
        end with;
      or
        with m \in {m \in inbox(self) : m.type = "AppendEntriesResponse"} do
          handle_append_entries_response(m);
        end with;
      or
        with m \in {m \in inbox(self) :
                    m.type
                      \in {"AppendEntriesResponse", "RequestVoteResponse",
                           "Response"}}
        do
          drop_stale_response(m);
        end with;
      end either;
    end while;
end process;

\* The network, which duplicates and drops messages.
process Wire = "wire"
begin
  wire_step:
    while TRUE do
      either
        with m \in DOMAIN messages do
          duplicate_message(m);
        end with;
      or
        with m \in DOMAIN messages do
          drop_message(m);
        end with;
      end either;
    end while;
end process;

end algorithm; *)

\* BEGIN TRANSLATION
\* END TRANSLATION

Constraint ==
  /\ terms_are_bounded
  /\ logs_are_bounded
  /\ Cardinality(DOMAIN messages) <= max_messages
  /\ \A m \in DOMAIN messages : messages[m] <= max_copies

Symmetry == Permutations(Server) \cup Permutations(Value)

===============================================================================
