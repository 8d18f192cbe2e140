-------------------------- MODULE WriteThroughCache ---------------------------
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

(* --algorithm WriteThroughCache
variables
  \* Interface: What is to be seen from outside: the last request or answer,
  \* and whose it was.
  processor = CHOOSE x \in Processor : TRUE,
  sent = None,
  \* MainMemory: The memory of the machine, and the queue of requests before
  \* it.
  wmem \in [Address -> Value],
  memQ = <<>>,
  \* Processor: A processor that has a cache: the value of an address, or None
  \* where it has none.
  ctl = [s \in Processor |-> "rdy"],
  buf = [s \in Processor |-> None],
  cache = [s \in Processor |-> [k \in Address |-> None]];

define
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

  (* What is claimed of every state *)

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

\* The answer is sent: the value read, or nothing for a write: the book's Rsp.
macro respond() begin
  await ctl[self] = "done";
  ctl[self] := "rdy";
  processor := self;
  sent := buf[self];
end macro;

\* What is to be read is not in the cache: ask the main memory. The book's
\* RdMiss.
macro read_miss() begin
  await ctl[self] = "busy" /\ is_Read(buf[self]);
  await cache[self][buf[self].address] = None /\ queue_has_room;
  memQ := Append(memQ, [processor |-> self, request |-> buf[self]]);
  ctl[self] := "waiting";
end macro;

\* Read from the cache: the book's DoRd.
macro do_read() begin
  await ctl[self] \in {"busy", "waiting"} /\ is_Read(buf[self]);
  await cache[self][buf[self].address] # None;
  buf[self] := cache[self][buf[self].address];
  ctl[self] := "done";
end macro;

\* Write to every cache that has the address, and to the main memory later:
\* DoWr.
macro do_write() begin
  await ctl[self] = "busy" /\ is_Write(buf[self]) /\ queue_has_room;
  with write = buf[self] do
    cache :=
      [p \in Processor |->
       IF p = self \/ cache[p][write.address] # None
       THEN [cache[p] EXCEPT ![write.address] = write.value]
       ELSE cache[p]];
    memQ := Append(memQ, [processor |-> self, request |-> write]);
    buf[self] := None;
    ctl[self] := "done";
  end with;
end macro;

\* Drop an address from the cache, but not one that is waited for: the book's
\* Evict.
macro evict(address) begin
  await (ctl[self] = "waiting" => buf[self].address # address) = TRUE;
  cache[self][address] := None;
end macro;

\* A write reaches the main memory: the book's MemQWr.
macro write_memory() begin
  await memQ # <<>> /\ Head(memQ).request.type = "Write";
  with write = Head(memQ).request do
    wmem[write.address] := write.value;
    memQ := Tail(memQ);
  end with;
end macro;

\* A read fills the cache, with what the queued writes will have made of it:
\* MemQRd.
macro read_memory(p) begin
  await memQ # <<>> /\ Head(memQ).request.type = "Read";
  await Head(memQ).processor = p;
  with address = Head(memQ).request.address do
    cache[p][address] := after_queue(wmem, memQ)[address];
    memQ := Tail(memQ);
  end with;
end macro;

\* A processor that has a cache: the value of an address, or None where it has
\* none.
process a_processor \in Processor
begin
  processor_step:
    while TRUE do
      either
        with address \in Address, value \in Value \cup {None} do
          request(address, value);
        end with;
      or
        respond();
      or
        read_miss();
      or
        do_read();
      or
        do_write();
      or
        with address \in Address do
          evict(address);
        end with;
      end either;
    end while;
end process;

\* Does the requests in the queue, one after the other.
fair process bus = "bus"
begin
  bus_step:
    while TRUE do
      either
        write_memory();
      or
        with p \in Processor do
          read_memory(p);
        end with;
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
