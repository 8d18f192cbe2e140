------------------------------ MODULE FairStore -------------------------------
\* fair-store: the sequential store with a fair mutex, so that nobody starves:
\* chapter 2
EXTENDS Integers, Sequences, FiniteSets, TLC

CONSTANTS
  \* A client: takes the mutex, sends one request, waits for the response,
  \* releases.
  Client,
  \* A key of the store.
  Key,
  \* A value that can be written.
  Value,
  \* What is not there
  None

\* What is in a sequence
Range(s) == {s[i] : i \in DOMAIN s}

\* The sum of the values of an operator for the members of a set
Sum(Op(_), S) ==
  LET total[T \in SUBSET S] ==
        IF T = {} THEN 0
        ELSE LET x == CHOOSE x \in T : TRUE
             IN  Op(x) + total[T \ {x}]
  IN  total[S]

(* --algorithm FairStore
variables
  \* Shared: What clients and store share: a mutex, the queues between them,
  \* and a log of it all.
  mutex = None,
  requests = <<>>,
  responses = [k \in Client |-> <<>>],
  \* Store: The store: serves one request after the other from its dictionary.
  store_request = None,
  response = None,
  dictionary = [k \in Key |-> None];

define
  (* What is claimed of every state *)

  \* At most one client is between taking the mutex and releasing it, and it
  \* has the mutex.
  one_client_at_a_time ==
    \A a, b \in Client :
      LET at_work == pc[a] # "take_mutex"
      IN  (mutex = a) = at_work /\ (a = b \/ ~at_work \/ pc[b] = "take_mutex")

  \* At most one request or response is under way.
  one_request_at_a_time ==
    Len(requests) + Sum(LAMBDA key : Len(responses[key]), DOMAIN responses)
      <= 1

  (* What is so in some state: TLC is not asked *)

  \* A client is answered a value that was written before.
  a_written_value_is_read ==
    \E key \in DOMAIN responses :
      \E the_response \in Range(responses[key]) :
        the_response.op = "read" /\ the_response.value # None

  (* What is claimed of whole behaviors *)

  all_clients_eventually_run == \A c \in Client : []<>(pc[c] = "request")
end define;

\* A client: takes the mutex, sends one request, waits for the response,
\* releases.
fair process client \in Client
begin
  \* Wait until no client has the mutex, and take it.
  take_mutex:+
    while TRUE do
      await mutex = None;
      mutex := self;
  \* Ask to read a key, or to write a value to it.
  request:
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

\* The store: serves one request after the other from its dictionary.
fair process store = "store"
begin
  \* Wait for a request and take it off the queue.
  take_request:
    while TRUE do
      await requests # <<>>;
      store_request := Head(requests);
      requests := Tail(requests);
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
