"""Running a specification: a world holds one state, and actions called on its processes change it.

This is the meaning of the language; every engine is a faster way to do what `World` does.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextvars import Token
from typing import Any

from raftnb.data.calls import told_plainly
from raftnb.data.domains import Domain, running
from raftnb.data.errors import NotEnabled, RaftnbError, SpecError
from raftnb.data.trace import State, Step, Trace
from raftnb.data.values import Message, order
from raftnb.language.bases import Bases
from raftnb.language.by_hand import (
    SharedIn,
    bound_arguments,
    hand_picked,
    next_script,
    no_member,
    only_in_actions,
    why_disabled,
)
from raftnb.language.claims import Property, Ranges, first_false, ranges
from raftnb.language.instances import ActionInstance, admitted_state, instances_in, named_arguments
from raftnb.language.processes import Action, Disabled, Process
from raftnb.language.setting import Setting
from raftnb.language.source import placed, spec_error
from raftnb.language.universe import check_value


class World:
    """One running instance of a model: a state, and the processes through which to change it.

    `world["s1"]` is a process, `world[Server]` all of a class, `world.state` the state now,
    `world.trace` how it came to be. Actions are called on processes: `world["s1"].time_out()`.
    Inside `with world:` domains can be iterated and shared variables read.
    """

    unordered: frozenset[str] = frozenset()
    """The classes whose members may not be compared by their order."""

    def __init__(self, model: Setting, state: State | None = None) -> None:
        self.model = model
        self.layout = model.layout
        self.members_by_root = model.make_members(self)
        self.names: dict[str, Domain] = {
            member.name: member for group in self.members_by_root.values() for member in group
        }
        self.actor: Process | None = None
        self.writes: set[int] = set()
        self._instances: tuple[ActionInstance, ...] = ()
        self._ranges: dict[Property, Ranges] = {}
        self.bases = Bases(model)
        self.cells: list[Any] = [None] * len(model.layout.cells)
        self.bag: dict[Message, int] = {}
        self.choices: list[tuple[int, tuple[Any, ...]]] = []
        self.next: World | None = None
        self._script: Sequence[int] = ()
        self._wanted: tuple[Any, ...] | None = None
        self._tokens: list[Token[Any]] = []
        self._states: list[State] = []
        self._steps: list[Step] = []
        if state is not None:
            self.reset(state)

    @property
    def instances(self) -> tuple[ActionInstance, ...]:
        """Every action of every process, with every choice of its arguments."""
        if not self._instances:  # no `cached_property`: its `__dict__` makes all attributes slow
            with self:
                self._instances = tuple(instances_in(self))
        return self._instances

    @property
    def horizon(self) -> int:
        """Up to where claims and actions take natural numbers."""
        return self.model.horizon

    # What the language asks of the running world.

    def members(self, domain: type[Any]) -> tuple[Any, ...]:
        """The members of a domain or process class."""
        try:
            return self.members_by_root[domain.root]
        except KeyError:
            raise SpecError(
                f"the domain `{domain.__name__}`, which the specification does not name",
                allowed=", ".join(self.members_by_root),
                cure=f"add `{domain.__name__}` to the processes or domains of the Spec"
                if domain.root
                else f"name one of these classes in place of `{domain.__name__}`",
            ) from None

    def read(self, cell: int) -> Any:
        """The value of a cell."""
        return self.cells[cell]

    def write(self, cell: int, value: Any) -> None:
        """Change a cell, inside an action; a history variable that is left out stays as it is."""
        if self.actor is None:
            raise only_in_actions(f"an assignment to `{self.layout.cells[cell]}`")
        if cell in self.model.left_out_cells:
            return
        self.writes.add(cell)
        self.cells[cell] = self.model.admitted(cell, value)

    def choose(self, options: tuple[Any, ...]) -> Any:
        """The option that the script says, or the first; every choice is noted in `choices`."""
        if self.actor is None:
            raise only_in_actions("`either`")
        if not options:
            raise Disabled
        at = len(self.choices)
        if self._wanted is not None:
            pick = hand_picked(self._wanted, at, options)
        else:
            pick = self._script[at] if at < len(self._script) else 0
        self.choices.append((pick, options))
        return options[pick]

    def after(self, owner: Any) -> Any:
        """A process or a class of shared variables as it is in the next state."""
        if self.next is None:
            raise SpecError(
                "`after(...)` where there is no step",
                allowed="`after` in the functions that the Spec names as `transitions`",
                cure="move the claim from `invariants` to `transitions`",
            )
        if isinstance(owner, Process):
            base = self.next.bases[owner]
            return type(owner)(owner.index, owner.name, self.next, base, after=True)
        return SharedIn(self.next, owner)

    def messages(self) -> list[Message]:
        """The messages in flight, sorted, each named once."""
        queued = (m for cell in self.model.channels.values() for m in self.cells[cell])
        return sorted({*self.bag, *queued}, key=order)

    def send(self, message: Message) -> None:
        """Put a message in flight."""
        self.need_network(message)
        if self.model.channels:
            cell = self._channel(message)
            self.write(cell, (*self.read(cell), message))
        elif self.model.keeps:
            self.bag[message] = 1
        else:
            self.bag[message] = self.bag.get(message, 0) + 1

    def discard(self, message: Message) -> None:
        """Take a message out of the network once."""
        self.need_network(message)
        if self.model.channels:
            cell = self._channel(message)
            self.write(cell, self.read(cell)[1:])
        elif not self.model.keeps:
            left = self.bag.get(message, 0) - 1
            self.bag.pop(message, None)
            if left > 0:
                self.bag[message] = left

    def repeat(self, message: Message) -> None:
        """Repeat the message at the head of its channel."""
        cell = self._channel(message)
        self.write(cell, (message, *self.read(cell)))

    def _channel(self, message: Message) -> int:
        return self.model.channels[message.source.name, message.dest.name]

    def need_network(self, message: Message) -> None:
        """Raise `SpecError` for a message where the specification has no network."""
        if self.actor is None:
            raise only_in_actions(f"the message {message!r}")
        if self.model.delivery is None:
            raise SpecError(
                f"the message {message!r} in a specification without a network",
                allowed="messages where Spec has `delivery=Delivery(...)`",
                cure="give the Spec a `delivery`",
            )

    # Taking steps.

    def candidates(self, instance: ActionInstance) -> list[Message | None]:
        """The messages that an action could receive now; [None] if it receives none."""
        if instance.receives is None:
            return [None]
        if instance.channel is not None:
            head = self.cells[instance.channel][:1]
            return [m for m in head if isinstance(m, instance.kind)]
        process, all_of_them = instance.process, instance.process.everywhere
        found: list[Message | None] = [
            m
            for m in self.bag
            if isinstance(m, instance.kind) and (all_of_them or m.dest == process)
        ]
        return sorted(found, key=order) if len(found) > 1 else found

    def execute(self, process: Process, action: Action, arguments: tuple[Any, ...]) -> None:
        """Run one action on the cells and the bag; raise `Disabled` where it is not enabled."""
        self.actor, self.choices = process, []
        self.writes.clear()
        order_of_actions = type(process).cycle
        try:
            if order_of_actions is None or action.name not in order_of_actions.labels:
                action.function(process, *arguments)
                return
            if process.pc != action.name:
                raise Disabled
            action.function(process, *arguments)
            if not self._has_written(process, "pc"):
                process.pc = order_of_actions.after(action.name)
        except Disabled:
            raise
        except RaftnbError as error:
            raise placed(error) from error.__cause__
        except Exception as error:
            raise spec_error(error, f"{process}.{action.name}") from error
        finally:
            self.actor = None

    def _has_written(self, process: Process, variable: str) -> bool:
        return self.bases[process] + type(process).variables[variable].position in self.writes

    def scripted(
        self, instance: ActionInstance, arguments: tuple[Any, ...], load: Callable[[], None]
    ) -> Iterator[None]:
        """Run an action once for each way its `either`s can go; yield after each that is enabled.

        `load` is called before each run, to put the cells and the bag back.
        """
        script: list[int] | None = []
        while script is not None:
            self._script = script
            load()
            try:
                self.execute(instance.process, instance.action, arguments)
            except Disabled:
                script = next_script(self.choices) if self.choices else None
                continue
            script = next_script(self.choices) if self.choices else None
            yield

    def load(self, state: State) -> None:
        """Make this the state to run actions on (without touching the trace)."""
        self.cells = list(state.values)
        self.bag = dict(state.messages)

    def snapshot(self) -> State:
        """The cells and the bag as a state."""
        bag = self.bag
        messages = tuple(sorted(bag.items(), key=lambda item: order(item[0]))) if bag else ()
        try:
            return State(self.layout, tuple(self.cells), messages)
        except TypeError:
            for cell, value in zip(self.layout.cells, self.cells, strict=True):
                check_value(cell, value)
            raise

    def successors(self, state: State) -> Iterator[tuple[Step, State]]:
        """Every step that is enabled in a state, with the state after it, in a fixed order.

        Between two of them this is not the running world: who looks at them may leave off anywhere.
        """
        for instance in self.instances:
            with self:
                found = self._steps_of(instance, state)
            yield from found

    def _steps_of(self, instance: ActionInstance, state: State) -> list[tuple[Step, State]]:
        self.load(state)
        found = []
        for message in self.candidates(instance):
            arguments = instance.bound(message)
            for _ in self.scripted(instance, arguments, lambda: self.load(state)):
                step = self.step_of(instance.process, instance.action, arguments)
                found.append((step, self.snapshot()))
        return found

    def why_not(self, instance: ActionInstance, arguments: tuple[Any, ...]) -> str:
        """Why an action is not enabled now, by its first options; empty where it is."""
        self._script = ()
        try:
            with self:
                self.execute(instance.process, instance.action, arguments)
        except Disabled as error:
            return why_disabled(instance.process, instance.action, error)
        return ""

    def step_of(self, process: Process, action: Action, arguments: tuple[Any, ...]) -> Step:
        """The step just executed, as data."""
        named = named_arguments(self.model, action, arguments)
        chosen = tuple(options[pick] for pick, options in self.choices)
        return Step(process.name, action.name, named, chosen)

    # Claims.

    def failure(self, claim: Property) -> dict[str, Any] | None:
        """None if a claim is true in this state, else the quantified values for which it is not."""
        if running.get(None) is not self:
            with self:
                return self.failure(claim)
        if claim not in self._ranges:
            self._ranges[claim] = ranges(claim, self.model, self)
        tried, constants = self._ranges[claim], self.model.constants
        row = first_false(claim, itertools.product(*tried.values()))
        if row is None:
            return None
        return {n: value for n, value in zip(tried, row, strict=True) if n not in constants}

    # Running by hand.

    def __enter__(self) -> World:
        self._tokens.append(running.set(self))
        return self

    def __exit__(self, *_: object) -> None:
        running.reset(self._tokens.pop())

    @told_plainly
    def __getitem__(self, key: str | type[Any]) -> Any:
        if isinstance(key, str):
            if key not in self.names:
                raise no_member(key, self.names)
            return self.names[key]
        return self.members(key)

    @property
    def state(self) -> State:
        """The state now."""
        return self.snapshot()

    @property
    def trace(self) -> Trace:
        """How the state came to be."""
        return Trace(tuple(self._states), tuple(self._steps))

    @told_plainly
    def reset(self, state: State) -> None:
        """Start again from a state; the trace is empty then."""
        state = admitted_state(self.model, state)
        self.load(state)
        self._states, self._steps = [state], []

    def enabled(self) -> list[Step]:
        """The steps that could be taken now."""
        state = self.state
        steps = [step for step, _ in self.successors(state)]
        self.load(state)
        return steps

    def take(self, step: Step) -> None:
        """Take a step given as data, as `Trace.steps` has them."""
        getattr(self[step.process], step.action)(**dict(step.arguments), choose=step.choices)

    @told_plainly
    def act(
        self,
        process: Process,
        action: Action,
        args: tuple[Any, ...],
        named: dict[str, Any],
        choose: tuple[Any, ...],
    ) -> None:
        """Take one step by hand; a step that is not enabled changes nothing and raises."""
        before, arguments = self.state, bound_arguments(self, process, action, args, named)
        try:
            self._execute_by_hand(process, action, arguments, choose)
            after = self.snapshot()
        except Disabled as error:
            self.load(before)
            raise NotEnabled(
                f"{process}.{action.name} is not enabled: {why_disabled(process, action, error)}",
                allowed="; ".join(map(str, self.enabled())) or "no step is enabled (deadlock)",
                cure="take one of these steps first",
            ) from None
        except RaftnbError:
            self.load(before)
            raise
        self._states.append(after)
        self._steps.append(self.step_of(process, action, arguments))

    def _execute_by_hand(
        self, process: Process, action: Action, arguments: tuple[Any, ...], choose: tuple[Any, ...]
    ) -> None:
        self._wanted = choose
        try:
            with self:
                self.execute(process, action, arguments)
        finally:
            self._wanted = None
