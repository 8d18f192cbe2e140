----------------------------- MODULE RaftTlaPlain -----------------------------
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

VARIABLES
  currentTerm, role, votedFor, log, commitIndex, votesResponded, votesGranted,
  nextIndex, matchIndex, messages

vars ==
  <<currentTerm, role, votedFor, log, commitIndex, votesResponded,
    votesGranted, nextIndex, matchIndex, messages>>

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

-------------------------------------------------------------------------------
\* The initial states

Init ==
  /\ currentTerm = [s \in Server |-> 1]
  /\ role = [s \in Server |-> "follower"]
  /\ votedFor = [s \in Server |-> None]
  /\ log = [s \in Server |-> <<>>]
  /\ commitIndex = [s \in Server |-> 0]
  /\ votesResponded = [s \in Server |-> {}]
  /\ votesGranted = [s \in Server |-> {}]
  /\ nextIndex = [s \in Server |-> [k \in Server |-> 1]]
  /\ matchIndex = [s \in Server |-> [k \in Server |-> 0]]
  /\ messages = <<>>

-------------------------------------------------------------------------------
\* The actions

\* Restart from stable storage: everything but currentTerm, votedFor and log is
\* lost.
restart(self) ==
  /\ role' = [role EXCEPT ![self] = "follower"]
  /\ votesResponded' = [votesResponded EXCEPT ![self] = {}]
  /\ votesGranted' = [votesGranted EXCEPT ![self] = {}]
  /\ nextIndex' = [nextIndex EXCEPT ![self] = [s \in Server |-> 1]]
  /\ matchIndex' = [matchIndex EXCEPT ![self] = [s \in Server |-> 0]]
  /\ commitIndex' = [commitIndex EXCEPT ![self] = 0]
  /\ UNCHANGED <<currentTerm, votedFor, log, messages>>

\* Time out and start a new election.
timeout(self) ==
  /\ role[self] # "leader"
  /\ role' = [role EXCEPT ![self] = "candidate"]
  /\ currentTerm' = [currentTerm EXCEPT ![self] = @ + 1]
  /\ votedFor' = [votedFor EXCEPT ![self] = None]
  /\ votesResponded' = [votesResponded EXCEPT ![self] = {}]
  /\ votesGranted' = [votesGranted EXCEPT ![self] = {}]
  /\ UNCHANGED <<log, commitIndex, nextIndex, matchIndex, messages>>

\* A candidate asks a server for its vote, itself included.
request_vote(self, peer) ==
  /\ role[self] = "candidate"
  /\ peer \notin votesResponded[self]
  /\ messages'
       = With(messages,
              [type |-> "RequestVoteRequest",
               source |-> self,
               dest |-> peer,
               term |-> currentTerm[self],
               lastLogTerm |-> last_term(log[self]),
               lastLogIndex |-> Len(log[self])])
  /\ UNCHANGED <<currentTerm, role, votedFor, log, commitIndex, votesResponded,
                 votesGranted, nextIndex, matchIndex>>

\* A candidate with the votes of a majority becomes leader.
become_leader(self) ==
  /\ role[self] = "candidate"
  /\ is_quorum(votesGranted[self])
  /\ role' = [role EXCEPT ![self] = "leader"]
  /\ nextIndex'
       = [nextIndex EXCEPT ![self] = [s \in Server |-> Len(log[self]) + 1]]
  /\ matchIndex' = [matchIndex EXCEPT ![self] = [s \in Server |-> 0]]
  /\ UNCHANGED <<currentTerm, votedFor, log, commitIndex, votesResponded,
                 votesGranted, messages>>

\* A leader appends a client's value to its log.
client_request(self, value) ==
  /\ role[self] = "leader"
  /\ log'
       = [log EXCEPT
            ![self] = Append(@, [term |-> currentTerm[self], value |-> value])]
  /\ UNCHANGED <<currentTerm, role, votedFor, commitIndex, votesResponded,
                 votesGranted, nextIndex, matchIndex, messages>>

\* A leader sends a follower at most one entry.
append_entries(self, peer) ==
  /\ role[self] = "leader"
  /\ peer # self
  /\ LET prevLogIndex == nextIndex[self][peer] - 1
         lastEntry == Min(Len(log[self]), nextIndex[self][peer])
     IN  messages'
           = With(messages,
                  [type |-> "AppendEntriesRequest",
                   source |-> self,
                   dest |-> peer,
                   term |-> currentTerm[self],
                   prevLogIndex |-> prevLogIndex,
                   prevLogTerm |-> IF prevLogIndex > 0
                                   THEN log[self][prevLogIndex].term
                                   ELSE 0,
                   entries |-> Slice(log[self], prevLogIndex, lastEntry),
                   commitIndex |-> Min(commitIndex[self], lastEntry)])
  /\ UNCHANGED <<currentTerm, role, votedFor, log, commitIndex, votesResponded,
                 votesGranted, nextIndex, matchIndex>>

\* A leader commits what a majority has, if that is of its own term.
advance_commit_index(self) ==
  /\ role[self] = "leader"
  /\ LET agreed == MaxOfOr({i \in 1..Len(log[self]) : has_quorum(self, i)}, 0)
     IN  IF agreed > 0 /\ log[self][agreed].term = currentTerm[self]
         THEN commitIndex' = [commitIndex EXCEPT ![self] = agreed]
         ELSE UNCHANGED commitIndex
  /\ UNCHANGED <<currentTerm, role, votedFor, log, votesResponded,
                 votesGranted, nextIndex, matchIndex, messages>>

\* Any message with a newer term makes the receiver a follower; the message
\* stays.
update_term(self, m) ==
  /\ m.term > currentTerm[self]
  /\ currentTerm' = [currentTerm EXCEPT ![self] = m.term]
  /\ role' = [role EXCEPT ![self] = "follower"]
  /\ votedFor' = [votedFor EXCEPT ![self] = None]
  /\ UNCHANGED <<log, commitIndex, votesResponded, votesGranted, nextIndex,
                 matchIndex, messages>>

\* Answer a request for a vote.
handle_request_vote_request(self, m) ==
  /\ m.term <= currentTerm[self]
  /\ LET logOk == \/ last_term(log[self]) < m.lastLogTerm
                  \/ /\ last_term(log[self]) = m.lastLogTerm
                     /\ Len(log[self]) <= m.lastLogIndex
         grant == /\ m.term = currentTerm[self]
                  /\ logOk
                  /\ votedFor[self] \in {None, m.source}
     IN  /\ IF grant
            THEN votedFor' = [votedFor EXCEPT ![self] = m.source]
            ELSE UNCHANGED votedFor
         /\ messages'
              = With(Without(messages, m),
                     [type |-> "RequestVoteResponse",
                      source |-> self,
                      dest |-> m.source,
                      term |-> currentTerm[self],
                      voteGranted |-> grant])
  /\ UNCHANGED <<currentTerm, role, log, commitIndex, votesResponded,
                 votesGranted, nextIndex, matchIndex>>

\* Tally a vote, whatever the role.
handle_request_vote_response(self, m) ==
  /\ m.term = currentTerm[self]
  /\ votesResponded' = [votesResponded EXCEPT ![self] = @ \cup {m.source}]
  /\ IF m.voteGranted
     THEN votesGranted' = [votesGranted EXCEPT ![self] = @ \cup {m.source}]
     ELSE UNCHANGED votesGranted
  /\ messages' = Without(messages, m)
  /\ UNCHANGED <<currentTerm, role, votedFor, log, commitIndex, nextIndex,
                 matchIndex>>

\* Refuse entries of an older term, or that do not follow on from the log.
reject_append_entries_request(self, m) ==
  /\ m.term <= currentTerm[self]
  /\ LET unfit == role[self] = "follower" /\ ~log_matches(self, m)
     IN  /\ (m.term < currentTerm[self] \/ unfit) = TRUE
         /\ messages'
              = With(Without(messages, m),
                     [type |-> "AppendEntriesResponse",
                      source |-> self,
                      dest |-> m.source,
                      term |-> currentTerm[self],
                      success |-> FALSE,
                      matchIndex |-> 0])
  /\ UNCHANGED <<currentTerm, role, votedFor, log, commitIndex, votesResponded,
                 votesGranted, nextIndex, matchIndex>>

\* A candidate gives way to the leader of its term; the message stays.
return_to_follower(self, m) ==
  /\ m.term = currentTerm[self]
  /\ role[self] = "candidate"
  /\ role' = [role EXCEPT ![self] = "follower"]
  /\ UNCHANGED <<currentTerm, votedFor, log, commitIndex, votesResponded,
                 votesGranted, nextIndex, matchIndex, messages>>

\* Answer if the entry is there already; else drop the last entry, or append
\* the new one.
accept_append_entries_request(self, m) ==
  /\ m.term = currentTerm[self]
  /\ role[self] = "follower"
  /\ log_matches(self, m) = TRUE
  /\ LET index == m.prevLogIndex + 1
     IN  IF \/ m.entries = <<>>
            \/ /\ index <= Len(log[self])
               /\ log[self][index].term = Head(m.entries).term
         THEN /\ commitIndex' = [commitIndex EXCEPT ![self] = m.commitIndex]
              /\ LET the_matchIndex == m.prevLogIndex + Len(m.entries)
                 IN  messages'
                       = With(Without(messages, m),
                              [type |-> "AppendEntriesResponse",
                               source |-> self,
                               dest |-> m.source,
                               term |-> currentTerm[self],
                               success |-> TRUE,
                               matchIndex |-> the_matchIndex])
              /\ UNCHANGED log
         ELSE /\ IF index <= Len(log[self])
                 THEN log' = [log EXCEPT ![self] = SubSeq(@, 1, Len(@) - 1)]
                 ELSE log' = [log EXCEPT ![self] = @ \o m.entries]
              /\ UNCHANGED <<commitIndex, messages>>
  /\ UNCHANGED <<currentTerm, role, votedFor, votesResponded, votesGranted,
                 nextIndex, matchIndex>>

\* Note how far a follower's log agrees, or go one entry back.
handle_append_entries_response(self, m) ==
  /\ m.term = currentTerm[self]
  /\ IF m.success
     THEN /\ nextIndex'
               = [nextIndex EXCEPT ![self][m.source] = m.matchIndex + 1]
          /\ matchIndex' = [matchIndex EXCEPT ![self][m.source] = m.matchIndex]
     ELSE /\ nextIndex' = [nextIndex EXCEPT ![self][m.source] = Max(@ - 1, 1)]
          /\ UNCHANGED matchIndex
  /\ messages' = Without(messages, m)
  /\ UNCHANGED <<currentTerm, role, votedFor, log, commitIndex, votesResponded,
                 votesGranted>>

\* Ignore a response of an older term.
drop_stale_response(self, m) ==
  /\ m.term < currentTerm[self]
  /\ messages' = Without(messages, m)
  /\ UNCHANGED <<currentTerm, role, votedFor, log, commitIndex, votesResponded,
                 votesGranted, nextIndex, matchIndex>>

\* One more copy of a message.
duplicate_message(m) ==
  /\ messages' = With(messages, m)
  /\ UNCHANGED <<currentTerm, role, votedFor, log, commitIndex, votesResponded,
                 votesGranted, nextIndex, matchIndex>>

\* One copy less of a message.
drop_message(m) ==
  /\ messages' = Without(messages, m)
  /\ UNCHANGED <<currentTerm, role, votedFor, log, commitIndex, votesResponded,
                 votesGranted, nextIndex, matchIndex>>

Next ==
  \/ \E self \in Server :
       \/ restart(self)
       \/ timeout(self)
       \/ \E peer \in Server : request_vote(self, peer)
       \/ become_leader(self)
       \/ \E value \in Value : client_request(self, value)
       \/ \E peer \in Server : append_entries(self, peer)
       \/ advance_commit_index(self)
       \/ \E m \in inbox(self) : update_term(self, m)
       \/ \E m \in {m \in inbox(self) : m.type = "RequestVoteRequest"} :
            handle_request_vote_request(self, m)
       \/ \E m \in {m \in inbox(self) : m.type = "RequestVoteResponse"} :
            handle_request_vote_response(self, m)
       \/ \E m \in {m \in inbox(self) : m.type = "AppendEntriesRequest"} :
            reject_append_entries_request(self, m)
       \/ \E m \in {m \in inbox(self) : m.type = "AppendEntriesRequest"} :
            return_to_follower(self, m)
       \/ \E m \in {m \in inbox(self) : m.type = "AppendEntriesRequest"} :
            accept_append_entries_request(self, m)
       \/ \E m \in {m \in inbox(self) : m.type = "AppendEntriesResponse"} :
            handle_append_entries_response(self, m)
       \/ \E m \in {m \in inbox(self) :
                    m.type
                      \in {"AppendEntriesResponse", "RequestVoteResponse",
                           "Response"}} :
            drop_stale_response(self, m)
  \/ \E m \in DOMAIN messages : duplicate_message(m)
  \/ \E m \in DOMAIN messages : drop_message(m)

Spec == Init /\ [][Next]_vars

-------------------------------------------------------------------------------
\* What is claimed of every state

\* Election Safety (Raft paper, Figure 3), for the leaders of the moment.
at_most_one_leader_per_term ==
  LET leaders == Map(LAMBDA s : currentTerm[s],
                     SelectSeq(InOrder(Server), LAMBDA s : role[s] = "leader"))
  IN  Len(leaders) = Cardinality(Range(leaders))

-------------------------------------------------------------------------------
\* What is so in some state: TLC is not asked

\* Some server becomes leader.
a_leader_is_elected == \E s \in Server : role[s] = "leader"

-------------------------------------------------------------------------------
\* Bounds

\* The constraint on terms.
terms_are_bounded == \A s \in Server : currentTerm[s] <= max_term

\* The constraint on the lengths of logs.
logs_are_bounded == \A s \in Server : Len(log[s]) <= max_log

Constraint ==
  /\ terms_are_bounded
  /\ logs_are_bounded
  /\ Cardinality(DOMAIN messages) <= max_messages
  /\ \A m \in DOMAIN messages : messages[m] <= max_copies

Symmetry == Permutations(Server) \cup Permutations(Value)

===============================================================================
