-------------------------- MODULE RaftLearnersPlain ---------------------------
\* raft-learners: raft-one-by-one with learners (4.2.1), and servers that are
\* gone for good
EXTENDS Integers, Sequences, FiniteSets, TLC

CONSTANTS
  \* A server that learns before it counts.
  Server,
  \* A command that a client can ask for.
  Value,
  \* Bounds, and other numbers
  max_term, max_log, max_restarts, max_messages, max_copies,
  \* What is not there
  None

Min(a, b) == IF a < b THEN a ELSE b

Max(a, b) == IF a > b THEN a ELSE b

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
  restarts, old, new, of, currentTerm, votedFor, log, role, commitIndex,
  votesGranted, nextIndex, matchIndex, isWiped, messages

vars ==
  <<restarts, old, new, of, currentTerm, votedFor, log, role, commitIndex,
    votesGranted, nextIndex, matchIndex, isWiped, messages>>

\* Whether this server has its old name: not once it is wiped.
takes_part(self) == ~isWiped[self]

\* The learners of a log's last configuration; none at first.
learners(the_log) ==
  IF the_log # <<>> THEN of[the_log[Len(the_log)].value] ELSE {}

\* Whether this server may stand for election: not as a learner.
may_stand(self) == self \notin learners(log[self])

\* The term of the entry at an index; 0 before the first.
term_at(the_log, index) == IF index > 0 THEN the_log[index].term ELSE 0

\* The term of the log's last entry; 0 if there is none.
last_term(the_log) == term_at(the_log, Len(the_log))

\* The messages that a process can receive.
inbox(self) == {m \in DOMAIN messages : m.dest = self}

\* Whether this server votes when it is asked: a learner does, too.
may_vote(self) == TRUE

\* Whether this server's vote in its term is still free, or already this
\* candidate's.
may_vote_for_2(self, candidate) ==
  votedFor[self] = None \/ votedFor[self] = candidate

\* Whether this server votes, and its vote in its term is free or already this
\* one's.
may_vote_for(self, candidate) ==
  may_vote(self) /\ may_vote_for_2(self, candidate)

\* Whether the candidate's log is at least as up to date as this server's
\* (5.4.1).
log_is_up_to_date(self, m) ==
  \/ m.lastLogTerm > last_term(log[self])
  \/ m.lastLogTerm = last_term(log[self]) /\ m.lastLogIndex >= Len(log[self])

\* Whether a response is a vote for this server's present candidacy.
counts_vote(self, m) ==
  m.term = currentTerm[self] /\ role[self] = "candidate" /\ m.voteGranted

\* The cluster from which a log's last configuration leads away; all servers at
\* first.
old_members(the_log) ==
  IF the_log # <<>> THEN old[the_log[Len(the_log)].value] ELSE Server

\* The cluster to which a log's last configuration leads.
new_members(the_log) ==
  IF the_log # <<>> THEN new[the_log[Len(the_log)].value] ELSE Server

\* Whether a majority of the members is among the servers.
is_majority(servers, members) ==
  Cardinality(members) < 2 * Cardinality(servers \cap members)

\* Whether the servers have a majority of each cluster of a log's last
\* configuration.
is_quorum_2(servers, the_log) ==
  LET value == old_members(the_log)
      the_value == new_members(the_log)
  IN  is_majority(servers, value) /\ is_majority(servers, the_value)

\* Whether these servers are a quorum of the configuration that this server
\* goes by.
is_quorum(self, servers) == is_quorum_2(servers, log[self])

\* Whether a quorum has voted for this server.
has_won(self) == is_quorum(self, votesGranted[self])

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

\* Whether a quorum has the log up to an index; who is no member does not
\* count.
is_replicated(self, index) == is_quorum(self, replicated_on(self, index))

\* Whether nothing is being changed: all of the log is committed.
is_settled(self) == commitIndex[self] = Len(log[self])

\* Whether a server is known to have all that is committed.
has_caught_up(self, the_server) ==
  matchIndex[self][the_server] >= commitIndex[self]

\* Whether this leader has committed an entry of its own term (the rule of
\* 2015).
has_committed(self) ==
  term_at(log[self], commitIndex[self]) = currentTerm[self]

\* Whether two clusters differ by one server at most.
are_near(a, b) == Cardinality(a \ b) + Cardinality(b \ a) <= 1

\* Whether a log's last configuration names a server, as a member or as a
\* learner.
is_named(s, the_log) == s \in new_members(the_log) \/ s \in learners(the_log)

\* Whether a leader may take in a learner: not while the cluster changes.
may_teach(self) == is_settled(self)

\* Whether a committed configuration does not name a server, and none that
\* follows it does.
is_removed(s) ==
  \E p \in Server :
    /\ commitIndex[p] > 0
    /\ \A q \in Server :
         Prefix(log[q], commitIndex[p]) = Prefix(log[p], commitIndex[p])
           => ~is_named(s, log[q])

\* Whether a server would not refuse another one its vote for its log.
is_behind(p, s) ==
  LET older == last_term(log[p]) < last_term(log[s])
  IN  \/ older
      \/ last_term(log[p]) = last_term(log[s]) /\ Len(log[p]) <= Len(log[s])

-------------------------------------------------------------------------------
\* The initial states

Init ==
  /\ restarts = 0
  /\ old = <<>>
  /\ new = <<>>
  /\ of = <<>>
  /\ currentTerm = [s \in Server |-> 0]
  /\ votedFor = [s \in Server |-> None]
  /\ log = [s \in Server |-> <<>>]
  /\ role = [s \in Server |-> "follower"]
  /\ commitIndex = [s \in Server |-> 0]
  /\ votesGranted = [s \in Server |-> {}]
  /\ nextIndex = [s \in Server |-> [k \in Server |-> 1]]
  /\ matchIndex = [s \in Server |-> [k \in Server |-> 0]]
  /\ isWiped = [s \in Server |-> FALSE]
  /\ messages = <<>>

-------------------------------------------------------------------------------
\* The actions

\* Fail and come back: what is volatile is lost.
restart(self) ==
  /\ role' = [role EXCEPT ![self] = "follower"]
  /\ commitIndex' = [commitIndex EXCEPT ![self] = 0]
  /\ votesGranted' = [votesGranted EXCEPT ![self] = {}]
  /\ nextIndex' = [nextIndex EXCEPT ![self] = [s \in Server |-> 1]]
  /\ matchIndex' = [matchIndex EXCEPT ![self] = [s \in Server |-> 0]]
  /\ restarts' = restarts + 1
  /\ UNCHANGED <<old, new, of, currentTerm, votedFor, log, isWiped, messages>>

\* Start an election.
time_out(self) ==
  /\ takes_part(self)
  /\ may_stand(self)
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
  /\ UNCHANGED <<restarts, old, new, of, log, commitIndex, nextIndex,
                 matchIndex, isWiped>>

\* Any RPC with a newer term: without that nothing is heard where the term is
\* 0.
update_term(self, m) ==
  /\ takes_part(self)
  /\ m.term > currentTerm[self]
  /\ currentTerm' = [currentTerm EXCEPT ![self] = m.term]
  /\ role' = [role EXCEPT ![self] = "follower"]
  /\ votedFor' = [votedFor EXCEPT ![self] = None]
  /\ UNCHANGED <<restarts, old, new, of, log, commitIndex, votesGranted,
                 nextIndex, matchIndex, isWiped, messages>>

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
  /\ UNCHANGED <<restarts, old, new, of, currentTerm, log, role, commitIndex,
                 votesGranted, nextIndex, matchIndex, isWiped>>

\* Count a vote of this term; drop an answer of an older one.
handle_request_vote_response(self, m) ==
  /\ m.term <= currentTerm[self]
  /\ IF counts_vote(self, m)
     THEN votesGranted' = [votesGranted EXCEPT ![self] = @ \cup {m.source}]
     ELSE UNCHANGED votesGranted
  /\ messages' = Without(messages, m)
  /\ UNCHANGED <<restarts, old, new, of, currentTerm, votedFor, log, role,
                 commitIndex, nextIndex, matchIndex, isWiped>>

\* Votes from a quorum of the configuration that this server goes by: become
\* leader.
become_leader(self) ==
  /\ role[self] = "candidate"
  /\ has_won(self)
  /\ role' = [role EXCEPT ![self] = "leader"]
  /\ nextIndex'
       = [nextIndex EXCEPT ![self] = [s \in Server |-> Len(log[self]) + 1]]
  /\ matchIndex' = [matchIndex EXCEPT ![self] = [s \in Server |-> 0]]
  /\ UNCHANGED <<restarts, old, new, of, currentTerm, votedFor, log,
                 commitIndex, votesGranted, isWiped, messages>>

\* A command received from a client leaves the configuration as it is.
client_request(self, value) ==
  /\ LET the_old == old_members(log[self])
         the_new == new_members(log[self])
     IN  /\ of' = (value :> learners(log[self]) \ the_new) @@ of
         /\ value \notin DOMAIN new
         /\ old' = (value :> the_old) @@ old
         /\ new' = (value :> the_new) @@ new
         /\ role[self] = "leader"
         /\ log'
              = [log EXCEPT
                   ![self] =
                     Append(@, [term |-> currentTerm[self], value |-> value])]
  /\ UNCHANGED <<restarts, currentTerm, votedFor, role, commitIndex,
                 votesGranted, nextIndex, matchIndex, isWiped, messages>>

\* Send a follower any number of log entries, starting at its nextIndex.
append_entries(self, peer) ==
  /\ role[self] = "leader"
  /\ peer # self
  /\ LET prev == nextIndex[self][peer] - 1
     IN  \E last \in prev..Len(log[self]) :
           messages'
             = With(messages,
                    [type |-> "AppendEntries",
                     source |-> self,
                     dest |-> peer,
                     term |-> currentTerm[self],
                     prevLogIndex |-> prev,
                     prevLogTerm |-> term_at(log[self], prev),
                     entries |-> Slice(log[self], prev, last),
                     leaderCommit |-> commitIndex[self]])
  /\ UNCHANGED <<restarts, old, new, of, currentTerm, votedFor, log, role,
                 commitIndex, votesGranted, nextIndex, matchIndex, isWiped>>

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
  /\ UNCHANGED <<restarts, old, new, of, currentTerm, votedFor, votesGranted,
                 nextIndex, matchIndex, isWiped>>

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
  /\ UNCHANGED <<restarts, old, new, of, currentTerm, votedFor, log, role,
                 commitIndex, votesGranted, isWiped>>

\* As in Figure 2; it is remembered who had the last entry that is committed.
advance_commit_index(self) ==
  /\ role[self] = "leader"
  /\ \E N \in (commitIndex[self] + 1)..Len(log[self]) :
       /\ may_commit(self, N)
       /\ is_replicated(self, N)
       /\ commitIndex' = [commitIndex EXCEPT ![self] = N]
  /\ LET last == log[self][commitIndex'[self]].value
     IN  TRUE
  /\ UNCHANGED <<restarts, old, new, of, currentTerm, votedFor, log, role,
                 votesGranted, nextIndex, matchIndex, isWiped, messages>>

\* A leader that is no member of the committed configuration steps down
\* (4.2.2).
leave(self) ==
  /\ role[self] = "leader"
  /\ is_settled(self)
  /\ self \notin old_members(log[self])
  /\ self \notin new_members(log[self])
  /\ role' = [role EXCEPT ![self] = "follower"]
  /\ UNCHANGED <<restarts, old, new, of, currentTerm, votedFor, log,
                 commitIndex, votesGranted, nextIndex, matchIndex, isWiped,
                 messages>>

\* Let a learner that has caught up count.
add(self, value, the_server) ==
  /\ the_server \in learners(log[self])
  /\ has_caught_up(self, the_server)
  /\ LET members == new_members(log[self])
     IN  /\ the_server \notin members
         /\ is_settled(self)
         /\ has_committed(self)
         /\ are_near(new_members(log[self]), members \cup {the_server})
         /\ of'
              = (value :> learners(log[self]) \ (members \cup {the_server}))
                  @@ of
         /\ value \notin DOMAIN new
         /\ old' = (value :> members \cup {the_server}) @@ old
         /\ new' = (value :> members \cup {the_server}) @@ new
         /\ role[self] = "leader"
         /\ log'
              = [log EXCEPT
                   ![self] =
                     Append(@, [term |-> currentTerm[self], value |-> value])]
  /\ UNCHANGED <<restarts, currentTerm, votedFor, role, commitIndex,
                 votesGranted, nextIndex, matchIndex, isWiped, messages>>

\* Take a server out of the cluster, which keeps one at least.
remove(self, value, the_server) ==
  /\ LET members == new_members(log[self])
     IN  /\ the_server \in members
         /\ members # {the_server}
         /\ is_settled(self)
         /\ has_committed(self)
         /\ are_near(new_members(log[self]), members \ {the_server})
         /\ of'
              = (value :> learners(log[self]) \ (members \ {the_server})) @@ of
         /\ value \notin DOMAIN new
         /\ old' = (value :> members \ {the_server}) @@ old
         /\ new' = (value :> members \ {the_server}) @@ new
         /\ role[self] = "leader"
         /\ log'
              = [log EXCEPT
                   ![self] =
                     Append(@, [term |-> currentTerm[self], value |-> value])]
  /\ UNCHANGED <<restarts, currentTerm, votedFor, role, commitIndex,
                 votesGranted, nextIndex, matchIndex, isWiped, messages>>

\* Take a server in that does not count yet.
add_learner(self, value, the_server) ==
  /\ LET members == new_members(log[self])
     IN  /\ ~is_named(the_server, log[self])
         /\ may_teach(self)
         /\ of' = (value :> learners(log[self]) \cup {the_server}) @@ of
         /\ value \notin DOMAIN new
         /\ old' = (value :> members) @@ old
         /\ new' = (value :> members) @@ new
         /\ role[self] = "leader"
         /\ log'
              = [log EXCEPT
                   ![self] =
                     Append(@, [term |-> currentTerm[self], value |-> value])]
  /\ UNCHANGED <<restarts, currentTerm, votedFor, role, commitIndex,
                 votesGranted, nextIndex, matchIndex, isWiped, messages>>

\* The machine of a server that was removed is set up anew, with an empty disk.
wipe(self) ==
  /\ (~isWiped[self] /\ is_removed(self)) = TRUE
  /\ role' = [role EXCEPT ![self] = "follower"]
  /\ commitIndex' = [commitIndex EXCEPT ![self] = 0]
  /\ votesGranted' = [votesGranted EXCEPT ![self] = {}]
  /\ nextIndex' = [nextIndex EXCEPT ![self] = [s \in Server |-> 1]]
  /\ matchIndex' = [matchIndex EXCEPT ![self] = [s \in Server |-> 0]]
  /\ restarts' = restarts + 1
  /\ currentTerm' = [currentTerm EXCEPT ![self] = 0]
  /\ votedFor' = [votedFor EXCEPT ![self] = None]
  /\ log' = [log EXCEPT ![self] = <<>>]
  /\ isWiped' = [isWiped EXCEPT ![self] = TRUE]
  /\ UNCHANGED <<old, new, of, messages>>

\* The network's own step: lose
Network_lose(m) ==
  /\ messages' = Without(messages, m)
  /\ UNCHANGED <<restarts, old, new, of, currentTerm, votedFor, log, role,
                 commitIndex, votesGranted, nextIndex, matchIndex, isWiped>>

Next ==
  \/ \E self \in Server :
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
       \/ leave(self)
       \/ \E value \in Value :
            \E the_server \in Server : add(self, value, the_server)
       \/ \E value \in Value :
            \E the_server \in Server : remove(self, value, the_server)
       \/ \E value \in Value :
            \E the_server \in Server : add_learner(self, value, the_server)
       \/ wipe(self)
  \/ \E m \in DOMAIN messages : Network_lose(m)

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

\* There is a server that may stand, and for which a quorum may vote.
somebody_who_counts_can_win ==
  \E s \in Server :
    /\ takes_part(s)
    /\ may_stand(s)
    /\ is_quorum(s,
                 {p \in Server :
                  takes_part(p) /\ may_vote(p) /\ is_behind(p, s)})

\* Nobody is a learner and a member at once.
learners_do_not_count ==
  \A s \in Server : learners(log[s]) \cap new_members(log[s]) = {}

-------------------------------------------------------------------------------
\* What is claimed of every step that changes something: TLA+ asks nothing of
\* others

\* A leader never overwrites or deletes entries in its log; it only appends new
\* entries.
leader_append_only ==
  [][\A s \in Server :
       LET still == role[s] = "leader" /\ role'[s] = "leader"
       IN  still => Prefix(log'[s], Len(log[s])) = log[s]]_vars

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

\* What a value says is written once and for all.
configurations_are_never_rewritten ==
  [][\A value \in Value :
       IF value \in DOMAIN old => value \notin DOMAIN new
       THEN TRUE
       ELSE /\ value \in DOMAIN old'
            /\ value \in DOMAIN new'
            /\ old'[value] = old[value]
            /\ new'[value] = new[value]]_vars

\* A server's term and what it knows to be committed stay, until it is set up
\* anew.
what_is_stored_outlives_all_but_a_wipe ==
  [][\A s \in Server :
       LET kept == Prefix(log'[s], commitIndex[s])
                     = Prefix(log[s], commitIndex[s])
       IN  isWiped'[s] \/ (kept /\ currentTerm[s] <= currentTerm'[s])]_vars

\* A leader lets nobody count who lacks what it knows to be committed.
who_joins_has_caught_up ==
  [][\A s, peer \in Server :
       LET appends == role[s] = "leader" /\ Len(log[s]) < Len(log'[s])
       IN  IF appends => peer \in new_members(log[s])
           THEN TRUE
           ELSE LET joins == /\ peer \in new'[log'[s][Len(log'[s])].value]
                             /\ ~isWiped[peer]
                IN  joins
                      => Prefix(log[peer], commitIndex[s])
                           = Prefix(log[s], commitIndex[s])]_vars

-------------------------------------------------------------------------------
\* What is so in some state: TLC is not asked

\* There is a leader.
a_leader_is_elected == \E s \in Server : role[s] = "leader"

\* Some server knows of a committed entry.
an_entry_is_committed == max_log = 0 \/ (\E s \in Server : commitIndex[s] > 0)

\* A leader has an entry from the leader of an earlier term.
a_leader_inherits_an_entry ==
  \/ max_term < 2
  \/ max_log = 0
  \/ \E s \in Server :
       /\ role[s] = "leader"
       /\ log[s] # <<>>
       /\ Head(log[s]).term < currentTerm[s]

\* An old leader has not yet heard of the new one (which takes three servers).
two_leaders_of_different_terms ==
  \/ max_term < 2
  \/ Cardinality(Server) < 3
  \/ \E a, b \in Server :
       /\ role[a] = "leader"
       /\ role[b] = "leader"
       /\ currentTerm[a] < currentTerm[b]

\* A server knows of a committed configuration that is not the first one.
a_change_is_committed ==
  \/ max_log < 2
  \/ \E s \in Server :
       /\ commitIndex[s] > 0
       /\ new_members(Prefix(log[s], commitIndex[s])) # new_members(<<>>)

\* A server that was removed, and came back as a learner, is a member again.
a_learner_counts ==
  \/ max_log < 4
  \/ \E s \in Server :
       /\ Len(log[s]) >= 4
       /\ commitIndex[s] >= 3
       /\ learners(Prefix(log[s], 3)) # {}
       /\ learners(log[s]) = {}
       /\ new_members(log[s]) = Server

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

===============================================================================
