"""The alternating bit protocol over two channels that lose and repeat, and keep the order."""

from raftnb import Delivery, Message, Nat, Process, Seq, Spec, after, discard, send


class Data(Message):
    """An item with the sender's bit."""

    bit: bool
    item: Nat


class Ack(Message):
    """The bit of what was received last."""

    bit: bool


class Sender(Process):
    """Sends an item until it is acknowledged, then the next."""

    bit: bool = False
    sent: Nat = 0

    def transmit(self, to: "Receiver") -> None:
        """Send the item, once more perhaps."""
        send(Data(bit=self.bit, item=self.sent), to=to)

    def acknowledged(self, m: Ack) -> None:
        """Go on to the next item, if it is the bit that was sent."""
        if m.bit == self.bit:
            self.bit = not self.bit
            self.sent += 1
        discard(m)


class Receiver(Process):
    """Delivers what has the bit that it expects."""

    expected: bool = False
    received: Seq[Nat] = ()

    def receive(self, m: Data) -> None:
        """Deliver it if it is new, and acknowledge it in any case."""
        if m.bit == self.expected:
            self.received = (*self.received, m.item)
            self.expected = not self.expected
        send(Ack(bit=m.bit), to=m.source)
        discard(m)


class Gullible(Receiver):
    """Delivers everything."""

    def receive(self, m: Data) -> None:
        """Does not look at the bit."""
        self.received = (*self.received, m.item)
        send(Ack(bit=m.bit), to=m.source)
        discard(m)


def in_order(r: Receiver) -> bool:
    """Each item once, in order."""
    return all(r.received[i] == i for i in range(len(r.received)))


def one_apart(s: Sender, r: Receiver) -> bool:
    """The receiver is at most one ahead."""
    return s.sent <= len(r.received) <= s.sent + 1


def nothing_is_lost(r: Receiver) -> bool:
    """What is delivered stays delivered."""
    return after(r).received[: len(r.received)] == r.received


def few_items(r: Receiver, items: int) -> bool:
    """A bound for exploration."""
    return len(r.received) <= items


ALTERNATING_BIT = Spec(
    "alternating-bit",
    processes=(Sender, Receiver),
    constants={"items": 2, "length": 2},
    invariants=(in_order, one_apart),
    transitions=(nothing_is_lost,),
    constraints=(few_items,),
    channel_length="length",
    delivery=Delivery(loses=True, duplicates=True, reorders=False),
)
