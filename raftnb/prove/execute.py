"""The steps of an action, for any state: one case for each way through its source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import z3

from raftnb.data.errors import SpecError
from raftnb.data.values import Message
from raftnb.prove.evaluate import Environment, Evaluator, Path, Requirement
from raftnb.prove.theory import Family, Symbolic, Theory
from raftnb.prove.values import TRUE, RecordV, Value, conj, is_plain, same
from raftnb.tree import nodes
from raftnb.tree.nodes import Member, RecordOf, SeqOf, SetOf, Type


@dataclass
class Case:
    """One way through an action: its arguments, when it is taken, and the state after it."""

    action: str
    root: str
    script: tuple[bool, ...]
    env: Environment
    types: dict[str, Type]
    conditions: list[z3.BoolRef]
    requirements: list[Requirement]
    choices: list[tuple[Value, Type]]
    before: Symbolic
    after: Symbolic

    @property
    def name(self) -> str:
        """The action, and for a message of any kind which kind it was."""
        kinds = [v.cls.__name__ for n, v in self.env.items() if isinstance(v, RecordV)]
        any_kind = [t for t in self.types.values() if t == RecordOf(Message)]
        return f"{self.action}({kinds[0]})" if any_kind else self.action


@dataclass(frozen=True)
class Start:
    """An action with the kind of the message it receives, if it receives one."""

    root: str
    action: str
    kind: type[Message] | None

    @property
    def name(self) -> str:
        """As in `Case.name`."""
        return self.action if self.kind is None else f"{self.action}({self.kind.__name__})"


def starts(theory: Theory) -> list[Start]:
    """Every action of every process class, an action for any message once for each kind."""
    found = []
    program = theory.program
    for cls in program.model.processes:
        for name in cls.actions:
            types = [t for _, t in program.action(cls, name).parameters]
            kinds = program.message_kinds() if RecordOf(Message) in types else (None,)
            found += [Start(cls.root, name, kind) for kind in kinds]
    return found


def cases(
    theory: Theory, start: Start, before: Symbolic, opaque: frozenset[Any], mark: str = ""
) -> Iterator[Case]:
    """The ways through an action; `mark` tells its constants from those of another step."""
    script: list[bool] | None = []
    while script is not None:
        run = Execution(theory, start, before, Path(script), opaque, mark)
        case = run.run()
        script = following(run.path.decided)
        if not any(z3.is_false(c) for c in case.conditions):
            yield case


def following(decided: list[bool]) -> list[bool] | None:
    """The next way to go at the branches; None after the last."""
    for at in range(len(decided) - 1, -1, -1):
        if decided[at]:
            return [*decided[:at], False]
    return None


@dataclass
class Execution:
    """Runs an action's statements on a symbolic state, along one path."""

    theory: Theory
    start: Start
    before: Symbolic
    path: Path
    opaque: frozenset[Any]
    mark: str = ""
    me: z3.ExprRef = field(init=False)
    state: Symbolic = field(init=False)

    def run(self) -> Case:
        """Run the action."""
        program = self.theory.program
        cls = program.classes[self.start.root]
        routine = program.action(cls, self.start.action)
        self.state = self.before
        sort = self.theory.sort(Member(self.start.root))
        only = self.theory.only(sort)
        self.me = z3.Const(f"self{self.mark}", sort) if only is None else only
        env, types = self._arguments(routine)
        self._at_its_label(cls)
        self.block(routine.body, dict(env))
        self._to_the_next_label(cls)
        return Case(
            self.start.action, self.start.root, tuple(self.path.decided), env, types,
            self.path.conditions, self.path.requirements, self.path.choices,
            self.before, self.state,
        )  # fmt: skip

    def _arguments(self, routine: nodes.Routine) -> tuple[Environment, dict[str, Type]]:
        env: Environment = {routine.parameters[0][0]: self.me}
        for name, type_ in routine.parameters[1:]:
            if isinstance(type_, RecordOf) and issubclass(type_.cls, Message):
                env[name] = self._received(name, self.start.kind or type_.cls)
            else:
                env[name] = self.theory.declare(f"the {name}{self.mark}", type_, ())()
                if isinstance(type_, nodes.Int) and type_.natural:
                    self.path.conditions.append(env[name] >= 0)
        return env, dict(routine.parameters)

    def _received(self, name: str, kind: type[Message]) -> RecordV:
        m = z3.Const(f"the {name}{self.mark}", self.theory.sort(RecordOf(kind)))
        message = self.theory.message(kind, m)
        self.path.conditions.append(self.before.sent[kind.__name__](m))
        if not self.theory.program.classes[self.start.root].everywhere:
            self.path.conditions.append(message.fields["dest"] == self.me)
        return message

    def _ordered(self, cls: Any) -> bool:
        return cls.cycle is not None and self.start.action in cls.cycle.labels

    def _at_its_label(self, cls: Any) -> None:
        if self._ordered(cls):
            at = self.state.read(self.start.root, "pc", self.me)
            self.path.conditions.append(at == self.theory.text(self.start.action))

    def _to_the_next_label(self, cls: Any) -> None:
        key = (self.start.root, "pc")
        if self._ordered(cls) and self.state.variables[key] is self.before.variables[key]:
            label = self.theory.text(cls.cycle.after(self.start.action))
            self.state = self.state.write(*key, self.me, label)

    def evaluator(self) -> Evaluator:
        """An evaluator of the state as it is now."""
        return Evaluator(self.theory, self.state, path=self.path, opaque=self.opaque)

    def block(self, body: tuple[nodes.Statement, ...], env: Environment) -> None:
        """Statements, one after the other; `env` is changed by assignments to local names."""
        for statement in body:
            handler = getattr(self, f"_{type(statement).__name__.lower()}")
            handler(statement, env)

    def _when(self, statement: nodes.When, env: Environment) -> None:
        test = self.evaluator().value(statement.test, env)
        parts = list(test.children()) if z3.is_and(test) else [test]
        self.path.conditions.extend(p for p in parts if not z3.is_true(p))

    def _assign(self, statement: nodes.Assign, env: Environment) -> None:
        target, evaluator = statement.target, self.evaluator()
        if isinstance(target, nodes.Var):
            env[target.name] = evaluator.value(statement.value, env)
            return
        if (target.root, target.variable) not in self.state.variables:
            return
        value = evaluator.typed(statement.value, env, target.type)
        owner = evaluator.value(target.owner, env) if target.owner is not None else None
        if self.theory.is_total(target.root, target.variable):
            self._must_be_total(statement, target, value)
        natural = self.theory.natural(value, target.type)
        evaluator.require(natural, statement.line, f"natural numbers in {target.variable}")
        self.state = self.state.write(target.root, target.variable, owner, value)

    def _must_be_total(self, statement: nodes.Assign, target: nodes.Read, value: Value) -> None:
        assert isinstance(target.type, nodes.MapOf)
        key = self.theory.fresh("k", self.theory.sort(target.type.key))
        if not z3.is_true(z3.simplify(value.has(key))):
            raise SpecError(
                f"a map for `{target.variable}` that may lack keys, at line {statement.line}",
                allowed="a map with every key, as `each(...)` gives it at first",
                cure="write `{k: ... for k in Domain}`, or change it with `|=`",
            )

    def _if(self, statement: nodes.If, env: Environment) -> None:
        test = self.evaluator().value(statement.test, env)
        self.block(statement.then if self.path.decide(test) else statement.otherwise, env)

    def _for(self, statement: nodes.For, env: Environment) -> None:
        if isinstance(statement.domain, nodes.Collect):
            for item in statement.domain.items:
                env[statement.name] = self.evaluator().value(item, env)
                self.block(statement.body, env)
            return
        for family in self.evaluator().families(statement.domain, env):
            self._send_all(statement.body, {**env, statement.name: family.value}, family)

    def _send_all(self, body: tuple[nodes.Statement, ...], env: Environment, over: Family) -> None:
        """The messages that a loop sends, one for each choice of the loop's variable."""
        for statement in body:
            evaluator = self.evaluator()
            with evaluator.under(over.guard, bound=over.bound):
                if isinstance(statement, nodes.Send):
                    self.state = self.state.send(self._message(statement, env, over, evaluator))
                elif isinstance(statement, nodes.If) and not statement.otherwise:
                    test = evaluator.value(statement.test, env)
                    inner = Family(over.bound, conj(over.guard, test), over.value)
                    self._send_all(statement.then, env, inner)
                elif isinstance(statement, nodes.Assign) and isinstance(
                    statement.target, nodes.Var
                ):
                    env[statement.target.name] = evaluator.value(statement.value, env)
                else:
                    raise SpecError(
                        f"a loop that changes variables, at line {statement.line}",
                        allowed="a loop that sends messages",
                        cure="write the change as one comprehension",
                    )

    def _send(self, statement: nodes.Send, env: Environment) -> None:
        over = Family((), TRUE, None)
        self.state = self.state.send(self._message(statement, env, over, self.evaluator()))

    def _message(
        self, statement: nodes.Send, env: Environment, over: Family, evaluator: Evaluator
    ) -> Family:
        made = evaluator.value(statement.message, env)
        to = evaluator.value(statement.to, env)
        natural = self.theory.natural(made, RecordOf(made.cls))
        evaluator.require(natural, statement.line, f"natural numbers in {made.cls.__name__}")
        fields = {**made.fields, "dest": to}
        fields.setdefault("source", self.me)
        return Family(over.bound, over.guard, RecordV(made.cls, fields))

    def _discard(self, statement: nodes.Discard, env: Environment) -> None:
        """Nothing: the messages in flight are a set that only grows."""

    def _runroutine(self, statement: nodes.RunRoutine, env: Environment) -> None:
        names = [name for name, _ in statement.routine.parameters]
        types = [type_ for _, type_ in statement.routine.parameters]
        evaluator = self.evaluator()
        args = [
            evaluator.value(a, env) if isinstance(t, RecordOf) else evaluator.typed(a, env, t)
            for a, t in zip(statement.args, types, strict=True)
        ]
        self.block(statement.routine.body, dict(zip(names, args, strict=True)))


__all__ = ["Case", "Execution", "SeqOf", "SetOf", "Start", "cases", "is_plain", "same", "starts"]
