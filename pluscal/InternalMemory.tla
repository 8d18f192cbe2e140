---------------------------- MODULE InternalMemory ----------------------------
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

(* --algorithm InternalMemory
variables
  \* Interface: What is to be seen from outside: the last request or answer,
  \* and whose it was.
  processor = CHOOSE x \in Processor : TRUE,
  sent = None,
  \* Memory: The memory of the specification: a value at every address.
  mem \in [Address -> Value],
  \* Processor: A processor: sends a request, the memory does it, the processor
  \* has its answer.
  ctl = [s \in Processor |-> "rdy"],
  buf = [s \in Processor |-> None];

define
  \* Whether something is a Write.
  is_Write(x) == x \notin Value /\ x # None /\ x.type = "Write"

  \* Whether something is a Read.
  is_Read(x) == x \notin Value /\ x # None /\ x.type = "Read"

  (* What is claimed of every state *)

  \* A processor that is busy or waiting has a request in its buffer, otherwise
  \* an answer.
  a_request_in_hand_is_a_request ==
    \A p \in Processor :
      (ctl[p] \in {"busy", "waiting"}) = (is_Read(buf[p]) \/ is_Write(buf[p]))

  (* What is so in some state: TLC is not asked *)

  \* All processors have requests under way.
  everybody_is_busy == \A p \in Processor : ctl[p] # "rdy"
end define;

\* Ask to write a value to an address, or (without a value) to read it: the
\* book's Req.
macro request(address, value) begin
  await ctl[self] = "rdy";
  buf[self] :=
    IF value = None
    THEN [type |-> "Read", address |-> address]
    ELSE [type |-> "Write", address |-> address, value |-> value];
  ctl[self] := "busy";
  processor := self;
  sent := buf[self];
end macro;

\* The request takes effect, at once: the book's Do.
macro Do() begin
  await ctl[self] = "busy";
  if is_Write(buf[self]) then
    mem[buf[self].address] := buf[self].value;
    buf[self] := None;
  else
    buf[self] := mem[buf[self].address];
  end if;
  ctl[self] := "done";
end macro;

\* The answer is sent: the value read, or nothing for a write: the book's Rsp.
macro respond() begin
  await ctl[self] = "done";
  ctl[self] := "rdy";
  processor := self;
  sent := buf[self];
end macro;

\* A processor: sends a request, the memory does it, the processor has its
\* answer.
process a_processor \in Processor
begin
  processor_step:
    while TRUE do
      either
        with address \in Address, value \in Value \cup {None} do
          request(address, value);
        end with;
      or
        Do();
      or
        respond();
      end either;
    end while;
end process;

end algorithm; *)

\* BEGIN TRANSLATION
\* END TRANSLATION

\* What is claimed of whole behaviors is in the plain module: PlusCal has no
\* word for the fairness of one way of several at a label.

Symmetry == Permutations(Address) \cup Permutations(Value)

===============================================================================
