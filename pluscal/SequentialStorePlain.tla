------------------------- MODULE SequentialStorePlain -------------------------
\* sequential-store: clients take turns at one store process: chapter 2
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

VARIABLES mutex, requests, responses, pc, store_request, response, dictionary

vars == <<mutex, requests, responses, pc, store_request, response, dictionary>>

-------------------------------------------------------------------------------
\* The initial states

Init ==
  /\ mutex = None
  /\ requests = <<>>
  /\ responses = [k \in Client |-> <<>>]
  /\ pc
       = [p \in Client \cup {"store"} |->
          IF p \in Client THEN "take_mutex" ELSE "take_request"]
  /\ store_request = None
  /\ response = None
  /\ dictionary = [k \in Key |-> None]

-------------------------------------------------------------------------------
\* The actions

\* Wait until no client has the mutex, and take it.
take_mutex(self) ==
  /\ pc[self] = "take_mutex"
  /\ mutex = None
  /\ mutex' = self
  /\ pc' = [pc EXCEPT ![self] = "request"]
  /\ UNCHANGED <<requests, responses, store_request, response, dictionary>>

\* Ask to read a key, or to write a value to it.
request(self, key, value) ==
  /\ pc[self] = "request"
  /\ \E op \in {"read", "write"} :
       LET the_request == [type |-> "Request",
                           client |-> self,
                           op |-> op,
                           key |-> key,
                           value |-> IF op = "write" THEN value ELSE None]
       IN  /\ requests' = Append(requests, the_request)
           /\ pc' = [pc EXCEPT ![self] = "receive"]
  /\ UNCHANGED <<mutex, responses, store_request, response, dictionary>>

\* Wait for the response and take it off the queue.
receive(self) ==
  /\ pc[self] = "receive"
  /\ responses[self] # <<>>
  /\ responses' = [responses EXCEPT ![self] = Tail(@)]
  /\ pc' = [pc EXCEPT ![self] = "release"]
  /\ UNCHANGED <<mutex, requests, store_request, response, dictionary>>

\* Let another client have its turn.
release(self) ==
  /\ pc[self] = "release"
  /\ mutex' = None
  /\ pc' = [pc EXCEPT ![self] = "take_mutex"]
  /\ UNCHANGED <<requests, responses, store_request, response, dictionary>>

\* Wait for a request and take it off the queue.
take_request ==
  /\ pc["store"] = "take_request"
  /\ requests # <<>>
  /\ store_request' = Head(requests)
  /\ requests' = Tail(requests)
  /\ pc' = [pc EXCEPT !["store"] = "serve"]
  /\ UNCHANGED <<mutex, responses, response, dictionary>>

\* Do what the request says, and prepare the response.
serve ==
  /\ pc["store"] = "serve"
  /\ LET r == store_request
     IN  /\ IF r.op = "write"
            THEN dictionary' = [dictionary EXCEPT ![r.key] = r.value]
            ELSE UNCHANGED dictionary
         /\ response'
              = [type |-> "Response",
                 client |-> r.client,
                 op |-> r.op,
                 key |-> r.key,
                 value |-> dictionary'[r.key]]
         /\ pc' = [pc EXCEPT !["store"] = "respond"]
  /\ UNCHANGED <<mutex, requests, responses, store_request>>

\* Put the response on the client's queue.
respond ==
  /\ pc["store"] = "respond"
  /\ LET the_client == response.client
     IN  /\ responses' = [responses EXCEPT ![the_client] = Append(@, response)]
         /\ pc' = [pc EXCEPT !["store"] = "rest"]
  /\ UNCHANGED <<mutex, requests, store_request, response, dictionary>>

\* Go back to waiting.
rest ==
  /\ pc["store"] = "rest"
  /\ pc' = [pc EXCEPT !["store"] = "take_request"]
  /\ UNCHANGED <<mutex, requests, responses, store_request, response,
                 dictionary>>

Next ==
  \/ \E self \in Client :
       \/ take_mutex(self)
       \/ \E key \in Key : \E value \in Value : request(self, key, value)
       \/ receive(self)
       \/ release(self)
  \/ take_request
  \/ serve
  \/ respond
  \/ rest

Spec == Init /\ [][Next]_vars

-------------------------------------------------------------------------------
\* What is claimed of every state

\* At most one client is between taking the mutex and releasing it, and it has
\* the mutex.
one_client_at_a_time ==
  \A a, b \in Client :
    LET at_work == pc[a] # "take_mutex"
    IN  (mutex = a) = at_work /\ (a = b \/ ~at_work \/ pc[b] = "take_mutex")

\* At most one request or response is under way.
one_request_at_a_time ==
  Len(requests) + Sum(LAMBDA key : Len(responses[key]), DOMAIN responses) <= 1

-------------------------------------------------------------------------------
\* What is so in some state: TLC is not asked

\* A client is answered a value that was written before.
a_written_value_is_read ==
  \E key \in DOMAIN responses :
    \E the_response \in Range(responses[key]) :
      the_response.op = "read" /\ the_response.value # None

-------------------------------------------------------------------------------
\* Bounds

Symmetry ==
  Permutations(Client) \cup Permutations(Key) \cup Permutations(Value)

-------------------------------------------------------------------------------
\* What is claimed of whole behaviors

FairSpec ==
  /\ Spec
  /\ \A self \in Client :
       WF_vars(\/ take_mutex(self)
               \/ \E key \in Key :
                    \E value \in Value : request(self, key, value)
               \/ receive(self)
               \/ release(self))
  /\ WF_vars(take_request \/ serve \/ respond \/ rest)

all_clients_eventually_run == \A c \in Client : []<>(pc[c] = "request")

===============================================================================
