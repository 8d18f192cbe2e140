------------------------ MODULE UnhurriedTransferPlain ------------------------
\* unhurried-transfer: raft-transfer where nothing fails and nobody hurries:
\* who is asked to stand does
EXTENDS Integers, Sequences, FiniteSets, TLC

CONSTANTS
  \* The same where nobody acts while a message is under way, and nothing fails
  \* any more.
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
  restarts, currentTerm, votedFor, log, role, commitIndex, votesGranted,
  nextIndex, matchIndex, hearsLeader, preVotes, heardFrom, successor,
  isInvited, messages

vars ==
  <<restarts, currentTerm, votedFor, log, role, commitIndex, votesGranted,
    nextIndex, matchIndex, hearsLeader, preVotes, heardFrom, successor,
    isInvited, messages>>

\* Whether these servers are a majority of the cluster.
is_quorum(servers) == Cardinality(Server) < 2 * Cardinality(servers)

\* Whether a majority would vote for this server.
would_win_2(self) == is_quorum(preVotes[self])

\* Whether this server may stand: a majority, or the leader of its term, is for
\* it.
would_win(self) == would_win_2(self) \/ isInvited[self]

\* The term of the entry at an index; 0 before the first.
term_at(the_log, index) == IF index > 0 THEN the_log[index].term ELSE 0

\* The term of the log's last entry; 0 if there is none.
last_term(the_log) == term_at(the_log, Len(the_log))

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

\* Whether a majority of the servers has voted for this one.
has_won(self) == is_quorum(votesGranted[self])

\* Whether a leader takes requests: not while it hands over.
takes_requests(self) == successor[self] = None

\* Whether no message is under way.
is_quiet == DOMAIN messages = {}

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

\* Whether this server would vote for the one that asks, in a term that is
\* still to come.
would_vote_for(self, m) ==
  /\ m.term >= currentTerm[self]
  /\ role[self] # "leader"
  /\ ~hearsLeader[self]
  /\ log_is_up_to_date(self, m)

\* Whether a response belongs to what this server asks now.
counts_pre_vote(self, m) ==
  m.term = currentTerm[self] /\ m.voteGranted /\ self \in preVotes[self]

\* Whether a majority, this leader among them, has been heard.
hears_majority(self) == is_quorum(heardFrom[self] \cup {self})

\* Whether a follower is known to have all that this leader has.
is_up_to_date(self, peer) == matchIndex[self][peer] = Len(log[self])

\* Whether it is the leader of this server's term that asks.
is_invited_by(self, m) == m.term = currentTerm[self] /\ role[self] = "follower"

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
  /\ hearsLeader = [s \in Server |-> FALSE]
  /\ preVotes = [s \in Server |-> {}]
  /\ heardFrom = [s \in Server |-> {}]
  /\ successor = [s \in Server |-> None]
  /\ isInvited = [s \in Server |-> FALSE]
  /\ messages = <<>>

-------------------------------------------------------------------------------
\* The actions

\* Servers do not fail.
restart(self) ==
  /\ FALSE
  /\ role' = [role EXCEPT ![self] = "follower"]
  /\ commitIndex' = [commitIndex EXCEPT ![self] = 0]
  /\ votesGranted' = [votesGranted EXCEPT ![self] = {}]
  /\ nextIndex' = [nextIndex EXCEPT ![self] = [s \in Server |-> 1]]
  /\ matchIndex' = [matchIndex EXCEPT ![self] = [s \in Server |-> 0]]
  /\ restarts' = restarts + 1
  /\ hearsLeader' = [hearsLeader EXCEPT ![self] = FALSE]
  /\ preVotes' = [preVotes EXCEPT ![self] = {}]
  /\ heardFrom' = [heardFrom EXCEPT ![self] = {}]
  /\ successor' = [successor EXCEPT ![self] = None]
  /\ isInvited' = [isInvited EXCEPT ![self] = FALSE]
  /\ UNCHANGED <<currentTerm, votedFor, log, messages>>

\* Start an election, where a majority or the leader wants it.
time_out(self) ==
  /\ would_win(self) = TRUE
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
  /\ preVotes' = [preVotes EXCEPT ![self] = {}]
  /\ isInvited' = [isInvited EXCEPT ![self] = FALSE]
  /\ hearsLeader' = [hearsLeader EXCEPT ![self] = FALSE]
  /\ UNCHANGED <<restarts, log, commitIndex, nextIndex, matchIndex, heardFrom,
                 successor>>

\* A newer term: nobody who leads has asked this server to stand.
update_term(self, m) ==
  /\ m.type # "PreVote"
  /\ m.term > currentTerm[self]
  /\ currentTerm' = [currentTerm EXCEPT ![self] = m.term]
  /\ role' = [role EXCEPT ![self] = "follower"]
  /\ votedFor' = [votedFor EXCEPT ![self] = None]
  /\ hearsLeader' = [hearsLeader EXCEPT ![self] = FALSE]
  /\ preVotes' = [preVotes EXCEPT ![self] = {}]
  /\ isInvited' = [isInvited EXCEPT ![self] = FALSE]
  /\ UNCHANGED <<restarts, log, commitIndex, votesGranted, nextIndex,
                 matchIndex, heardFrom, successor, messages>>

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
                 nextIndex, matchIndex, hearsLeader, preVotes, heardFrom,
                 successor, isInvited>>

\* Count a vote of this term; drop an answer of an older one.
handle_request_vote_response(self, m) ==
  /\ m.term <= currentTerm[self]
  /\ IF counts_vote(self, m)
     THEN votesGranted' = [votesGranted EXCEPT ![self] = @ \cup {m.source}]
     ELSE UNCHANGED votesGranted
  /\ messages' = Without(messages, m)
  /\ UNCHANGED <<restarts, currentTerm, votedFor, log, role, commitIndex,
                 nextIndex, matchIndex, hearsLeader, preVotes, heardFrom,
                 successor, isInvited>>

\* Votes from a majority: a leader hands over to nobody at first.
become_leader(self) ==
  /\ role[self] = "candidate"
  /\ has_won(self)
  /\ role' = [role EXCEPT ![self] = "leader"]
  /\ nextIndex'
       = [nextIndex EXCEPT ![self] = [s \in Server |-> Len(log[self]) + 1]]
  /\ matchIndex' = [matchIndex EXCEPT ![self] = [s \in Server |-> 0]]
  /\ heardFrom' = [heardFrom EXCEPT ![self] = votesGranted[self]]
  /\ successor' = [successor EXCEPT ![self] = None]
  /\ UNCHANGED <<restarts, currentTerm, votedFor, log, commitIndex,
                 votesGranted, hearsLeader, preVotes, isInvited, messages>>

\* A command received from a client, where the leader hands over to nobody.
client_request(self, value) ==
  /\ takes_requests(self)
  /\ role[self] = "leader"
  /\ log'
       = [log EXCEPT
            ![self] = Append(@, [term |-> currentTerm[self], value |-> value])]
  /\ UNCHANGED <<restarts, currentTerm, votedFor, role, commitIndex,
                 votesGranted, nextIndex, matchIndex, hearsLeader, preVotes,
                 heardFrom, successor, isInvited, messages>>

\* Send where all is quiet.
append_entries(self, peer) ==
  /\ is_quiet
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
  /\ UNCHANGED <<restarts, currentTerm, votedFor, log, role, commitIndex,
                 votesGranted, nextIndex, matchIndex, hearsLeader, preVotes,
                 heardFrom, successor, isInvited>>

\* A leader of this term is heard: nobody else is wanted.
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
  /\ IF m.term = currentTerm[self]
     THEN /\ hearsLeader' = [hearsLeader EXCEPT ![self] = TRUE]
          /\ preVotes' = [preVotes EXCEPT ![self] = {}]
     ELSE UNCHANGED <<hearsLeader, preVotes>>
  /\ UNCHANGED <<restarts, currentTerm, votedFor, votesGranted, nextIndex,
                 matchIndex, heardFrom, successor, isInvited>>

\* A follower of this leader is heard.
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
  /\ IF m.term = currentTerm[self] /\ role[self] = "leader"
     THEN heardFrom' = [heardFrom EXCEPT ![self] = @ \cup {m.source}]
     ELSE UNCHANGED heardFrom
  /\ UNCHANGED <<restarts, currentTerm, votedFor, log, role, commitIndex,
                 votesGranted, hearsLeader, preVotes, successor, isInvited>>

\* There is an N > commitIndex on a majority, log[N].term == currentTerm:
\* commit it.
advance_commit_index(self) ==
  /\ role[self] = "leader"
  /\ \E N \in (commitIndex[self] + 1)..Len(log[self]) :
       /\ may_commit(self, N)
       /\ is_replicated(self, N)
       /\ commitIndex' = [commitIndex EXCEPT ![self] = N]
  /\ UNCHANGED <<restarts, currentTerm, votedFor, log, role, votesGranted,
                 nextIndex, matchIndex, hearsLeader, preVotes, heardFrom,
                 successor, isInvited, messages>>

\* Ask where all is quiet.
ask_for_pre_votes(self) ==
  /\ is_quiet
  /\ role[self] # "leader"
  /\ hearsLeader' = [hearsLeader EXCEPT ![self] = FALSE]
  /\ preVotes' = [preVotes EXCEPT ![self] = {self}]
  /\ messages'
       = WithAll(messages,
                 {[type |-> "PreVote",
                   source |-> self,
                   dest |-> peer,
                   term |-> currentTerm[self],
                   lastLogIndex |-> Len(log[self]),
                   lastLogTerm |-> last_term(log[self])] :
                  peer \in Server \ {self}})
  /\ UNCHANGED <<restarts, currentTerm, votedFor, log, role, commitIndex,
                 votesGranted, nextIndex, matchIndex, heardFrom, successor,
                 isInvited>>

\* Answer; nothing is promised by it. Who asks in an older term hears of the
\* newer one.
handle_pre_vote(self, m) ==
  /\ LET granted == would_vote_for(self, m)
         term == IF granted THEN m.term ELSE currentTerm[self]
     IN  messages'
           = With(Without(messages, m),
                  [type |-> "PreVoteResponse",
                   source |-> self,
                   dest |-> m.source,
                   term |-> term,
                   voteGranted |-> granted])
  /\ UNCHANGED <<restarts, currentTerm, votedFor, log, role, commitIndex,
                 votesGranted, nextIndex, matchIndex, hearsLeader, preVotes,
                 heardFrom, successor, isInvited>>

\* Count who would vote for this server, if it still wants to know.
handle_pre_vote_response(self, m) ==
  /\ m.term <= currentTerm[self]
  /\ IF counts_pre_vote(self, m)
     THEN preVotes' = [preVotes EXCEPT ![self] = @ \cup {m.source}]
     ELSE UNCHANGED preVotes
  /\ messages' = Without(messages, m)
  /\ UNCHANGED <<restarts, currentTerm, votedFor, log, role, commitIndex,
                 votesGranted, nextIndex, matchIndex, hearsLeader, heardFrom,
                 successor, isInvited>>

\* An election timeout has passed for a leader: go on if a majority was heard
\* in it.
check_quorum(self) ==
  /\ role[self] = "leader"
  /\ IF ~hears_majority(self)
     THEN role' = [role EXCEPT ![self] = "follower"]
     ELSE UNCHANGED role
  /\ heardFrom' = [heardFrom EXCEPT ![self] = {}]
  /\ UNCHANGED <<restarts, currentTerm, votedFor, log, commitIndex,
                 votesGranted, nextIndex, matchIndex, hearsLeader, preVotes,
                 successor, isInvited, messages>>

\* Choose who is to lead next.
begin_transfer(self, peer) ==
  /\ role[self] = "leader"
  /\ peer # self
  /\ successor[self] = None
  /\ successor' = [successor EXCEPT ![self] = peer]
  /\ UNCHANGED <<restarts, currentTerm, votedFor, log, role, commitIndex,
                 votesGranted, nextIndex, matchIndex, hearsLeader, preVotes,
                 heardFrom, isInvited, messages>>

\* Ask where all is quiet.
ask_to_stand(self, peer) ==
  /\ is_quiet
  /\ role[self] = "leader"
  /\ peer = successor[self]
  /\ is_up_to_date(self, peer)
  /\ messages'
       = With(messages,
              [type |-> "TimeoutNow",
               source |-> self,
               dest |-> peer,
               term |-> currentTerm[self]])
  /\ UNCHANGED <<restarts, currentTerm, votedFor, log, role, commitIndex,
                 votesGranted, nextIndex, matchIndex, hearsLeader, preVotes,
                 heardFrom, successor, isInvited>>

\* An election timeout has passed, and nobody has taken over: go on as leader.
give_up_transfer(self) ==
  /\ role[self] = "leader"
  /\ successor[self] # None
  /\ successor' = [successor EXCEPT ![self] = None]
  /\ UNCHANGED <<restarts, currentTerm, votedFor, log, role, commitIndex,
                 votesGranted, nextIndex, matchIndex, hearsLeader, preVotes,
                 heardFrom, isInvited, messages>>

\* The leader of this term wants this server to stand; one of an older term is
\* past.
handle_timeout_now(self, m) ==
  /\ m.term <= currentTerm[self]
  /\ IF is_invited_by(self, m)
     THEN isInvited' = [isInvited EXCEPT ![self] = TRUE]
     ELSE UNCHANGED isInvited
  /\ messages' = Without(messages, m)
  /\ UNCHANGED <<restarts, currentTerm, votedFor, log, role, commitIndex,
                 votesGranted, nextIndex, matchIndex, hearsLeader, preVotes,
                 heardFrom, successor>>

\* The network's own step: lose
Network_lose(m) ==
  /\ messages' = Without(messages, m)
  /\ UNCHANGED <<restarts, currentTerm, votedFor, log, role, commitIndex,
                 votesGranted, nextIndex, matchIndex, hearsLeader, preVotes,
                 heardFrom, successor, isInvited>>

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
       \/ ask_for_pre_votes(self)
       \/ \E m \in {m \in inbox(self) : m.type = "PreVote"} :
            handle_pre_vote(self, m)
       \/ \E m \in {m \in inbox(self) : m.type = "PreVoteResponse"} :
            handle_pre_vote_response(self, m)
       \/ check_quorum(self)
       \/ \E peer \in Server : begin_transfer(self, peer)
       \/ \E peer \in Server : ask_to_stand(self, peer)
       \/ give_up_transfer(self)
       \/ \E m \in {m \in inbox(self) : m.type = "TimeoutNow"} :
            handle_timeout_now(self, m)
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

\* Who still counts what others would vote has not heard from a leader since it
\* asked.
who_is_asked_has_no_leader ==
  \A s \in Server : preVotes[s] = {} \/ ~hearsLeader[s]

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

\* A leader whom no majority answers any more has become a follower, in its own
\* term.
a_leader_steps_down_in_its_term ==
  \E s \in Server :
    role[s] = "follower" /\ votedFor[s] = s /\ is_quorum(votesGranted[s])

-------------------------------------------------------------------------------
\* What can be so again after every state: nothing that TLA+ can claim

\* There is a leader, or a server that a majority would vote for.
somebody_leads_or_would_win ==
  \E s \in Server : role[s] = "leader" \/ would_win(s)

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

FairSpec == Spec /\ (\A self \in Server : WF_vars(time_out(self)))

whoever_is_asked_to_stand_does ==
  \A s \in Server :
    isInvited[s] ~> (role[s] = "follower" => currentTerm[s] >= max_term)

===============================================================================
