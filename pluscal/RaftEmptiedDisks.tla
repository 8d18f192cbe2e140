--------------------------- MODULE RaftEmptiedDisks ---------------------------
\* raft-emptied-disks: raft-torn-disks with disks that lose all, and servers
\* that ask all others for a term
EXTENDS Integers, Sequences, FiniteSets, TLC

CONSTANTS
  \* A server whose disk may be emptied; the server notices.
  Server,
  \* A command that a client can ask for.
  Value,
  \* Bounds, and other numbers
  max_term, max_log, max_restarts, max_messages, max_copies,
  \* What is not there
  None

Min(a, b) == IF a < b THEN a ELSE b

Max(a, b) == IF a > b THEN a ELSE b

\* The least of some numbers
MinOf(S) == CHOOSE x \in S : \A y \in S : x <= y

MinOfOr(S, default) == IF S = {} THEN default ELSE MinOf(S)

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

(* --algorithm RaftEmptiedDisks
variables
  \* Faults: How often servers have failed and come back.
  restarts = 0,
  \* Server: A server whose disk may be emptied; the server notices.
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
  \* What is on the disk, what is on its way there, and up to where the log is
  \* known to be stored.
  stored = [s \in Server |-> <<>>],
  writing = [s \in Server |-> <<>>],
  storedIndex = [s \in Server |-> 0],
  \* The term in which the disk lost something that has not been made good.
  tornIn = [s \in Server |-> None],
  \* Whether the term is lost; the question that is asked, and who has answered
  \* it.
  isEmptied = [s \in Server |-> FALSE],
  question = [s \in Server |-> 0],
  answeredBy = [s \in Server |-> {}],
  \* The messages in flight
  messages = <<>>;

define
  \* Whether nothing can be under way that this server has forgotten to have
  \* asked for.
  may_stand(self) == question[self] = 0

  \* Whether this server may take part in elections: not while something is
  \* missing.
  may_elect(self) == tornIn[self] = None

  \* The term of the entry at an index; 0 before the first.
  term_at(the_log, index) == IF index > 0 THEN the_log[index].term ELSE 0

  \* The term of the log's last entry; 0 if there is none.
  last_term(the_log) == term_at(the_log, Len(the_log))

  \* The messages that a process can receive.
  inbox(self) == {m \in DOMAIN messages : m.dest = self}

  \* Whether this server knows in which term it is.
  knows_its_term(self) == ~isEmptied[self]

  \* Whether this server's vote in its term is still free, or already this
  \* candidate's.
  may_vote_for_2(self, candidate) ==
    votedFor[self] = None \/ votedFor[self] = candidate

  \* Whether this server's vote is free, and nothing is missing.
  may_vote_for(self, candidate) ==
    may_elect(self) /\ may_vote_for_2(self, candidate)

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

  \* Up to where a follower answers for its log: what was checked, as far as it
  \* is stored.
  answered(self, m) == Min(last_new(self, m), storedIndex[self])

  \* Whether a leader that was elected without this server has said all that is
  \* committed.
  is_made_good(self, m) ==
    LET has_all == m.leaderCommit <= answered(self, m)
        own == has_all /\ term_at(log[self], m.leaderCommit) = m.term
    IN  own /\ tornIn[self] # None /\ m.term > tornIn[self]

  \* Whether the log has an entry at prevLogIndex whose term is prevLogTerm
  \* (step 2).
  log_matches(self, m) ==
    /\ m.prevLogIndex <= Len(log[self])
    /\ term_at(log[self], m.prevLogIndex) = m.prevLogTerm

  \* Only entries of the leader's own term are committed by counting replicas
  \* (5.4.2).
  may_commit(self, index) == term_at(log[self], index) = currentTerm[self]

  \* The servers known to have stored the log up to an index.
  replicated_on(self, index) ==
    {s \in Server :
     index <= (IF s = self THEN storedIndex[self] ELSE matchIndex[self][s])}

  \* Whether a majority of the servers has the log up to an index.
  is_replicated(self, index) == is_quorum(replicated_on(self, index))

  \* Up to where the log is stored after a write: what is to be overwritten is
  \* not of it.
  stored_after(self, w) ==
    LET the_end == w.prev + Len(w.entries)
    IN  Min(the_end,
            MinOfOr({later.prev : later \in Range(writing[self])}, the_end))

  \* Whether a response answers what is asked now.
  is_answer(self, m) == isEmptied[self] /\ m.question = question[self]

  \* Whether everybody else has said its term; who is a majority alone has
  \* nobody to ask.
  has_all_answers(self) ==
    LET others == Server \ {self}
    IN  answeredBy[self] = others /\ ~is_quorum({self})

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

  \* Up to where a server believes that its log is on the disk, it is.
  what_is_believed_is_stored ==
    \A s \in Server :
      /\ Prefix(stored[s], storedIndex[s]) = Prefix(log[s], storedIndex[s])
      /\ storedIndex[s] <= Len(log[s])

  \* A server that has lost its term is in none, and is nobody's leader.
  who_is_emptied_takes_no_part ==
    \A s \in Server :
      isEmptied[s]
        => currentTerm[s] = 0 /\ role[s] = "follower" /\ log[s] = <<>>

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

  \* A leader has an entry that is on others' disks, and not on its own.
  an_entry_waits_for_the_disk ==
    \/ max_log = 0
    \/ \E s, p \in Server :
         /\ role[s] = "leader"
         /\ storedIndex[s] < Len(log[s])
         /\ matchIndex[s][p] = Len(log[s])

  \* A server takes no part in elections, since its disk has lost something.
  a_disk_is_torn ==
    max_log = 0 \/ max_restarts = 0 \/ (\E s \in Server : ~may_elect(s))

  \* A server whose disk was emptied is back in a term that others were in.
  a_term_is_found_again ==
    \/ max_restarts = 0
    \/ \E s \in Server :
         /\ question[s] > 0
         /\ ~isEmptied[s]
         /\ tornIn[s] # None
         /\ currentTerm[s] > 0

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

\* Fail and come back: what is volatile is lost.
macro Server_restart() begin
  role[self] := "follower";
  commitIndex[self] := 0;
  votesGranted[self] := {};
  nextIndex[self] := [s \in Server |-> 1];
  matchIndex[self] := [s \in Server |-> 0];
  restarts := restarts + 1;
end macro;

\* Fail and come back: there is what was on the disk.
macro DiskServer_restart() begin
  Server_restart();
  log[self] := stored[self];
  writing[self] := <<>>;
  storedIndex[self] := Len(stored[self]);
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

\* Start an election, where nothing is missing.
macro TornDiskServer_time_out() begin
  await may_elect(self);
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

\* A command received from a client: append an entry to the local log.
macro Server_client_request(value) begin
  await role[self] = "leader";
  log[self] :=
    Append(log[self], [term |-> currentTerm[self], value |-> value]);
end macro;

\* Begin to write the end of the log.
macro write(prev, entries) begin
  writing[self] := Append(writing[self], [prev |-> prev, entries |-> entries]);
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

\* Take the entries over, begin to write them, and answer for what is stored.
macro accept_2(m) begin
  if merged_log(self, m) # log[self] then
    log[self] := merged_log(self, m);
    storedIndex[self] := Min(storedIndex[self], m.prevLogIndex);
    write(m.prevLogIndex, m.entries);
  end if;
  commitIndex[self] := Max(commitIndex[self], committed_by(self, m));
  with the_matchIndex = Min(last_new(self, m), storedIndex[self]) do
    reply(m,
          [type |-> "AppendEntriesResponse",
           source |-> self,
           dest |-> m.source,
           term |-> m.term,
           success |-> TRUE,
           matchIndex |-> the_matchIndex]);
  end with;
end macro;

\* Take the entries over; what was lost may be there again.
macro accept(m) begin
  accept_2(m);
  if LET has_all == m.leaderCommit <= Min(last_new(self, m), storedIndex[self])
         own == has_all /\ term_at(log[self], m.leaderCommit) = m.term
     IN  own /\ tornIn[self] # None /\ m.term > tornIn[self]
  then
    tornIn[self] := None;
  end if;
end macro;

\* Fail and come back; who knows nothing has nothing to lose but its questions.
macro restart() begin
  await ~isEmptied[self];
  DiskServer_restart();
end macro;

\* Start an election, where all of one's own requests are known.
macro time_out() begin
  await may_stand(self);
  TornDiskServer_time_out();
end macro;

\* Any RPC with a newer term: nothing is heard while the term is not known.
macro update_term(m) begin
  await knows_its_term(self);
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

\* Votes from a majority of servers: become leader.
macro become_leader() begin
  await role[self] = "candidate";
  await has_won(self);
  role[self] := "leader";
  nextIndex[self] := [s \in Server |-> Len(log[self]) + 1];
  matchIndex[self] := [s \in Server |-> 0];
end macro;

\* A command received from a client: append it, and begin to write it.
macro client_request(value) begin
  with known = <<>> do
    Server_client_request(value);
    with prev = Len(log[self]) - 1,
         entries = Slice(log[self], prev, Len(log[self]))
    do
      write(prev, entries);
    end with;
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

\* There is an N > commitIndex on a majority, log[N].term == currentTerm:
\* commit it.
macro advance_commit_index() begin
  await role[self] = "leader";
  with N \in (commitIndex[self] + 1)..Len(log[self]) do
    await may_commit(self, N);
    await is_replicated(self, N);
    commitIndex[self] := N;
  end with;
end macro;

\* The disk has done what it was given first.
macro flush() begin
  await writing[self] # <<>>;
  with w = Head(writing[self]) do
    writing[self] := Tail(writing[self]);
    stored[self] := Prefix(stored[self], w.prev) \o w.entries;
    storedIndex[self] :=
      LET the_end == w.prev + Len(w.entries)
      IN  Min(the_end,
              MinOfOr({later.prev : later \in Range(writing[self])}, the_end));
    if role[self] = "leader" then
      with known = Get(<<>>, currentTerm[self], 0) do
        skip;
      end with;
    end if;
  end with;
end macro;

\* Fail and come back without the last entries on the disk.
macro lose_tail() begin
  with choice \in 0..(Len(stored[self]) - 1) do
    stored[self] := Slice(stored[self], 0, choice);
    tornIn[self] := currentTerm[self];
    DiskServer_restart();
  end with;
end macro;

\* Fail and come back with an empty disk, and a question that nobody has asked
\* before.
macro lose_all() begin
  stored[self] := <<>>;
  DiskServer_restart();
  currentTerm[self] := 0;
  votedFor[self] := None;
  tornIn[self] := 0;
  isEmptied[self] := TRUE;
  question[self] := restarts;
  answeredBy[self] := {};
end macro;

\* Ask another server for its term.
macro ask_for_term(peer) begin
  await isEmptied[self] /\ peer # self /\ peer \notin answeredBy[self];
  send([type |-> "TermRequest",
        source |-> self,
        dest |-> peer,
        term |-> currentTerm[self],
        question |-> question[self]]);
end macro;

\* Say one's term, where it is known.
macro handle_term_request(m) begin
  await knows_its_term(self);
  with known = Get(<<>>, m.question, currentTerm[self]) do
    reply(m,
          [type |-> "TermResponse",
           source |-> self,
           dest |-> m.source,
           term |-> currentTerm[self],
           question |-> m.question]);
  end with;
end macro;

\* Count an answer: the disk was emptied in no later term than the highest.
macro handle_term_response(m) begin
  if is_answer(self, m) /\ tornIn[self] # None then
    tornIn[self] := Max(tornIn[self], m.term);
    answeredBy[self] := answeredBy[self] \cup {m.source};
  end if;
  discard(m);
end macro;

\* All have answered: from here on this is a server whose log is torn.
macro find_term() begin
  await isEmptied[self] /\ has_all_answers(self) /\ tornIn[self] # None;
  if tornIn[self] # None then
    currentTerm[self] := tornIn[self];
  end if;
  isEmptied[self] := FALSE;
  answeredBy[self] := {};
end macro;

\* A server whose disk may be emptied; the server notices.
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
        flush();
      or
        lose_tail();
      or
        lose_all();
      or
        with peer \in Server do
          ask_for_term(peer);
        end with;
      or
        with m \in {m \in inbox(self) : m.type = "TermRequest"} do
          handle_term_request(m);
        end with;
      or
        with m \in {m \in inbox(self) : m.type = "TermResponse"} do
          handle_term_response(m);
        end with;
      or
        find_term();
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

\* What a server knows to be committed it keeps, but for a restart before it is
\* stored.
committed_log_outlives_all_but_a_restart ==
  [][\A s \in Server :
       LET kept == Prefix(log'[s], commitIndex[s])
                     = Prefix(log[s], commitIndex[s])
       IN  kept \/ restarts < restarts']_vars

\* A server's term never decreases, until its disk is emptied.
terms_grow_but_on_an_emptied_disk ==
  [][\A s \in Server : isEmptied'[s] \/ currentTerm[s] <= currentTerm'[s]]_vars

Constraint ==
  /\ terms_are_bounded
  /\ logs_are_bounded
  /\ restarts_are_bounded
  /\ Cardinality(DOMAIN messages) <= max_messages
  /\ \A m \in DOMAIN messages : messages[m] <= max_copies

Symmetry == Permutations(Server) \cup Permutations(Value)

===============================================================================
