------------------------- MODULE InternalMemoryPlain --------------------------
\* internal-memory: a linearizable memory (Specifying Systems, chapter 5):
\* chapter 4
EXTENDS Integers, Sequences, FiniteSets, TLC

CONSTANTS
  \* A processor: sends a request, the memory does it, the processor has its
  \* answer.
  Processor,
  \* An address of the memory.
  Address,
  \* What an address can hold.
  Value,
  \* What is not there
  None

VARIABLES processor, sent, mem, ctl, buf

vars == <<processor, sent, mem, ctl, buf>>

\* Whether something is a Write.
is_Write(x) == x \notin Value /\ x # None /\ x.type = "Write"

\* Whether something is a Read.
is_Read(x) == x \notin Value /\ x # None /\ x.type = "Read"

-------------------------------------------------------------------------------
\* The initial states

Init ==
  /\ processor = (CHOOSE x \in Processor : TRUE)
  /\ sent = None
  /\ mem \in [Address -> Value]
  /\ ctl = [s \in Processor |-> "rdy"]
  /\ buf = [s \in Processor |-> None]

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
  /\ UNCHANGED mem

\* The request takes effect, at once: the book's Do.
Do(self) ==
  /\ ctl[self] = "busy"
  /\ IF is_Write(buf[self])
     THEN /\ mem' = [mem EXCEPT ![buf[self].address] = buf[self].value]
          /\ buf' = [buf EXCEPT ![self] = None]
     ELSE buf' = [buf EXCEPT ![self] = mem[@.address]] /\ UNCHANGED mem
  /\ ctl' = [ctl EXCEPT ![self] = "done"]
  /\ UNCHANGED <<processor, sent>>

\* The answer is sent: the value read, or nothing for a write: the book's Rsp.
respond(self) ==
  /\ ctl[self] = "done"
  /\ ctl' = [ctl EXCEPT ![self] = "rdy"]
  /\ processor' = self
  /\ sent' = buf[self]
  /\ UNCHANGED <<mem, buf>>

Next ==
  \E self \in Processor :
    \/ \E address \in Address :
         \E value \in Value \cup {None} : request(self, address, value)
    \/ Do(self)
    \/ respond(self)

Spec == Init /\ [][Next]_vars

-------------------------------------------------------------------------------
\* What is claimed of every state

\* A processor that is busy or waiting has a request in its buffer, otherwise
\* an answer.
a_request_in_hand_is_a_request ==
  \A p \in Processor :
    (ctl[p] \in {"busy", "waiting"}) = (is_Read(buf[p]) \/ is_Write(buf[p]))

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
  Spec /\ (\A self \in Processor : WF_vars(Do(self) \/ respond(self)))

is_busy_leads_to_is_ready ==
  \A p \in Processor : ctl[p] \in {"busy", "waiting"} ~> ctl[p] = "rdy"

===============================================================================
