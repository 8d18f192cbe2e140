----------------------------- MODULE RaftLearners -----------------------------
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

(* --algorithm RaftLearners
variables
  \* Faults: How often servers have failed and come back.
  restarts = 0,
  \* Configurations: What each value that was asked for says: the cluster
  \* before a change, and after it.
  old = <<>>,
  new = <<>>,
  \* Learners: Which learners the configuration has that each value names.
  of = <<>>,
  \* Server: A server that learns before it counts.
  \* Persistent state on all servers.
  currentTerm = [s \in Server |-> 0],
  votedFor = [s \in Server |-> None],
  log = [s \in Server |-> <<>>],
  \* Volatile state on all servers.
  role = [s \in Server |-> "follower"],
  commitIndex = [s \in Server |-> 0],
  \* Volatile state on candidates and leaders.
  votesGranted = [s \in Server |-> {}],
  nextIndex = [s \in Server |-> [k \in Server |-> 1]],
  matchIndex = [s \in Server |-> [k \in Server |-> 0]],
  \* Whether the server was removed and set up anew.
  isWiped = [s \in Server |-> FALSE],
  \* The messages in flight
  messages = <<>>;

define
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

  \* Whether this server votes, and its vote in its term is free or already
  \* this one's.
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

  \* The cluster from which a log's last configuration leads away; all servers
  \* at first.
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

  \* Whether an existing entry has the index of a new one, but another term
  \* (step 3).
  conflicts(self, m) ==
    \E i \in (m.prevLogIndex + 1)..Min(Len(log[self]), last_new(self, m)) :
      log[self][i].term # m.entries[i - m.prevLogIndex].term

  \* The log without conflicting entries, and with the new ones (steps 3 and
  \* 4).
  merged_log(self, m) ==
    IF conflicts(self, m) \/ last_new(self, m) > Len(log[self])
    THEN Prefix(log[self], m.prevLogIndex) \o m.entries
    ELSE log[self]

  \* The commit index that the message justifies (step 5).
  committed_by(self, m) == Min(m.leaderCommit, last_new(self, m))

  \* Whether the log has an entry at prevLogIndex whose term is prevLogTerm
  \* (step 2).
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

  (* What is claimed of every state *)

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
        log[a][i].term = log[b][i].term
          => Prefix(log[a], i) = Prefix(log[b], i)

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

  \* Up to a leader's matchIndex for a peer of its own term, the two logs are
  \* the same.
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

  (* What is so in some state: TLC is not asked *)

  \* There is a leader.
  a_leader_is_elected == \E s \in Server : role[s] = "leader"

  \* Some server knows of a committed entry.
  an_entry_is_committed ==
    max_log = 0 \/ (\E s \in Server : commitIndex[s] > 0)

  \* A leader has an entry from the leader of an earlier term.
  a_leader_inherits_an_entry ==
    \/ max_term < 2
    \/ max_log = 0
    \/ \E s \in Server :
         /\ role[s] = "leader"
         /\ log[s] # <<>>
         /\ Head(log[s]).term < currentTerm[s]

  \* An old leader has not yet heard of the new one (which takes three
  \* servers).
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

  (* Bounds *)

  \* Terms up to max_term.
  terms_are_bounded == \A s \in Server : currentTerm[s] <= max_term

  \* Logs of up to max_log entries (and so as many entries in one
  \* AppendEntries).
  logs_are_bounded == \A s \in Server : Len(log[s]) <= max_log

  \* Up to max_restarts restarts in all.
  restarts_are_bounded == restarts <= max_restarts
end define;

\* Put a message in flight
macro send(message) begin
  messages := With(messages, message);
end macro;

\* Put several messages in flight
macro send_all(several) begin
  messages := WithAll(messages, several);
end macro;

\* Take a message out of the network
macro discard(message) begin
  messages := Without(messages, message);
end macro;

\* Answer a message, which is done with
macro reply(request, response) begin
  messages := With(Without(messages, request), response);
end macro;

\* Start an election: a new term, a vote for oneself, RequestVote to all
\* others.
macro Server_time_out() begin
  await role[self] # "leader";
  role[self] := "candidate";
  currentTerm[self] := currentTerm[self] + 1;
  votedFor[self] := self;
  votesGranted[self] := {self};
  send_all({[type |-> "RequestVote",
             source |-> self,
             dest |-> peer,
             term |-> currentTerm[self],
             lastLogIndex |-> Len(log[self]),
             lastLogTerm |-> last_term(log[self])] :
            peer \in Server \ {self}});
end macro;

\* Start an election, as every server may.
macro MemberServer_time_out() begin
  await may_stand(self);
  Server_time_out();
end macro;

\* Any RPC with a newer term: adopt it, and become a follower. The message
\* stays.
macro Server_update_term(m) begin
  await m.term > currentTerm[self];
  currentTerm[self] := m.term;
  role[self] := "follower";
  votedFor[self] := None;
end macro;

\* Votes from a majority of servers: become leader.
macro Server_become_leader() begin
  await role[self] = "candidate";
  await has_won(self);
  role[self] := "leader";
  nextIndex[self] := [s \in Server |-> Len(log[self]) + 1];
  matchIndex[self] := [s \in Server |-> 0];
end macro;

\* A command received from a client: append an entry to the local log.
macro Server_client_request(value) begin
  await role[self] = "leader";
  log[self] :=
    Append(log[self], [term |-> currentTerm[self], value |-> value]);
end macro;

\* Append an entry from which on this configuration holds.
macro propose_2(value, the_old, the_new) begin
  await value \notin DOMAIN new;
  old := (value :> the_old) @@ old;
  new := (value :> the_new) @@ new;
  Server_client_request(value);
end macro;

\* Append an entry from which on this configuration holds; who counts is no
\* learner.
macro propose(value, the_old, the_new) begin
  of := (value :> learners(log[self]) \ the_new) @@ of;
  propose_2(value, the_old, the_new);
end macro;

\* Answer false (steps 1 and 2).
macro reject(m) begin
  reply(m,
        [type |-> "AppendEntriesResponse",
         source |-> self,
         dest |-> m.source,
         term |-> currentTerm[self],
         success |-> FALSE,
         matchIndex |-> 0]);
end macro;

\* Take the entries over, and answer true (steps 3 to 5).
macro accept(m) begin
  log[self] := merged_log(self, m);
  commitIndex[self] := Max(commitIndex[self], committed_by(self, m));
  with the_matchIndex = last_new(self, m) do
    reply(m,
          [type |-> "AppendEntriesResponse",
           source |-> self,
           dest |-> m.source,
           term |-> m.term,
           success |-> TRUE,
           matchIndex |-> the_matchIndex]);
  end with;
end macro;

\* There is an N > commitIndex on a majority, log[N].term == currentTerm:
\* commit it.
macro Server_advance_commit_index() begin
  await role[self] = "leader";
  with N \in (commitIndex[self] + 1)..Len(log[self]) do
    await may_commit(self, N);
    await is_replicated(self, N);
    commitIndex[self] := N;
  end with;
end macro;

\* Append a configuration that differs by one server from the present one.
macro change_to(value, members) begin
  await is_settled(self) /\ has_committed(self);
  await are_near(new_members(log[self]), members);
  propose(value, members, members);
end macro;

\* Take a server into the cluster.
macro OneByOneServer_add(value, the_server) begin
  with members = new_members(log[self]) do
    await the_server \notin members;
    change_to(value, members \cup {the_server});
  end with;
end macro;

\* Fail and come back: what is volatile is lost.
macro Server_restart() begin
  role[self] := "follower";
  commitIndex[self] := 0;
  votesGranted[self] := {};
  nextIndex[self] := [s \in Server |-> 1];
  matchIndex[self] := [s \in Server |-> 0];
  restarts := restarts + 1;
end macro;

\* Fail and come back: what is volatile is lost.
macro restart() begin
  role[self] := "follower";
  commitIndex[self] := 0;
  votesGranted[self] := {};
  nextIndex[self] := [s \in Server |-> 1];
  matchIndex[self] := [s \in Server |-> 0];
  restarts := restarts + 1;
end macro;

\* Start an election.
macro time_out() begin
  await takes_part(self);
  MemberServer_time_out();
end macro;

\* Any RPC with a newer term: without that nothing is heard where the term is
\* 0.
macro update_term(m) begin
  await takes_part(self);
  Server_update_term(m);
end macro;

\* RequestVote, receiver implementation.
macro handle_request_vote(m) begin
  await m.term <= currentTerm[self];
  with granted = /\ m.term = currentTerm[self]
                 /\ may_vote_for(self, m.source)
                 /\ log_is_up_to_date(self, m)
  do
    if granted then
      votedFor[self] := m.source;
    end if;
    reply(m,
          [type |-> "RequestVoteResponse",
           source |-> self,
           dest |-> m.source,
           term |-> currentTerm[self],
           voteGranted |-> granted]);
  end with;
end macro;

\* Count a vote of this term; drop an answer of an older one.
macro handle_request_vote_response(m) begin
  await m.term <= currentTerm[self];
  if counts_vote(self, m) then
    votesGranted[self] := votesGranted[self] \cup {m.source};
  end if;
  discard(m);
end macro;

\* Votes from a quorum of the configuration that this server goes by: become
\* leader.
macro become_leader() begin
  Server_become_leader();
end macro;

\* A command received from a client leaves the configuration as it is.
macro client_request(value) begin
  with the_old = old_members(log[self]), the_new = new_members(log[self]) do
    propose(value, the_old, the_new);
  end with;
end macro;

\* Send a follower any number of log entries, starting at its nextIndex.
macro append_entries(peer) begin
  await role[self] = "leader";
  await peer # self;
  with prev = nextIndex[self][peer] - 1, last \in prev..Len(log[self]) do
    send([type |-> "AppendEntries",
          source |-> self,
          dest |-> peer,
          term |-> currentTerm[self],
          prevLogIndex |-> prev,
          prevLogTerm |-> term_at(log[self], prev),
          entries |-> Slice(log[self], prev, last),
          leaderCommit |-> commitIndex[self]]);
  end with;
end macro;

\* AppendEntries, receiver implementation.
macro handle_append_entries(m) begin
  await m.term <= currentTerm[self];
  if m.term = currentTerm[self] /\ role[self] = "candidate" then
    role[self] := "follower";
  end if;
  if m.term < currentTerm[self] \/ ~log_matches(self, m) then
    reject(m);
  else
    accept(m);
  end if;
end macro;

\* The leader learns how far a follower's log agrees, or tries further back.
macro handle_append_entries_response(m) begin
  await m.term <= currentTerm[self];
  if m.term = currentTerm[self] /\ role[self] = "leader" then
    if m.success then
      matchIndex[self][m.source] :=
        Max(matchIndex[self][m.source], m.matchIndex);
      nextIndex[self][m.source] := matchIndex[self][m.source] + 1;
    else
      nextIndex[self][m.source] := Max(nextIndex[self][m.source] - 1, 1);
    end if;
  end if;
  discard(m);
end macro;

\* As in Figure 2; it is remembered who had the last entry that is committed.
macro advance_commit_index() begin
  Server_advance_commit_index();
  with last = log[self][commitIndex[self]].value do
    skip;
  end with;
end macro;

\* A leader that is no member of the committed configuration steps down
\* (4.2.2).
macro leave() begin
  await role[self] = "leader";
  await is_settled(self);
  await /\ self \notin old_members(log[self])
        /\ self \notin new_members(log[self]);
  role[self] := "follower";
end macro;

\* Let a learner that has caught up count.
macro add(value, the_server) begin
  await the_server \in learners(log[self]);
  await has_caught_up(self, the_server);
  OneByOneServer_add(value, the_server);
end macro;

\* Take a server out of the cluster, which keeps one at least.
macro remove(value, the_server) begin
  with members = new_members(log[self]) do
    await the_server \in members /\ members # {the_server};
    change_to(value, members \ {the_server});
  end with;
end macro;

\* Take a server in that does not count yet.
macro add_learner(value, the_server) begin
  with members = new_members(log[self]) do
    await ~is_named(the_server, log[self]);
    await may_teach(self);
    of := (value :> learners(log[self]) \cup {the_server}) @@ of;
    propose_2(value, members, members);
  end with;
end macro;

\* The machine of a server that was removed is set up anew, with an empty disk.
macro wipe() begin
  await (~isWiped[self] /\ is_removed(self)) = TRUE;
  Server_restart();
  currentTerm[self] := 0;
  votedFor[self] := None;
  log[self] := <<>>;
  isWiped[self] := TRUE;
end macro;

\* A server that learns before it counts.
process server \in Server
begin
  server_step:
    while TRUE do
      either
        restart();
      or
        time_out();
      or
        with m \in inbox(self) do
          update_term(m);
        end with;
      or
        with m \in {m \in inbox(self) : m.type = "RequestVote"} do
          handle_request_vote(m);
        end with;
      or
        with m \in {m \in inbox(self) : m.type = "RequestVoteResponse"} do
          handle_request_vote_response(m);
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
        with m \in {m \in inbox(self) : m.type = "AppendEntries"} do
          handle_append_entries(m);
        end with;
      or
        with m \in {m \in inbox(self) : m.type = "AppendEntriesResponse"} do
          handle_append_entries_response(m);
        end with;
      or
        advance_commit_index();
      or
        leave();
      or
        with value \in Value, the_server \in Server do
          add(value, the_server);
        end with;
      or
        with value \in Value, the_server \in Server do
          remove(value, the_server);
        end with;
      or
        with value \in Value, the_server \in Server do
          add_learner(value, the_server);
        end with;
      or
        wipe();
      end either;
    end while;
end process;

\* What the network may do by itself.
process wire = "network"
begin
  network_step:
    while TRUE do
      with m \in DOMAIN messages do
          \* The network's own step: lose
          messages := Without(messages, m);
      end with;
    end while;
end process;

end algorithm; *)

\* BEGIN TRANSLATION
\* END TRANSLATION

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

Constraint ==
  /\ terms_are_bounded
  /\ logs_are_bounded
  /\ restarts_are_bounded
  /\ Cardinality(DOMAIN messages) <= max_messages
  /\ \A m \in DOMAIN messages : messages[m] <= max_copies

Symmetry == Permutations(Server) \cup Permutations(Value)

===============================================================================
