-------------------------- MODULE LinearizableStore ---------------------------
\* linearizable-store: clients do not take turns, and are served in any order:
\* chapter 4
EXTENDS Integers, Sequences, FiniteSets, TLC

CONSTANTS
  \* A client that does not wait for the others: the mutex stays free.
  Client,
  \* A key of the store.
  Key,
  \* A value that can be written.
  Value,
  \* What is not there
  None

(* --algorithm LinearizableStore
variables
  \* Shared: What clients and store share: a mutex, the queues between them,
  \* and a log of it all.
  mutex = None,
  requests = <<>>,
  responses = [k \in Client |-> <<>>],
  \* Store: A store that serves the requests under way in any order.
  store_request = None,
  response = None,
  dictionary = [k \in Key |-> None];

define
  (* What is claimed of every state *)

  \* At most one request or response of a client is under way.
  one_request_for_each_client ==
    \A c \in Client :
      LET asked == Cardinality({r \in DOMAIN requests :
                                requests[r].client = c})
      IN  asked + Len(responses[c]) <= 1

  (* What is so in some state: TLC is not asked *)

  \* Two clients wait at the same time.
  two_requests_are_under_way == Len(requests) >= 2

  (* What is claimed of whole behaviors *)

  somebody_waits_leads_to_somebody_is_answered ==
    (\E c \in Client : pc[c] = "receive")
      ~> (\E c \in Client : pc[c] = "release")
end define;

\* A client that does not wait for the others: the mutex stays free.
fair process client \in Client
begin
  \* Go ahead; nobody needs to wait.
  take_mutex:-
    while TRUE do
      skip;
  \* Ask to read a key, or to write a value to it.
  request:-
      with key \in Key,
           value \in Value,
           op \in {"read", "write"},
           the_request = [type |-> "Request",
                          client |-> self,
                          op |-> op,
                          key |-> key,
                          value |-> IF op = "write" THEN value ELSE None]
      do
        requests := Append(requests, the_request);
      end with;
  \* Wait for the response and take it off the queue.
  receive:
      await responses[self] # <<>>;
      responses[self] := Tail(responses[self]);
  \* Let another client have its turn.
  release:
      mutex := None;
    end while;
end process;

\* A store that serves the requests under way in any order.
fair process store = "store"
begin
  \* Take any of the requests.
  take_request:
    while TRUE do
      await requests # <<>>;
      with i \in DOMAIN requests, chosen = requests[i] do
        store_request := chosen;
        requests := SelectSeq(requests, LAMBDA r : r # chosen);
      end with;
  \* Do what the request says, and prepare the response.
  serve:
      with r = store_request do
        if r.op = "write" then
          dictionary[r.key] := r.value;
        end if;
        response :=
          [type |-> "Response",
           client |-> r.client,
           op |-> r.op,
           key |-> r.key,
           value |-> dictionary[r.key]];
      end with;
  \* Put the response on the client's queue.
  respond:
      with the_client = response.client do
        responses[the_client] := Append(responses[the_client], response);
      end with;
  \* Go back to waiting.
  rest:
      skip;
    end while;
end process;

end algorithm; *)

\* BEGIN TRANSLATION
\* END TRANSLATION

Symmetry ==
  Permutations(Client) \cup Permutations(Key) \cup Permutations(Value)

===============================================================================
