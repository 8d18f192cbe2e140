------------------------- MODULE RaftStoreLeasesPlain -------------------------
\* raft-store-leases: the store on top of Raft, with reads under a lease, as
\* far as clocks keep together
EXTENDS Integers, Sequences, FiniteSets, TLC

CONSTANTS
  \* A client: calls the store, one command after the other.
  Client,
  \* A server with a clock: a leader answers reads under a lease, and may hand
  \* over.
  Server,
  \* A command that a client can ask for.
  Value,
  \* A key of the store.
  Key,
  \* A tick of the time for which a promise is given.
  Promised,
  \* A tick by which two clocks may differ.
  Apart,
  \* Bounds, and other numbers
  max_term, max_log, max_restarts, max_messages, max_reads, max_clock,
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

VARIABLES
  restarts, of, serial, command, asked, currentTerm, votedFor, log, role,
  commitIndex, votesGranted, nextIndex, matchIndex, lastApplied, readIndex,
  round, confirmedBy, dictionary, done, answers, reading, clock, promisedUntil,
  roundBegan, leaseUntil, handedOver, messages

vars ==
  <<restarts, of, serial, command, asked, currentTerm, votedFor, log, role,
    commitIndex, votesGranted, nextIndex, matchIndex, lastApplied, readIndex,
    round, confirmedBy, dictionary, done, answers, reading, clock,
    promisedUntil, roundBegan, leaseUntil, handedOver, messages>>

\* The messages that a process can receive.
inbox(self) == {m \in messages : m.dest = self}

\* Whether it is still too early to vote.
keeps_promise(self) == clock[self] < promisedUntil[self]

\* The term of the entry at an index; 0 before the first.
term_at(the_log, index) == IF index > 0 THEN the_log[index].term ELSE 0

\* The term of the log's last entry; 0 if there is none.
last_term(the_log) == term_at(the_log, Len(the_log))

\* Whether this server's vote in its term is still free, or already this
\* candidate's.
may_vote_for_2(self, candidate) ==
  votedFor[self] = None \/ votedFor[self] = candidate

\* Whether this server's vote is free, and promised to nobody.
may_vote_for(self, candidate) ==
  may_vote_for_2(self, candidate) /\ ~keeps_promise(self)

\* Whether the candidate's log is at least as up to date as this server's
\* (5.4.1).
log_is_up_to_date(self, m) ==
  \/ m.lastLogTerm > last_term(log[self])
  \/ m.lastLogTerm = last_term(log[self]) /\ m.lastLogIndex >= Len(log[self])

\* Whether a response is a vote for this server's present candidacy.
counts_vote(self, m) ==
  m.term = currentTerm[self] /\ role[self] = "candidate" /\ m.voteGranted

\* Whether these servers are a majority of the cluster.
is_quorum(servers) == Cardinality(Server) < 2 * Cardinality(servers)

\* Whether a majority of the servers has voted for this one.
has_won(self) == is_quorum(votesGranted[self])

\* Whether the leader knows of a committed entry of its own term, and so of all
\* before.
may_read(self) == term_at(log[self], commitIndex[self]) = currentTerm[self]

\* Reads need no entry, where the leader has committed one in its term.
needs_no_log(self, the_command) ==
  of[the_command].op = "read" /\ may_read(self)

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

\* Whether a command's number exceeds all that was applied for its client.
is_new(self, the_command) ==
  LET the_call == of[the_command]
      last == done[self][the_call.client]
  IN  last = None \/ of[last].serial < the_call.serial

\* Whether an answer belongs to the round of the read that waits.
confirms(self, m) == m.term = currentTerm[self] /\ m.round = round[self]

\* Until when a lease lasts, whose round began at a time: all by this leader's
\* clock.
lease_from(self, began) ==
  Max((began + Cardinality(Promised)) - 2 * Cardinality(Apart), 0)

\* Whether the state machine has got as far as the read needs.
has_applied(self) ==
  readIndex[self] # None /\ readIndex[self] <= lastApplied[self]

\* Whether a majority has confirmed the read that waits.
still_leads_2(self) == is_quorum(confirmedBy[self])

\* Whether nobody can have been elected since the lease began.
has_lease(self) == clock[self] < leaseUntil[self]

\* Whether a majority has confirmed the read that waits, or a lease lasts.
still_leads(self) == still_leads_2(self) \/ has_lease(self)

\* Whether this clock, one tick on, is still near to all others.
may_tick(self) == \A s \in Server : clock[s] + Cardinality(Apart) > clock[self]

-------------------------------------------------------------------------------
\* The initial states

Init ==
  /\ restarts = 0
  /\ of = <<>>
  /\ serial = [s \in Client |-> 0]
  /\ command = [s \in Client |-> None]
  /\ asked = [s \in Client |-> None]
  /\ currentTerm = [s \in Server |-> 0]
  /\ votedFor = [s \in Server |-> None]
  /\ log = [s \in Server |-> <<>>]
  /\ role = [s \in Server |-> "follower"]
  /\ commitIndex = [s \in Server |-> 0]
  /\ votesGranted = [s \in Server |-> {}]
  /\ nextIndex = [s \in Server |-> [k \in Server |-> 1]]
  /\ matchIndex = [s \in Server |-> [k \in Server |-> 0]]
  /\ lastApplied = [s \in Server |-> 0]
  /\ readIndex = [s \in Server |-> None]
  /\ round = [s \in Server |-> 0]
  /\ confirmedBy = [s \in Server |-> {}]
  /\ dictionary = [s \in Server |-> [k \in Key |-> None]]
  /\ done = [s \in Server |-> [k \in Client |-> None]]
  /\ answers = [s \in Server |-> [k \in Client |-> None]]
  /\ reading = [s \in Server |-> None]
  /\ clock = [s \in Server |-> 0]
  /\ promisedUntil = [s \in Server |-> 0]
  /\ roundBegan = [s \in Server |-> 0]
  /\ leaseUntil = [s \in Server |-> 0]
  /\ handedOver = [s \in Server |-> FALSE]
  /\ messages = {}

-------------------------------------------------------------------------------
\* The actions

\* Begin a call: to read a key, or to write this new value to it.
Call(self, the_command, key) ==
  /\ command[self] = None
  /\ the_command \notin DOMAIN of
  /\ \E op \in {"read", "write"} :
       /\ serial' = [serial EXCEPT ![self] = @ + 1]
       /\ command' = [command EXCEPT ![self] = the_command]
       /\ of'
            = (the_command
                 :> [client |-> self,
                     serial |-> serial'[self],
                     op |-> op,
                     key |-> key])
                @@ of
  /\ UNCHANGED <<restarts, asked, currentTerm, votedFor, log, role,
                 commitIndex, votesGranted, nextIndex, matchIndex, lastApplied,
                 readIndex, round, confirmedBy, dictionary, done, answers,
                 reading, clock, promisedUntil, roundBegan, leaseUntil,
                 handedOver, messages>>

\* Send the command to any server.
ask(self, the_server) ==
  /\ command[self] # None
  /\ asked[self] = None
  /\ asked' = [asked EXCEPT ![self] = the_server]
  /\ messages'
       = messages
           \cup {[type |-> "ClientRequest",
                  source |-> self,
                  dest |-> the_server,
                  command |-> command[self]]}
  /\ UNCHANGED <<restarts, of, serial, command, currentTerm, votedFor, log,
                 role, commitIndex, votesGranted, nextIndex, matchIndex,
                 lastApplied, readIndex, round, confirmedBy, dictionary, done,
                 answers, reading, clock, promisedUntil, roundBegan,
                 leaseUntil, handedOver>>

\* No answer: ask again, this server or another.
lose_patience(self) ==
  /\ asked[self] # None
  /\ asked' = [asked EXCEPT ![self] = None]
  /\ UNCHANGED <<restarts, of, serial, command, currentTerm, votedFor, log,
                 role, commitIndex, votesGranted, nextIndex, matchIndex,
                 lastApplied, readIndex, round, confirmedBy, dictionary, done,
                 answers, reading, clock, promisedUntil, roundBegan,
                 leaseUntil, handedOver, messages>>

\* The server that was asked does not lead: ask another.
handle_redirect(self, m) ==
  /\ IF m.command = command[self] /\ m.source = asked[self]
     THEN asked' = [asked EXCEPT ![self] = None]
     ELSE UNCHANGED asked
  /\ UNCHANGED <<restarts, of, serial, command, currentTerm, votedFor, log,
                 role, commitIndex, votesGranted, nextIndex, matchIndex,
                 lastApplied, readIndex, round, confirmedBy, dictionary, done,
                 answers, reading, clock, promisedUntil, roundBegan,
                 leaseUntil, handedOver, messages>>

\* The answer: the call is over. Answers that come twice are dropped.
receive(self, m) ==
  /\ IF m.command = command[self]
     THEN /\ command' = [command EXCEPT ![self] = None]
          /\ asked' = [asked EXCEPT ![self] = None]
     ELSE UNCHANGED <<command, asked>>
  /\ UNCHANGED <<restarts, of, serial, currentTerm, votedFor, log, role,
                 commitIndex, votesGranted, nextIndex, matchIndex, lastApplied,
                 readIndex, round, confirmedBy, dictionary, done, answers,
                 reading, clock, promisedUntil, roundBegan, leaseUntil,
                 handedOver, messages>>

\* Fail and come back: what was promised is forgotten, so promise once more.
restart(self) ==
  /\ role' = [role EXCEPT ![self] = "follower"]
  /\ commitIndex' = [commitIndex EXCEPT ![self] = 0]
  /\ votesGranted' = [votesGranted EXCEPT ![self] = {}]
  /\ nextIndex' = [nextIndex EXCEPT ![self] = [s \in Server |-> 1]]
  /\ matchIndex' = [matchIndex EXCEPT ![self] = [s \in Server |-> 0]]
  /\ restarts' = restarts + 1
  /\ readIndex' = [readIndex EXCEPT ![self] = None]
  /\ confirmedBy' = [confirmedBy EXCEPT ![self] = {}]
  /\ lastApplied' = [lastApplied EXCEPT ![self] = 0]
  /\ dictionary' = [dictionary EXCEPT ![self] = [key \in Key |-> None]]
  /\ done' = [done EXCEPT ![self] = [the_client \in Client |-> None]]
  /\ answers' = [answers EXCEPT ![self] = [the_client \in Client |-> None]]
  /\ reading' = [reading EXCEPT ![self] = None]
  /\ promisedUntil'
       = [promisedUntil EXCEPT ![self] = clock[self] + Cardinality(Promised)]
  /\ leaseUntil' = [leaseUntil EXCEPT ![self] = 0]
  /\ handedOver' = [handedOver EXCEPT ![self] = FALSE]
  /\ UNCHANGED <<of, serial, command, asked, currentTerm, votedFor, log, round,
                 clock, roundBegan, messages>>

\* Start an election, but not while a promise lasts.
time_out(self) ==
  /\ ~keeps_promise(self)
  /\ role[self] # "leader"
  /\ role' = [role EXCEPT ![self] = "candidate"]
  /\ currentTerm' = [currentTerm EXCEPT ![self] = @ + 1]
  /\ votedFor' = [votedFor EXCEPT ![self] = self]
  /\ votesGranted' = [votesGranted EXCEPT ![self] = {self}]
  /\ messages'
       = messages
           \cup {[type |-> "RequestVote",
                  source |-> self,
                  dest |-> peer,
                  term |-> currentTerm'[self],
                  lastLogIndex |-> Len(log[self]),
                  lastLogTerm |-> last_term(log[self])] :
                 peer \in Server \ {self}}
  /\ UNCHANGED <<restarts, of, serial, command, asked, log, commitIndex,
                 nextIndex, matchIndex, lastApplied, readIndex, round,
                 confirmedBy, dictionary, done, answers, reading, clock,
                 promisedUntil, roundBegan, leaseUntil, handedOver>>

\* A newer term: who led has no lease any more.
update_term(self, m) ==
  /\ m.type # "ClientRequest"
  /\ m.term > currentTerm[self]
  /\ currentTerm' = [currentTerm EXCEPT ![self] = m.term]
  /\ role' = [role EXCEPT ![self] = "follower"]
  /\ votedFor' = [votedFor EXCEPT ![self] = None]
  /\ readIndex' = [readIndex EXCEPT ![self] = None]
  /\ confirmedBy' = [confirmedBy EXCEPT ![self] = {}]
  /\ reading' = [reading EXCEPT ![self] = None]
  /\ leaseUntil' = [leaseUntil EXCEPT ![self] = 0]
  /\ handedOver' = [handedOver EXCEPT ![self] = FALSE]
  /\ UNCHANGED <<restarts, of, serial, command, asked, log, commitIndex,
                 votesGranted, nextIndex, matchIndex, lastApplied, round,
                 dictionary, done, answers, clock, promisedUntil, roundBegan,
                 messages>>

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
              = messages
                  \cup {[type |-> "RequestVoteResponse",
                         source |-> self,
                         dest |-> m.source,
                         term |-> currentTerm[self],
                         voteGranted |-> granted]}
  /\ UNCHANGED <<restarts, of, serial, command, asked, currentTerm, log, role,
                 commitIndex, votesGranted, nextIndex, matchIndex, lastApplied,
                 readIndex, round, confirmedBy, dictionary, done, answers,
                 reading, clock, promisedUntil, roundBegan, leaseUntil,
                 handedOver>>

\* Count a vote of this term; drop an answer of an older one.
handle_request_vote_response(self, m) ==
  /\ m.term <= currentTerm[self]
  /\ IF counts_vote(self, m)
     THEN votesGranted' = [votesGranted EXCEPT ![self] = @ \cup {m.source}]
     ELSE UNCHANGED votesGranted
  /\ UNCHANGED <<restarts, of, serial, command, asked, currentTerm, votedFor,
                 log, role, commitIndex, nextIndex, matchIndex, lastApplied,
                 readIndex, round, confirmedBy, dictionary, done, answers,
                 reading, clock, promisedUntil, roundBegan, leaseUntil,
                 handedOver, messages>>

\* Votes from a majority of servers: become leader.
become_leader(self) ==
  /\ role[self] = "candidate"
  /\ has_won(self)
  /\ role' = [role EXCEPT ![self] = "leader"]
  /\ nextIndex'
       = [nextIndex EXCEPT ![self] = [s \in Server |-> Len(log[self]) + 1]]
  /\ matchIndex' = [matchIndex EXCEPT ![self] = [s \in Server |-> 0]]
  /\ UNCHANGED <<restarts, of, serial, command, asked, currentTerm, votedFor,
                 log, commitIndex, votesGranted, lastApplied, readIndex, round,
                 confirmedBy, dictionary, done, answers, reading, clock,
                 promisedUntil, roundBegan, leaseUntil, handedOver, messages>>

\* A leader appends the command to its log; another server says that it does
\* not lead.
client_request(self, m) ==
  /\ ~needs_no_log(self, m.command)
  /\ IF role[self] = "leader"
     THEN /\ role[self] = "leader"
          /\ log'
               = [log EXCEPT
                    ![self] =
                      Append(@,
                             [term |-> currentTerm[self],
                              value |-> m.command])]
          /\ UNCHANGED messages
     ELSE /\ messages'
               = messages
                   \cup {[type |-> "Redirect",
                          source |-> self,
                          dest |-> m.source,
                          command |-> m.command]}
          /\ UNCHANGED log
  /\ UNCHANGED <<restarts, of, serial, command, asked, currentTerm, votedFor,
                 role, commitIndex, votesGranted, nextIndex, matchIndex,
                 lastApplied, readIndex, round, confirmedBy, dictionary, done,
                 answers, reading, clock, promisedUntil, roundBegan,
                 leaseUntil, handedOver>>

\* Send a follower any number of log entries, starting at its nextIndex.
append_entries(self, peer) ==
  /\ role[self] = "leader"
  /\ peer # self
  /\ LET prev == nextIndex[self][peer] - 1
     IN  \E last \in prev..Len(log[self]) :
           messages'
             = messages
                 \cup {[type |-> "AppendEntries",
                        source |-> self,
                        dest |-> peer,
                        term |-> currentTerm[self],
                        prevLogIndex |-> prev,
                        prevLogTerm |-> term_at(log[self], prev),
                        entries |-> Slice(log[self], prev, last),
                        leaderCommit |-> commitIndex[self]]}
  /\ UNCHANGED <<restarts, of, serial, command, asked, currentTerm, votedFor,
                 log, role, commitIndex, votesGranted, nextIndex, matchIndex,
                 lastApplied, readIndex, round, confirmedBy, dictionary, done,
                 answers, reading, clock, promisedUntil, roundBegan,
                 leaseUntil, handedOver>>

\* AppendEntries, receiver implementation.
handle_append_entries(self, m) ==
  /\ m.term <= currentTerm[self]
  /\ IF m.term = currentTerm[self] /\ role[self] = "candidate"
     THEN role' = [role EXCEPT ![self] = "follower"]
     ELSE UNCHANGED role
  /\ IF m.term < currentTerm[self] \/ ~log_matches(self, m)
     THEN /\ messages'
               = messages
                   \cup {[type |-> "AppendEntriesResponse",
                          source |-> self,
                          dest |-> m.source,
                          term |-> currentTerm[self],
                          success |-> FALSE,
                          matchIndex |-> 0]}
          /\ UNCHANGED <<log, commitIndex>>
     ELSE /\ log' = [log EXCEPT ![self] = merged_log(self, m)]
          /\ commitIndex'
               = [commitIndex EXCEPT ![self] = Max(@, committed_by(self, m))]
          /\ LET the_matchIndex == last_new(self, m)
             IN  messages'
                   = messages
                       \cup {[type |-> "AppendEntriesResponse",
                              source |-> self,
                              dest |-> m.source,
                              term |-> m.term,
                              success |-> TRUE,
                              matchIndex |-> the_matchIndex]}
  /\ UNCHANGED <<restarts, of, serial, command, asked, currentTerm, votedFor,
                 votesGranted, nextIndex, matchIndex, lastApplied, readIndex,
                 round, confirmedBy, dictionary, done, answers, reading, clock,
                 promisedUntil, roundBegan, leaseUntil, handedOver>>

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
  /\ UNCHANGED <<restarts, of, serial, command, asked, currentTerm, votedFor,
                 log, role, commitIndex, votesGranted, lastApplied, readIndex,
                 round, confirmedBy, dictionary, done, answers, reading, clock,
                 promisedUntil, roundBegan, leaseUntil, handedOver, messages>>

\* As in Figure 2; what is committed for the first time is chosen.
advance_commit_index(self) ==
  /\ role[self] = "leader"
  /\ \E N \in (commitIndex[self] + 1)..Len(log[self]) :
       /\ may_commit(self, N)
       /\ is_replicated(self, N)
       /\ commitIndex' = [commitIndex EXCEPT ![self] = N]
  /\ UNCHANGED <<restarts, of, serial, command, asked, currentTerm, votedFor,
                 log, role, votesGranted, nextIndex, matchIndex, lastApplied,
                 readIndex, round, confirmedBy, dictionary, done, answers,
                 reading, clock, promisedUntil, roundBegan, leaseUntil,
                 handedOver, messages>>

\* Apply the next committed entry to the state machine.
apply(self) ==
  /\ lastApplied[self] < commitIndex[self]
  /\ lastApplied' = [lastApplied EXCEPT ![self] = @ + 1]
  /\ LET the_command == log[self][lastApplied'[self]].value
     IN  IF is_new(self, the_command)
         THEN LET the_call == of[the_command]
              IN  /\ IF the_call.op = "write"
                     THEN dictionary'
                            = [dictionary EXCEPT
                                 ![self][the_call.key] = the_command]
                     ELSE UNCHANGED dictionary
                  /\ done'
                       = [done EXCEPT ![self][the_call.client] = the_command]
                  /\ answers'
                       = [answers EXCEPT
                            ![self][the_call.client] =
                              dictionary'[self][the_call.key]]
         ELSE UNCHANGED <<dictionary, done, answers>>
  /\ UNCHANGED <<restarts, of, serial, command, asked, currentTerm, votedFor,
                 log, role, commitIndex, votesGranted, nextIndex, matchIndex,
                 readIndex, round, confirmedBy, reading, clock, promisedUntil,
                 roundBegan, leaseUntil, handedOver, messages>>

\* A read starts a round; the lease that it brings counts from here.
begin_read(self, m) ==
  /\ needs_no_log(self, m.command)
  /\ role[self] = "leader"
  /\ readIndex[self] = None
  /\ may_read(self)
  /\ readIndex' = [readIndex EXCEPT ![self] = commitIndex[self]]
  /\ round' = [round EXCEPT ![self] = @ + 1]
  /\ confirmedBy' = [confirmedBy EXCEPT ![self] = {self}]
  /\ messages'
       = messages
           \cup {[type |-> "Heartbeat",
                  source |-> self,
                  dest |-> peer,
                  term |-> currentTerm[self],
                  round |-> round'[self]] :
                 peer \in Server \ {self}}
  /\ reading' = [reading EXCEPT ![self] = m.command]
  /\ roundBegan' = [roundBegan EXCEPT ![self] = clock[self]]
  /\ UNCHANGED <<restarts, of, serial, command, asked, currentTerm, votedFor,
                 log, role, commitIndex, votesGranted, nextIndex, matchIndex,
                 lastApplied, dictionary, done, answers, clock, promisedUntil,
                 leaseUntil, handedOver>>

\* Confirm a leader of this term, and promise to elect nobody for a while.
handle_heartbeat(self, m) ==
  /\ m.term <= currentTerm[self]
  /\ IF m.term = currentTerm[self]
     THEN messages'
            = messages
                \cup {[type |-> "HeartbeatResponse",
                       source |-> self,
                       dest |-> m.source,
                       term |-> m.term,
                       round |-> m.round]}
     ELSE UNCHANGED messages
  /\ IF m.term = currentTerm[self]
     THEN promisedUntil'
            = [promisedUntil EXCEPT
                 ![self] = clock[self] + Cardinality(Promised)]
     ELSE UNCHANGED promisedUntil
  /\ UNCHANGED <<restarts, of, serial, command, asked, currentTerm, votedFor,
                 log, role, commitIndex, votesGranted, nextIndex, matchIndex,
                 lastApplied, readIndex, round, confirmedBy, dictionary, done,
                 answers, reading, clock, roundBegan, leaseUntil, handedOver>>

\* When a quorum has promised, the leader has a lease.
handle_heartbeat_response(self, m) ==
  /\ m.term <= currentTerm[self]
  /\ IF role[self] = "leader" /\ readIndex[self] # None /\ confirms(self, m)
     THEN confirmedBy' = [confirmedBy EXCEPT ![self] = @ \cup {m.source}]
     ELSE UNCHANGED confirmedBy
  /\ IF /\ role[self] = "leader"
        /\ is_quorum(confirmedBy'[self])
        /\ ~handedOver[self]
     THEN leaseUntil'
            = [leaseUntil EXCEPT ![self] = lease_from(self, roundBegan[self])]
     ELSE UNCHANGED leaseUntil
  /\ UNCHANGED <<restarts, of, serial, command, asked, currentTerm, votedFor,
                 log, role, commitIndex, votesGranted, nextIndex, matchIndex,
                 lastApplied, readIndex, round, dictionary, done, answers,
                 reading, clock, promisedUntil, roundBegan, handedOver,
                 messages>>

\* Answer it from the state machine.
answer_read(self) ==
  /\ role[self] = "leader"
  /\ has_applied(self)
  /\ still_leads(self) = TRUE
  /\ readIndex' = [readIndex EXCEPT ![self] = None]
  /\ confirmedBy' = [confirmedBy EXCEPT ![self] = {}]
  /\ LET the_call == of[reading[self]]
         value == dictionary[self][the_call.key]
     IN  /\ messages'
              = messages
                  \cup {[type |-> "ClientResponse",
                         source |-> self,
                         dest |-> the_call.client,
                         command |-> reading[self],
                         value |-> value]}
         /\ reading' = [reading EXCEPT ![self] = None]
  /\ UNCHANGED <<restarts, of, serial, command, asked, currentTerm, votedFor,
                 log, role, commitIndex, votesGranted, nextIndex, matchIndex,
                 lastApplied, round, dictionary, done, answers, clock,
                 promisedUntil, roundBegan, leaseUntil, handedOver>>

\* A leader tells a client the answer to the last command that was done for it.
respond(self, the_client) ==
  /\ role[self] = "leader"
  /\ done[self][the_client] # None
  /\ messages'
       = messages
           \cup {[type |-> "ClientResponse",
                  source |-> self,
                  dest |-> the_client,
                  command |-> done[self][the_client],
                  value |-> answers[self][the_client]]}
  /\ UNCHANGED <<restarts, of, serial, command, asked, currentTerm, votedFor,
                 log, role, commitIndex, votesGranted, nextIndex, matchIndex,
                 lastApplied, readIndex, round, confirmedBy, dictionary, done,
                 answers, reading, clock, promisedUntil, roundBegan,
                 leaseUntil, handedOver>>

\* Time goes by.
tick(self) ==
  /\ may_tick(self)
  /\ clock' = [clock EXCEPT ![self] = @ + 1]
  /\ UNCHANGED <<restarts, of, serial, command, asked, currentTerm, votedFor,
                 log, role, commitIndex, votesGranted, nextIndex, matchIndex,
                 lastApplied, readIndex, round, confirmedBy, dictionary, done,
                 answers, reading, promisedUntil, roundBegan, leaseUntil,
                 handedOver, messages>>

\* Let another server stand for election at once, and give up the lease.
hand_over(self, peer) ==
  /\ role[self] = "leader"
  /\ peer # self
  /\ leaseUntil' = [leaseUntil EXCEPT ![self] = 0]
  /\ handedOver' = [handedOver EXCEPT ![self] = TRUE]
  /\ messages'
       = messages
           \cup {[type |-> "TimeoutNow",
                  source |-> self,
                  dest |-> peer,
                  term |-> currentTerm[self]]}
  /\ UNCHANGED <<restarts, of, serial, command, asked, currentTerm, votedFor,
                 log, role, commitIndex, votesGranted, nextIndex, matchIndex,
                 lastApplied, readIndex, round, confirmedBy, dictionary, done,
                 answers, reading, clock, promisedUntil, roundBegan>>

\* The leader gives this server its promise back.
handle_timeout_now(self, m) ==
  /\ m.term = currentTerm[self]
  /\ promisedUntil' = [promisedUntil EXCEPT ![self] = 0]
  /\ UNCHANGED <<restarts, of, serial, command, asked, currentTerm, votedFor,
                 log, role, commitIndex, votesGranted, nextIndex, matchIndex,
                 lastApplied, readIndex, round, confirmedBy, dictionary, done,
                 answers, reading, clock, roundBegan, leaseUntil, handedOver,
                 messages>>

Next ==
  \/ \E self \in Client :
       \/ \E the_command \in Value :
            \E key \in Key : Call(self, the_command, key)
       \/ \E the_server \in Server : ask(self, the_server)
       \/ lose_patience(self)
       \/ \E m \in {m \in inbox(self) : m.type = "Redirect"} :
            handle_redirect(self, m)
       \/ \E m \in {m \in inbox(self) : m.type = "ClientResponse"} :
            receive(self, m)
  \/ \E self \in Server :
       \/ restart(self)
       \/ time_out(self)
       \/ \E m \in inbox(self) : update_term(self, m)
       \/ \E m \in {m \in inbox(self) : m.type = "RequestVote"} :
            handle_request_vote(self, m)
       \/ \E m \in {m \in inbox(self) : m.type = "RequestVoteResponse"} :
            handle_request_vote_response(self, m)
       \/ become_leader(self)
       \/ \E m \in {m \in inbox(self) : m.type = "ClientRequest"} :
            client_request(self, m)
       \/ \E peer \in Server : append_entries(self, peer)
       \/ \E m \in {m \in inbox(self) : m.type = "AppendEntries"} :
            handle_append_entries(self, m)
       \/ \E m \in {m \in inbox(self) : m.type = "AppendEntriesResponse"} :
            handle_append_entries_response(self, m)
       \/ advance_commit_index(self)
       \/ apply(self)
       \/ \E m \in {m \in inbox(self) : m.type = "ClientRequest"} :
            begin_read(self, m)
       \/ \E m \in {m \in inbox(self) : m.type = "Heartbeat"} :
            handle_heartbeat(self, m)
       \/ \E m \in {m \in inbox(self) : m.type = "HeartbeatResponse"} :
            handle_heartbeat_response(self, m)
       \/ answer_read(self)
       \/ \E the_client \in Client : respond(self, the_client)
       \/ tick(self)
       \/ \E peer \in Server : hand_over(self, peer)
       \/ \E m \in {m \in inbox(self) : m.type = "TimeoutNow"} :
            handle_timeout_now(self, m)

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

\* What was applied is committed.
applied_is_committed == \A s \in Server : lastApplied[s] <= commitIndex[s]

\* Servers that have applied equally much have the same state.
state_machines_agree ==
  \A a, b \in Server :
    lastApplied[a] = lastApplied[b]
      => /\ dictionary[a] = dictionary[b]
         /\ done[a] = done[b]
         /\ answers[a] = answers[b]

\* The assumption: no clock is ahead of another one by more than `drift` ticks.
clocks_keep_together == \A a, b \in Server : clock[a] <= clock[b] + 1

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

\* A client has had an answer.
a_call_is_answered ==
  max_log = 0 \/ (\E c \in Client : serial[c] > 0 /\ command[c] = None)

\* A read can be answered that no quorum has confirmed.
a_read_is_answered_under_a_lease ==
  \/ max_reads < 2
  \/ \E s \in Server :
       has_applied(s) /\ has_lease(s) /\ ~is_quorum(confirmedBy[s])

-------------------------------------------------------------------------------
\* Bounds

\* Terms up to max_term.
terms_are_bounded == \A s \in Server : currentTerm[s] <= max_term

\* Logs of up to max_log entries (and so as many entries in one AppendEntries).
logs_are_bounded == \A s \in Server : Len(log[s]) <= max_log

\* Up to max_restarts restarts in all.
restarts_are_bounded == restarts <= max_restarts

\* Each server begins up to max_reads reads.
reads_are_bounded == \A s \in Server : round[s] <= max_reads

\* Clocks go up to max_clock.
clocks_are_bounded == \A s \in Server : clock[s] <= max_clock

Constraint ==
  /\ terms_are_bounded
  /\ logs_are_bounded
  /\ restarts_are_bounded
  /\ reads_are_bounded
  /\ clocks_are_bounded
  /\ Cardinality(messages) <= max_messages

===============================================================================
