--------------------------- MODULE OrderlyRaftPlain ---------------------------
\* orderly-raft: timely-raft of three servers, of which one that can win is the
\* first to time out
EXTENDS Integers, Sequences, FiniteSets, TLC

CONSTANTS
  \* The same where a server that can win is the first to time out.
  Server,
  \* A command that a client can ask for.
  Value,
  \* Bounds, and other numbers
  max_term, max_log, max_restarts, max_messages, max_copies,
  \* What is not there
  None

Min(a, b) == IF a < b THEN a ELSE b

Max(a, b) == IF a > b THEN a ELSE b

\* What is in a sequence
Range(s) == {s[i] : i \in DOMAIN s}

\* The first n items of a sequence, or all if there are fewer
Prefix(s, n) == SubSeq(s, 1, Min(n, Len(s)))

\* A place in a sequence, counted from 0, or from its end if negative
At(s, i) == IF i < 0 THEN Max(Len(s) + i, 0) ELSE Min(i, Len(s))

\* The items from a place up to, and without, another
Slice(s, low, high) == SubSeq(s, At(s, low) + 1, At(s, high))

\* The value of a function, or another one where it has none
Get(f, x, default) == IF x \in DOMAIN f THEN f[x] ELSE default

\* A bag of messages with one more
With(bag, m) ==
  IF m \in DOMAIN bag THEN [bag EXCEPT ![m] = @ + 1] ELSE (m :> 1) @@ bag

\* A bag of messages with one more of each in a set
WithAll(bag, S) ==
  [m \in DOMAIN bag \cup S |->
     Get(bag, m, 0) + (IF m \in S THEN 1 ELSE 0)]

\* A bag of messages with one less
Without(bag, m) ==
  IF Get(bag, m, 0) > 1 THEN [bag EXCEPT ![m] = @ - 1]
  ELSE [n \in DOMAIN bag \ {m} |-> bag[n]]

VARIABLES
  restarts, currentTerm, votedFor, log, role, commitIndex, votesGranted,
  nextIndex, matchIndex, messages

vars ==
  <<restarts, currentTerm, votedFor, log, role, commitIndex, votesGranted,
    nextIndex, matchIndex, messages>>

\* The term of the entry at an index; 0 before the first.
term_at(the_log, index) == IF index > 0 THEN the_log[index].term ELSE 0

\* The term of the log's last entry; 0 if there is none.
last_term(the_log) == term_at(the_log, Len(the_log))

\* The log of c is at least as up to date as that of s (5.4.1).
has_no_newer_log(s, c) ==
  LET older == last_term(log[s]) < last_term(log[c])
  IN  \/ older
      \/ last_term(log[s]) = last_term(log[c]) /\ Len(log[s]) <= Len(log[c])

\* Whether these servers are a majority of the cluster.
is_quorum(servers) == Cardinality(Server) < 2 * Cardinality(servers)

\* Whether a majority would not refuse its vote for the log of this server
\* (5.4.1).
can_win(self) == is_quorum({s \in Server : has_no_newer_log(s, self)})

\* Whether a majority of the servers has voted for this one.
has_won(self) == is_quorum(votesGranted[self])

\* The messages that a process can receive.
inbox(self) == {m \in DOMAIN messages : m.dest = self}

\* Whether this server's vote in its term is still free, or already this
\* candidate's.
may_vote_for(self, candidate) ==
  votedFor[self] = None \/ votedFor[self] = candidate

\* Whether the candidate's log is at least as up to date as this server's
\* (5.4.1).
log_is_up_to_date(self, m) ==
  \/ m.lastLogTerm > last_term(log[self])
  \/ m.lastLogTerm = last_term(log[self]) /\ m.lastLogIndex >= Len(log[self])

\* Whether a response is a vote for this server's present candidacy.
counts_vote(self, m) ==
  m.term = currentTerm[self] /\ role[self] = "candidate" /\ m.voteGranted

\* Whether a client asks for a value: until it is committed, once in each term.
is_wanted(self, value) ==
  LET known == \E entry \in Range(Prefix(log[self], commitIndex[self])) :
                 entry.value = value
  IN  /\ ~known
      /\ [term |-> currentTerm[self], value |-> value] \notin Range(log[self])

\* Whether the follower lacks entries, or has not heard of a commit, or of this
\* leader.
has_news_for(self, peer) ==
  LET lacks == \/ nextIndex[self][peer] <= Len(log[self])
               \/ commitIndex[peer] < commitIndex[self]
  IN  lacks \/ currentTerm[peer] < currentTerm[self]

\* The index of the last entry that the message vouches for.
last_new(self, m) == m.prevLogIndex + Len(m.entries)

\* Whether an existing entry has the index of a new one, but another term (step
\* 3).
conflicts(self, m) ==
  \E i \in (m.prevLogIndex + 1)..Min(Len(log[self]), last_new(self, m)) :
    log[self][i].term # m.entries[i - m.prevLogIndex].term

\* The log without conflicting entries, and with the new ones (steps 3 and 4).
merged_log(self, m) ==
  IF conflicts(self, m) \/ last_new(self, m) > Len(log[self])
  THEN Prefix(log[self], m.prevLogIndex) \o m.entries
  ELSE log[self]

\* The commit index that the message justifies (step 5).
committed_by(self, m) == Min(m.leaderCommit, last_new(self, m))

\* Whether the log has an entry at prevLogIndex whose term is prevLogTerm (step
\* 2).
log_matches(self, m) ==
  /\ m.prevLogIndex <= Len(log[self])
  /\ term_at(log[self], m.prevLogIndex) = m.prevLogTerm

\* Only entries of the leader's own term are committed by counting replicas
\* (5.4.2).
may_commit(self, index) == term_at(log[self], index) = currentTerm[self]

\* The servers known to have the log up to an index: this leader, and by
\* matchIndex.
replicated_on(self, index) ==
  {s \in Server : s = self \/ index <= matchIndex[self][s]}

\* Whether a majority of the servers has the log up to an index.
is_replicated(self, index) == is_quorum(replicated_on(self, index))

-------------------------------------------------------------------------------
\* The initial states

Init ==
  /\ restarts = 0
  /\ currentTerm = [s \in Server |-> 0]
  /\ votedFor = [s \in Server |-> None]
  /\ log = [s \in Server |-> <<>>]
  /\ role = [s \in Server |-> "follower"]
  /\ commitIndex = [s \in Server |-> 0]
  /\ votesGranted = [s \in Server |-> {}]
  /\ nextIndex = [s \in Server |-> [k \in Server |-> 1]]
  /\ matchIndex = [s \in Server |-> [k \in Server |-> 0]]
  /\ messages = <<>>

-------------------------------------------------------------------------------
\* The actions

\* Fail and come back, once in all.
restart(self) ==
  /\ restarts = 0
  /\ role' = [role EXCEPT ![self] = "follower"]
  /\ commitIndex' = [commitIndex EXCEPT ![self] = 0]
  /\ votesGranted' = [votesGranted EXCEPT ![self] = {}]
  /\ nextIndex' = [nextIndex EXCEPT ![self] = [s \in Server |-> 1]]
  /\ matchIndex' = [matchIndex EXCEPT ![self] = [s \in Server |-> 0]]
  /\ restarts' = restarts + 1
  /\ UNCHANGED <<currentTerm, votedFor, log, messages>>

\* Start an election that can be won.
time_out(self) ==
  /\ can_win(self)
  /\ role[self] = "follower"
  /\ DOMAIN messages = {}
  /\ (\A s \in Server : role[s] = "follower" \/ ~has_won(s)) = TRUE
  /\ role[self] # "leader"
  /\ role' = [role EXCEPT ![self] = "candidate"]
  /\ currentTerm' = [currentTerm EXCEPT ![self] = @ + 1]
  /\ votedFor' = [votedFor EXCEPT ![self] = self]
  /\ votesGranted' = [votesGranted EXCEPT ![self] = {self}]
  /\ messages'
       = WithAll(messages,
                 {[type |-> "RequestVote",
                   source |-> self,
                   dest |-> peer,
                   term |-> currentTerm'[self],
                   lastLogIndex |-> Len(log[self]),
                   lastLogTerm |-> last_term(log[self])] :
                  peer \in Server \ {self}})
  /\ UNCHANGED <<restarts, log, commitIndex, nextIndex, matchIndex>>

\* Any RPC with a newer term: adopt it, and become a follower. The message
\* stays.
update_term(self, m) ==
  /\ m.term > currentTerm[self]
  /\ currentTerm' = [currentTerm EXCEPT ![self] = m.term]
  /\ role' = [role EXCEPT ![self] = "follower"]
  /\ votedFor' = [votedFor EXCEPT ![self] = None]
  /\ UNCHANGED <<restarts, log, commitIndex, votesGranted, nextIndex,
                 matchIndex, messages>>

\* RequestVote, receiver implementation.
handle_request_vote(self, m) ==
  /\ m.term <= currentTerm[self]
  /\ LET granted == /\ m.term = currentTerm[self]
                    /\ may_vote_for(self, m.source)
                    /\ log_is_up_to_date(self, m)
     IN  /\ IF granted
            THEN votedFor' = [votedFor EXCEPT ![self] = m.source]
            ELSE UNCHANGED votedFor
         /\ messages'
              = With(Without(messages, m),
                     [type |-> "RequestVoteResponse",
                      source |-> self,
                      dest |-> m.source,
                      term |-> currentTerm[self],
                      voteGranted |-> granted])
  /\ UNCHANGED <<restarts, currentTerm, log, role, commitIndex, votesGranted,
                 nextIndex, matchIndex>>

\* Count a vote of this term; drop an answer of an older one.
handle_request_vote_response(self, m) ==
  /\ m.term <= currentTerm[self]
  /\ IF counts_vote(self, m)
     THEN votesGranted' = [votesGranted EXCEPT ![self] = @ \cup {m.source}]
     ELSE UNCHANGED votesGranted
  /\ messages' = Without(messages, m)
  /\ UNCHANGED <<restarts, currentTerm, votedFor, log, role, commitIndex,
                 nextIndex, matchIndex>>

\* Votes from a majority of servers: become leader.
become_leader(self) ==
  /\ role[self] = "candidate"
  /\ has_won(self)
  /\ role' = [role EXCEPT ![self] = "leader"]
  /\ nextIndex'
       = [nextIndex EXCEPT ![self] = [s \in Server |-> Len(log[self]) + 1]]
  /\ matchIndex' = [matchIndex EXCEPT ![self] = [s \in Server |-> 0]]
  /\ UNCHANGED <<restarts, currentTerm, votedFor, log, commitIndex,
                 votesGranted, messages>>

\* A client asks for a value, if it wants it.
client_request(self, value) ==
  /\ is_wanted(self, value)
  /\ role[self] = "leader"
  /\ log'
       = [log EXCEPT
            ![self] = Append(@, [term |-> currentTerm[self], value |-> value])]
  /\ UNCHANGED <<restarts, currentTerm, votedFor, role, commitIndex,
                 votesGranted, nextIndex, matchIndex, messages>>

\* Send a follower all it lacks, unless a message to it or from it is under
\* way.
append_entries(self, peer) ==
  /\ role[self] = "leader"
  /\ peer # self
  /\ has_news_for(self, peer) = TRUE
  /\ \A m \in DOMAIN messages : peer \notin {m.source, m.dest}
  /\ LET prev == nextIndex[self][peer] - 1
     IN  messages'
           = With(messages,
                  [type |-> "AppendEntries",
                   source |-> self,
                   dest |-> peer,
                   term |-> currentTerm[self],
                   prevLogIndex |-> prev,
                   prevLogTerm |-> term_at(log[self], prev),
                   entries |-> Slice(log[self], prev, Len(log[self])),
                   leaderCommit |-> commitIndex[self]])
  /\ UNCHANGED <<restarts, currentTerm, votedFor, log, role, commitIndex,
                 votesGranted, nextIndex, matchIndex>>

\* AppendEntries, receiver implementation.
handle_append_entries(self, m) ==
  /\ m.term <= currentTerm[self]
  /\ IF m.term = currentTerm[self] /\ role[self] = "candidate"
     THEN role' = [role EXCEPT ![self] = "follower"]
     ELSE UNCHANGED role
  /\ IF m.term < currentTerm[self] \/ ~log_matches(self, m)
     THEN /\ messages'
               = With(Without(messages, m),
                      [type |-> "AppendEntriesResponse",
                       source |-> self,
                       dest |-> m.source,
                       term |-> currentTerm[self],
                       success |-> FALSE,
                       matchIndex |-> 0])
          /\ UNCHANGED <<log, commitIndex>>
     ELSE /\ log' = [log EXCEPT ![self] = merged_log(self, m)]
          /\ commitIndex'
               = [commitIndex EXCEPT ![self] = Max(@, committed_by(self, m))]
          /\ LET the_matchIndex == last_new(self, m)
             IN  messages'
                   = With(Without(messages, m),
                          [type |-> "AppendEntriesResponse",
                           source |-> self,
                           dest |-> m.source,
                           term |-> m.term,
                           success |-> TRUE,
                           matchIndex |-> the_matchIndex])
  /\ UNCHANGED <<restarts, currentTerm, votedFor, votesGranted, nextIndex,
                 matchIndex>>

\* The leader learns how far a follower's log agrees, or tries further back.
handle_append_entries_response(self, m) ==
  /\ m.term <= currentTerm[self]
  /\ IF m.term = currentTerm[self] /\ role[self] = "leader"
     THEN IF m.success
          THEN /\ matchIndex'
                    = [matchIndex EXCEPT
                         ![self][m.source] = Max(@, m.matchIndex)]
               /\ nextIndex'
                    = [nextIndex EXCEPT
                         ![self][m.source] = matchIndex'[self][m.source] + 1]
          ELSE /\ nextIndex'
                    = [nextIndex EXCEPT ![self][m.source] = Max(@ - 1, 1)]
               /\ UNCHANGED matchIndex
     ELSE UNCHANGED <<nextIndex, matchIndex>>
  /\ messages' = Without(messages, m)
  /\ UNCHANGED <<restarts, currentTerm, votedFor, log, role, commitIndex,
                 votesGranted>>

\* There is an N > commitIndex on a majority, log[N].term == currentTerm:
\* commit it.
advance_commit_index(self) ==
  /\ role[self] = "leader"
  /\ \E N \in (commitIndex[self] + 1)..Len(log[self]) :
       /\ may_commit(self, N)
       /\ is_replicated(self, N)
       /\ commitIndex' = [commitIndex EXCEPT ![self] = N]
  /\ UNCHANGED <<restarts, currentTerm, votedFor, log, role, votesGranted,
                 nextIndex, matchIndex, messages>>

Next ==
  \E self \in Server :
    \/ restart(self)
    \/ time_out(self)
    \/ \E m \in inbox(self) : update_term(self, m)
    \/ \E m \in {m \in inbox(self) : m.type = "RequestVote"} :
         handle_request_vote(self, m)
    \/ \E m \in {m \in inbox(self) : m.type = "RequestVoteResponse"} :
         handle_request_vote_response(self, m)
    \/ become_leader(self)
    \/ \E value \in Value : client_request(self, value)
    \/ \E peer \in Server : append_entries(self, peer)
    \/ \E m \in {m \in inbox(self) : m.type = "AppendEntries"} :
         handle_append_entries(self, m)
    \/ \E m \in {m \in inbox(self) : m.type = "AppendEntriesResponse"} :
         handle_append_entries_response(self, m)
    \/ advance_commit_index(self)

Spec == Init /\ [][Next]_vars

-------------------------------------------------------------------------------
\* What is claimed of every state

\* At most one leader can be elected in a given term.
election_safety ==
  \A a, b \in Server :
    LET both == /\ role[a] = "leader"
                /\ role[b] = "leader"
                /\ currentTerm[a] = currentTerm[b]
    IN  both => a = b

\* Two logs with an entry of the same index and term are identical up through
\* that index.
log_matching ==
  \A a, b \in Server :
    \A i \in 1..Min(Len(log[a]), Len(log[b])) :
      log[a][i].term = log[b][i].term => Prefix(log[a], i) = Prefix(log[b], i)

\* What a server knows to be committed is in the log of every leader of its
\* term or later.
leader_completeness ==
  \A a, b \in Server :
    LET concerned == role[a] = "leader" /\ currentTerm[b] <= currentTerm[a]
    IN  concerned
          => Prefix(log[a], commitIndex[b]) = Prefix(log[b], commitIndex[b])

\* No two servers apply different commands at the same index.
state_machine_safety ==
  \A a, b \in Server :
    LET both == Min(commitIndex[a], commitIndex[b])
    IN  Prefix(log[a], both) = Prefix(log[b], both)

\* Whatever a server knows to be committed is in the logs of a majority.
committed_entries_are_on_a_majority ==
  \A s \in Server :
    LET prefix == Prefix(log[s], commitIndex[s])
    IN  is_quorum({p \in Server : Prefix(log[p], Len(prefix)) = prefix})

\* A server commits no entry that it does not have.
commitIndex_is_within_the_log ==
  \A s \in Server : commitIndex[s] <= Len(log[s])

\* Along a log, terms never decrease.
log_terms_do_not_decrease ==
  \A s \in Server :
    \A i \in 1..(Len(log[s]) - 1) : log[s][i].term <= log[s][i + 1].term

\* A leader's nextIndex is between 1 and its log's end, so prevLogIndex is
\* never negative.
nextIndex_is_in_range ==
  \A s, peer \in Server :
    role[s] = "leader"
      => nextIndex[s][peer] >= 1 /\ nextIndex[s][peer] <= Len(log[s]) + 1

\* Up to a leader's matchIndex for a peer of its own term, the two logs are the
\* same.
matchIndex_is_true ==
  \A s, peer \in Server :
    LET concerned == role[s] = "leader" /\ currentTerm[peer] = currentTerm[s]
    IN  concerned
          => /\ Prefix(log[peer], matchIndex[s][peer])
                  = Prefix(log[s], matchIndex[s][peer])
             /\ matchIndex[s][peer] <= Len(log[s])

-------------------------------------------------------------------------------
\* What is claimed of every step that changes something: TLA+ asks nothing of
\* others

\* A leader never overwrites or deletes entries in its log; it only appends new
\* entries.
leader_append_only ==
  [][\A s \in Server :
       LET still == role[s] = "leader" /\ role'[s] = "leader"
       IN  still => Prefix(log'[s], Len(log[s])) = log[s]]_vars

\* A committed entry is never overwritten or deleted.
committed_log_is_append_only ==
  [][\A s \in Server :
       Prefix(log'[s], commitIndex[s]) = Prefix(log[s], commitIndex[s])]_vars

\* A commitIndex only grows, but for a restart, which loses it.
commitIndex_is_monotone ==
  [][\A s \in Server :
       commitIndex[s] <= commitIndex'[s] \/ restarts < restarts']_vars

\* While a server leads, its matchIndex for a peer only grows.
matchIndex_is_monotone ==
  [][\A s, peer \in Server :
       LET still == role[s] = "leader" /\ role'[s] = "leader"
       IN  still => matchIndex[s][peer] <= matchIndex'[s][peer]]_vars

\* Within a term a vote, once given, is neither changed nor taken back.
one_vote_per_term ==
  [][\A s \in Server :
       LET same == currentTerm'[s] = currentTerm[s] /\ votedFor[s] # None
       IN  same => votedFor'[s] = votedFor[s]]_vars

\* A server's term never decreases.
currentTerm_is_monotone ==
  [][\A s \in Server : currentTerm[s] <= currentTerm'[s]]_vars

-------------------------------------------------------------------------------
\* What is so in some state: TLC is not asked

\* There is a leader.
a_leader_is_elected == \E s \in Server : role[s] = "leader"

-------------------------------------------------------------------------------
\* Bounds

\* Terms up to max_term.
terms_are_bounded == \A s \in Server : currentTerm[s] <= max_term

\* Logs of up to max_log entries (and so as many entries in one AppendEntries).
logs_are_bounded == \A s \in Server : Len(log[s]) <= max_log

\* Up to max_restarts restarts in all.
restarts_are_bounded == restarts <= max_restarts

Constraint ==
  /\ terms_are_bounded
  /\ logs_are_bounded
  /\ restarts_are_bounded
  /\ Cardinality(DOMAIN messages) <= max_messages
  /\ \A m \in DOMAIN messages : messages[m] <= max_copies

Symmetry == Permutations(Server) \cup Permutations(Value)

-------------------------------------------------------------------------------
\* What is claimed of whole behaviors

FairSpec ==
  /\ Spec
  /\ \A self \in Server : WF_vars(time_out(self))
  /\ \A self \in Server : WF_vars(\E m \in inbox(self) : update_term(self, m))
  /\ \A self \in Server :
       WF_vars(\E m \in {m \in inbox(self) : m.type = "RequestVote"} :
                 handle_request_vote(self, m))
  /\ \A self \in Server :
       WF_vars(\E m \in {m \in inbox(self) : m.type = "RequestVoteResponse"} :
                 handle_request_vote_response(self, m))
  /\ \A self \in Server : WF_vars(become_leader(self))
  /\ \A self \in Server :
       WF_vars(\E value \in Value : client_request(self, value))
  /\ \A self \in Server :
       WF_vars(\E peer \in Server : append_entries(self, peer))
  /\ \A self \in Server :
       WF_vars(\E m \in {m \in inbox(self) : m.type = "AppendEntries"} :
                 handle_append_entries(self, m))
  /\ \A self \in Server :
       WF_vars(\E m \in {m \in inbox(self) :
                         m.type = "AppendEntriesResponse"} :
                 handle_append_entries_response(self, m))
  /\ \A self \in Server : WF_vars(advance_commit_index(self))

again_and_again_there_is_a_leader == []<>(\E s \in Server : role[s] = "leader")

every_value_is_committed ==
  \A value \in Value :
    []<>(\E s \in Server :
           \E e \in Range(Prefix(log[s], commitIndex[s])) : e.value = value)

every_request_is_committed ==
  \A value \in Value :
    (\E s \in Server :
       role[s] = "leader" /\ (\E e \in Range(log[s]) : e.value = value))
      ~> (\E s \in Server :
            \E e \in Range(Prefix(log[s], commitIndex[s])) : e.value = value)

===============================================================================
