--------------------------- MODULE QueueStorePlain ----------------------------
\* queue-store: clients do not take turns; the store serves them in order of
\* arrival: chapter 4
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

\* Go ahead; nobody needs to wait.
take_mutex(self) ==
  /\ pc[self] = "take_mutex"
  /\ pc' = [pc EXCEPT ![self] = "request"]
  /\ UNCHANGED <<mutex, requests, responses, store_request, response,
                 dictionary>>

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

\* At most one request or response of a client is under way.
one_request_for_each_client ==
  \A c \in Client :
    LET asked == Cardinality({r \in DOMAIN requests : requests[r].client = c})
    IN  asked + Len(responses[c]) <= 1

-------------------------------------------------------------------------------
\* What is so in some state: TLC is not asked

\* Two clients wait at the same time.
two_requests_are_under_way == Len(requests) >= 2

-------------------------------------------------------------------------------
\* Bounds

Symmetry ==
  Permutations(Client) \cup Permutations(Key) \cup Permutations(Value)

-------------------------------------------------------------------------------
\* What is claimed of whole behaviors

FairSpec ==
  /\ Spec
  /\ \A self \in Client : WF_vars(receive(self) \/ release(self))
  /\ WF_vars(take_request \/ serve \/ respond \/ rest)

waits_leads_to_is_answered ==
  \A c \in Client : pc[c] = "receive" ~> pc[c] = "release"

===============================================================================
