------------------------ MODULE WriteThroughCachePlain ------------------------
\* write-through-cache: processors with caches, a refinement of internal-
\* memory: chapter 4
EXTENDS Integers, Sequences, FiniteSets, TLC

CONSTANTS
  \* A processor that has a cache: the value of an address, or None where it
  \* has none.
  Processor,
  \* An address of the memory.
  Address,
  \* What an address can hold.
  Value,
  \* A place in the queue before the main memory; how many there are is the
  \* book's QLen.
  Slot,
  \* What is not there
  None

\* An operator applied to all items of a sequence, from the left
Fold(Op(_, _), base, s) ==
  LET so_far[i \in 0..Len(s)] ==
        IF i = 0 THEN base ELSE Op(so_far[i - 1], s[i])
  IN  so_far[Len(s)]

VARIABLES processor, sent, wmem, memQ, ctl, buf, cache

vars == <<processor, sent, wmem, memQ, ctl, buf, cache>>

\* Whether something is a Read.
is_Read(x) == x \notin Value /\ x # None /\ x.type = "Read"

\* The queue before the main memory can take one request more.
queue_has_room == Len(memQ) < Cardinality(Slot)

\* Whether something is a Write.
is_Write(x) == x \notin Value /\ x # None /\ x.type = "Write"

\* The main memory once all the writes in the queue will have been done: the
\* book's vmem.
after_queue(the_wmem, the_memQ) ==
  Fold(LAMBDA mem, queued : IF queued.request.type = "Write"
                            THEN (queued.request.address
                                    :> queued.request.value)
                                   @@ mem
                            ELSE mem,
       the_wmem,
       the_memQ)

-------------------------------------------------------------------------------
\* The initial states

Init ==
  /\ processor = (CHOOSE x \in Processor : TRUE)
  /\ sent = None
  /\ wmem \in [Address -> Value]
  /\ memQ = <<>>
  /\ ctl = [s \in Processor |-> "rdy"]
  /\ buf = [s \in Processor |-> None]
  /\ cache = [s \in Processor |-> [k \in Address |-> None]]

-------------------------------------------------------------------------------
\* The actions

\* Ask to write a value to an address, or (without a value) to read it: the
\* book's Req.
request(self, address, value) ==
  /\ ctl[self] = "rdy"
  /\ buf'
       = [buf EXCEPT
            ![self] =
              IF value = None
              THEN [type |-> "Read", address |-> address]
              ELSE [type |-> "Write", address |-> address, value |-> value]]
  /\ ctl' = [ctl EXCEPT ![self] = "busy"]
  /\ processor' = self
  /\ sent' = buf'[self]
  /\ UNCHANGED <<wmem, memQ, cache>>

\* The answer is sent: the value read, or nothing for a write: the book's Rsp.
respond(self) ==
  /\ ctl[self] = "done"
  /\ ctl' = [ctl EXCEPT ![self] = "rdy"]
  /\ processor' = self
  /\ sent' = buf[self]
  /\ UNCHANGED <<wmem, memQ, buf, cache>>

\* What is to be read is not in the cache: ask the main memory. The book's
\* RdMiss.
read_miss(self) ==
  /\ ctl[self] = "busy"
  /\ is_Read(buf[self])
  /\ cache[self][buf[self].address] = None
  /\ queue_has_room
  /\ memQ' = Append(memQ, [processor |-> self, request |-> buf[self]])
  /\ ctl' = [ctl EXCEPT ![self] = "waiting"]
  /\ UNCHANGED <<processor, sent, wmem, buf, cache>>

\* Read from the cache: the book's DoRd.
do_read(self) ==
  /\ ctl[self] \in {"busy", "waiting"}
  /\ is_Read(buf[self])
  /\ cache[self][buf[self].address] # None
  /\ buf' = [buf EXCEPT ![self] = cache[self][@.address]]
  /\ ctl' = [ctl EXCEPT ![self] = "done"]
  /\ UNCHANGED <<processor, sent, wmem, memQ, cache>>

\* Write to every cache that has the address, and to the main memory later:
\* DoWr.
do_write(self) ==
  /\ ctl[self] = "busy"
  /\ is_Write(buf[self])
  /\ queue_has_room
  /\ LET write == buf[self]
     IN  /\ cache'
              = [p \in Processor |->
                 IF p = self \/ cache[p][write.address] # None
                 THEN [cache[p] EXCEPT ![write.address] = write.value]
                 ELSE cache[p]]
         /\ memQ' = Append(memQ, [processor |-> self, request |-> write])
         /\ buf' = [buf EXCEPT ![self] = None]
         /\ ctl' = [ctl EXCEPT ![self] = "done"]
  /\ UNCHANGED <<processor, sent, wmem>>

\* Drop an address from the cache, but not one that is waited for: the book's
\* Evict.
evict(self, address) ==
  /\ (ctl[self] = "waiting" => buf[self].address # address) = TRUE
  /\ cache' = [cache EXCEPT ![self][address] = None]
  /\ UNCHANGED <<processor, sent, wmem, memQ, ctl, buf>>

\* A write reaches the main memory: the book's MemQWr.
write_memory ==
  /\ memQ # <<>>
  /\ Head(memQ).request.type = "Write"
  /\ LET write == Head(memQ).request
     IN  /\ wmem' = [wmem EXCEPT ![write.address] = write.value]
         /\ memQ' = Tail(memQ)
  /\ UNCHANGED <<processor, sent, ctl, buf, cache>>

\* A read fills the cache, with what the queued writes will have made of it:
\* MemQRd.
read_memory(p) ==
  /\ memQ # <<>>
  /\ Head(memQ).request.type = "Read"
  /\ Head(memQ).processor = p
  /\ LET address == Head(memQ).request.address
     IN  /\ cache'
              = [cache EXCEPT ![p][address] = after_queue(wmem, memQ)[address]]
         /\ memQ' = Tail(memQ)
  /\ UNCHANGED <<processor, sent, wmem, ctl, buf>>

Next ==
  \/ \E self \in Processor :
       \/ \E address \in Address :
            \E value \in Value \cup {None} : request(self, address, value)
       \/ respond(self)
       \/ read_miss(self)
       \/ do_read(self)
       \/ do_write(self)
       \/ \E address \in Address : evict(self, address)
  \/ write_memory
  \/ \E p \in Processor : read_memory(p)

Spec == Init /\ [][Next]_vars

-------------------------------------------------------------------------------
\* What is claimed of every state

\* A processor that is busy or waiting has a request in its buffer, otherwise
\* an answer.
a_request_in_hand_is_a_request ==
  \A p \in Processor :
    (ctl[p] \in {"busy", "waiting"}) = (is_Read(buf[p]) \/ is_Write(buf[p]))

\* Two caches that both have an address have the same value there: the book's
\* Coherence.
caches_agree ==
  \A p, q \in Processor :
    \A a \in Address :
      cache[p][a] = None \/ cache[q][a] = None \/ cache[p][a] = cache[q][a]

-------------------------------------------------------------------------------
\* What is so in some state: TLC is not asked

\* All processors have requests under way.
everybody_is_busy == \A p \in Processor : ctl[p] # "rdy"

-------------------------------------------------------------------------------
\* Bounds

Symmetry == Permutations(Address) \cup Permutations(Value)

-------------------------------------------------------------------------------
\* What is claimed of whole behaviors

FairSpec ==
  /\ Spec
  /\ WF_vars(write_memory \/ (\E p \in Processor : read_memory(p)))
  /\ \A self \in Processor : SF_vars(read_miss(self) \/ do_write(self))
  /\ \A self \in Processor : WF_vars(respond(self) \/ do_read(self))

is_busy_leads_to_is_ready ==
  \A p \in Processor : ctl[p] \in {"busy", "waiting"} ~> ctl[p] = "rdy"

===============================================================================
