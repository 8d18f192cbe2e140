"""The steps of an action, for any state: one case for each way through its source."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import z3

from raftnb.data.errors import SpecError
from raftnb.data.values import Message
from raftnb.prove.actions import Case, Given, Start
from raftnb.prove.evaluate import Environment, Evaluator, Local
from raftnb.prove.meaning import evaluator
from raftnb.prove.network import removed
from raftnb.prove.records import records_in
from raftnb.prove.scope import UNFORESEEN, Path, Scope
from raftnb.prove.state import Symbolic, Vocabulary
from raftnb.prove.terms import TRUE, Family, OptionV, RecordV, Value, choose, conj
from raftnb.tree import nodes
from raftnb.tree.nodes import Member, RecordOf, Type


def cases(
    words: Vocabulary, start: Start, before: Symbolic, opaque: frozenset[Any], **how: Any
) -> Iterator[Case]:
    """The ways through an action, as `ways` finds them.

    A way that is never taken is left out, unless something before its guard must have a value.
    """
    for case in ways(words, start, before, opaque, **how):
        if case.requirements or not any(z3.is_false(c) for c in case.conditions):
            yield case


def ways(
    words: Vocabulary, start: Start, before: Symbolic, opaque: frozenset[Any], **how: Any
) -> Iterator[Case]:
    """The ways through an action, those that are not possible too: one has its tests true.

    `how` are further fields of `Execution`.
    """
    script: list[bool] | None = []
    while script is not None:
        run = Execution(words, start, before, opaque, script, **how)
        yield run.run()
        script = following(run.path.decided)


def following(decided: list[bool]) -> list[bool] | None:
    """The next way to go at the branches; None after the last."""
    for at in range(len(decided) - 1, -1, -1):
        if decided[at]:
            return [*decided[:at], False]
    return None


@dataclass
class Execution:
    """Runs an action's statements on a symbolic state, along one path.

    `mark` tells its constants from those of another step; `given` are those of a certain step. With
    `removes`, messages that it discards leave the network; without it they stay (`network`).
    """

    words: Vocabulary
    start: Start
    before: Symbolic
    opaque: frozenset[Any]
    script: list[bool]
    mark: str = ""
    given: Given | None = None
    removes: bool = False
    path: Path = field(init=False)
    message: z3.ExprRef | None = None
    me: z3.ExprRef = field(init=False)
    state: Symbolic = field(init=False)
    function: Any = field(init=False)
    turned: bool = False

    def run(self) -> Case:
        """Run the action."""
        program, theory = self.words.program, self.words.theory
        cls = program.classes[self.start.root]
        routine = program.action(cls, self.start.action)
        self.state, self.function = self.before, routine.function
        self.path = Path(self.script, [*self.given.picks] if self.given is not None else None)
        sort = theory.sort(Member(self.start.root))
        only = theory.only(sort)
        mine = z3.Const(f"self{self.mark}", sort) if only is None else only
        self.me = mine if self.given is None else self.given.me
        env, types = self.arguments(routine)
        self.at_its_label(cls)
        self.block(routine.body, dict(env))
        self.to_the_next_label(cls)
        return Case(
            self.start, tuple(self.path.decided), env, types,
            self.path.conditions, self.path.requirements, self.path.choices,
            self.before, self.state, self.path.tests,
        )  # fmt: skip

    def arguments(self, routine: nodes.Routine) -> tuple[Environment, dict[str, Type]]:
        """The action's arguments: any values, and a message that is in flight."""
        env: Environment = {routine.parameters[0][0]: self.me}
        constants = self.words.program.model.constants
        for name, type_ in routine.parameters[1:]:
            if name in constants:
                env[name] = self.words.theory.value_of_constant(name)
            elif isinstance(type_, RecordOf) and issubclass(type_.cls, Message):
                env[name] = self.received(name, self.start.kind or type_.cls)
            else:
                shape = self.words.of_argument(routine.function, name, type_)
                env[name] = self.argument(name, type_)
                eligible = shape.eligible(env[name])
                self.path.conditions += [] if z3.is_true(eligible) else [eligible]
        return env, {name: t for name, t in routine.parameters if name not in constants}

    def argument(self, name: str, type_: Type) -> Value:
        """An argument: what is given, or any value of its type.

        Actions may have arguments of one name and other types.
        """
        if self.given is not None:
            return self.given.arguments[name]
        found = f"the {name}{self.mark}"
        if self.words.arguments.setdefault(found, type_) != type_:
            found = f"the {name} of {self.start.root}.{self.start.action}{self.mark}"
        return self.words.of(type_).declare(found, ())()

    def received(self, name: str, kind: type[Message]) -> RecordV:
        """A message in flight to this process."""
        m = z3.Const(f"the {name}{self.mark}", self.words.theory.sort(RecordOf(kind)))
        message = self.words.message(kind, m) if self.given is None else self.given.arguments[name]
        self.message = message.name
        self.path.conditions.append(self.before.sent[kind.__name__](self.message))
        cls = self.words.program.classes[self.start.root]
        if not cls.everywhere:
            me, to = Member(self.start.root), self.words.program.field_type(kind, "dest")
            assert to is not None
            present = self.words.of(me).accepts(message.fields["dest"], to)
            dest = self.words.of(me).convert(message.fields["dest"], to)
            self.path.conditions.append(conj(present, dest == self.me))
        return message

    def is_ordered(self, cls: Any) -> bool:
        """Whether the action has its turn in the class's cycle."""
        return cls.cycle is not None and self.start.action in cls.cycle.labels

    def at_its_label(self, cls: Any) -> None:
        """It is the action's turn."""
        if self.is_ordered(cls):
            at = self.state.read(self.start.root, "pc", self.me)
            self.path.conditions.append(at == self.words.theory.text(self.start.action))

    def to_the_next_label(self, cls: Any) -> None:
        """The turn of the next action, unless the action said whose."""
        key = (self.start.root, "pc")
        if self.is_ordered(cls) and not self.turned:
            label = self.words.theory.text(cls.cycle.after(self.start.action))
            self.state = self.state.write(*key, self.me, label)

    def evaluator(self, writes: nodes.Expr | None = None) -> Evaluator:
        """An evaluator of the state as it is now, for a value that is written, too."""
        path = self.path
        made = frozenset(map(id, records_in(writes))) if writes is not None else frozenset()
        scope = Scope(
            self.words, self.state, None, path, path.requirements, self.opaque, self.function, made
        )
        return evaluator(scope)

    def block(self, body: tuple[nodes.Statement, ...], env: Environment) -> None:
        """Statements, one after the other; `env` is changed by assignments to local names."""
        for statement in body:
            handler = STATEMENTS.get(type(statement))
            if handler is None:
                name = type(statement).__name__.lower()
                raise self.evaluator().scope.refused(
                    statement,
                    f"`{name}` in an action",
                    allowed="assignments, if, for, when, send, reply, discard, macros",
                    cure="end the action with the branch, without `return`",
                )
            try:
                handler(self, statement, env)
            except UNFORESEEN as error:
                raise self.evaluator().scope.unforeseen(statement, error) from error


# One function for each kind of statement.


def when(run: Execution, statement: nodes.When, env: Environment) -> None:
    """The guard."""
    test = run.evaluator().value(statement.test, env)
    parts = list(test.children()) if z3.is_and(test) else [test]
    run.path.conditions.extend(p for p in parts if not z3.is_true(p))


def assign(run: Execution, statement: nodes.Assign, env: Environment) -> None:
    """An assignment to a local name or a variable."""
    target = statement.target
    if isinstance(target, nodes.Var):
        value = run.evaluator().value(statement.value, env)
        env[target.name] = Local(value, statement.value.type)
        return
    known = (target.root, target.variable) in run.state.variables
    at = run.evaluator(statement.value if known else None)
    owner = None
    if target.owner is not None:
        owner = at.typed(target.owner, env, Member(target.root))
    if not known:
        skim(at, statement.value, env)
        return
    value = at.typed(statement.value, env, target.type)
    if run.words.is_total(target.root, target.variable):
        must_be_total(at, statement, target, value)
    natural = run.words.of(target.type).natural(value)
    at.scope.require(natural, statement.line, f"natural numbers in {target.variable}")
    if target.variable == "pc" and target.root == run.start.root:
        if owner is None or not owner.eq(run.me):
            raise at.scope.refused(
                statement,
                "an assignment to the `pc` of a process that may be another one",
                allowed="an action that says where it goes on itself: `self.pc = ...`",
                cure="let each process set its own `pc`",
            )
        run.turned = True
    run.state = run.state.write(target.root, target.variable, owner, value)


def skim(at: Evaluator, expr: nodes.Expr, env: Environment) -> None:
    """Note what a value requires that itself has no translation (a history of mixed records)."""
    if isinstance(expr, nodes.Read) and (expr.root, expr.variable) not in at.scope.state.variables:
        parts: tuple[nodes.Expr, ...] = (expr.owner,) if expr.owner is not None else ()
    elif isinstance(expr, nodes.Apply) and expr.op in ("concat", "union", "merge"):
        parts = expr.args
    elif isinstance(expr, nodes.Collect):
        parts = expr.items
    else:
        parts = ()
        at.value(expr, env)
    for part in parts:
        skim(at, part, env)


def must_be_total(at: Evaluator, statement: nodes.Assign, target: nodes.Read, value: Value) -> None:
    """Refuse a map that may lack keys for a variable that has every key at first."""
    assert isinstance(target.type, nodes.MapOf)
    theory = at.scope.words.theory
    key = theory.fresh("k", theory.plain_sort(target.type.key))
    if not z3.is_true(z3.simplify(value.has(key))):
        raise at.scope.refused(
            statement,
            f"a map for `{target.variable}` that may lack keys",
            allowed="a map with every key, as `each(...)` gives it at first",
            cure="write `Map({k: ... for k in Domain})`, or change it with `|=`",
        )


def branch(run: Execution, statement: nodes.If, env: Environment) -> None:
    """A branch: the path goes one way."""
    test = run.evaluator().value(statement.test, env)
    run.block(statement.then if run.path.decide(test) else statement.otherwise, env)


def loop(run: Execution, statement: nodes.For, env: Environment) -> None:
    """A loop: over items written out one after the other, over any others for all at once."""
    is_map = isinstance(statement.domain.type, nodes.MapOf)
    if isinstance(statement.domain, nodes.Collect) and not is_map:
        of = run.evaluator().element(statement.domain)
        items = [run.evaluator().typed(item, env, of) for item in statement.domain.items]
        for item in items:
            env[statement.name] = Local(item, of)
            run.block(statement.body, env)
        return
    if statement.name in env:
        raise reused(run, statement, statement.name)
    for family in run.evaluator().families(statement.domain, env):
        send_all(run, statement.body, env, {statement.name: family.value}, family)


def reused(run: Execution, statement: nodes.Statement, name: str) -> SpecError:
    """The error for a name that a loop changes."""
    return run.evaluator().scope.refused(
        statement,
        f"`{name}`, which the loop changes from one round to the next",
        allowed="a loop that sends messages; names that each round assigns anew, of its own",
        cure="use another name; count or test with a comprehension: `any(...)`, `sum(1 ...)`",
    )


def send_all(
    run: Execution,
    body: tuple[nodes.Statement, ...],
    outer: Environment,
    own: Environment,
    over: Family,
) -> None:
    """The messages that a loop sends, one for each choice of the loop's variable.

    All rounds are taken at once, which is right only where no round can see another: nothing but
    messages leaves a round. So a name that was there before the loop cannot be assigned in it, and
    what a round assigns, `own`, is gone after it, and after the branch that it stands in.
    """
    for statement in body:
        at = run.evaluator(statement.message if isinstance(statement, nodes.Send) else None)
        if any(isinstance(node, nodes.InFlight) for node in nodes.parts(statement)):
            raise at.scope.refused(
                statement,
                "`in_flight` in a loop, where it changes from one round to the next",
                allowed="a loop that sends messages",
                cure="look at the network before the loop",
            )
        with at.scope.under(over.guard, bound=over.bound):
            if isinstance(statement, nodes.Send):
                message = sent(run, statement, {**outer, **own}, over, at)
                run.state = run.state.send(message)
            elif isinstance(statement, nodes.If) and not statement.otherwise:
                test = at.value(statement.test, {**outer, **own})
                inner = Family(over.bound, conj(over.guard, test), over.value)
                send_all(run, statement.then, {**outer, **own}, {}, inner)
            elif isinstance(statement, nodes.Assign) and isinstance(statement.target, nodes.Var):
                name = statement.target.name
                if name in outer:
                    raise reused(run, statement, name)
                value = at.value(statement.value, {**outer, **own})
                own[name] = Local(value, statement.value.type)
            else:
                raise at.scope.refused(
                    statement,
                    "a loop that changes variables, or branches two ways",
                    allowed="a loop that sends messages, with `if` and no `else`",
                    cure="write the change as one comprehension",
                )


def send(run: Execution, statement: nodes.Send, env: Environment) -> None:
    """A message put in flight."""
    over = Family((), TRUE, None)
    at = run.evaluator(statement.message)
    run.state = run.state.send(sent(run, statement, env, over, at))


def sent(
    run: Execution, statement: nodes.Send, env: Environment, over: Family, at: Evaluator
) -> Family:
    """The message that a statement sends, for each value of a loop's variable."""
    made = at.value(statement.message, env)
    if not isinstance(made, RecordV):
        raise at.scope.refused(
            statement,
            "a message that may be None, or of several kinds",
            allowed="a message of one kind",
            cure="branch with `if`, and send in each branch",
        )
    shape = at.scope.words.of(RecordOf(made.cls))
    at.scope.require(shape.natural(made), statement.line, f"natural numbers in {made.cls.__name__}")
    types = {end: run.words.program.field_type(made.cls, end) for end in ("source", "dest")}
    to, me = types["dest"], types["source"]
    assert to is not None
    assert me is not None
    fields = {**made.fields, "dest": at.typed(statement.to, env, to)}
    mine = run.words.of(me).convert(run.me, Member(run.start.root))
    known = fields.get("source", mine)
    fields["source"] = choose(known.some, known, mine) if isinstance(known, OptionV) else known
    return Family(over.bound, over.guard, RecordV(made.cls, fields))


def discard(run: Execution, statement: nodes.Discard, env: Environment) -> None:
    """The message stays, since those in flight are all that were ever sent; or it is gone."""
    at = run.evaluator()
    message = at.value(statement.message, env)
    if run.removes:
        run.state = removed(at.scope, statement, message, run.message)


def routine(run: Execution, statement: nodes.RunRoutine, env: Environment) -> None:
    """A macro, or an action of the class varied, run in place."""
    parameters, at = statement.routine.parameters, run.evaluator()
    args = [
        at.value(arg, env) if isinstance(type_, RecordOf) else at.typed(arg, env, type_)
        for arg, (_, type_) in zip(statement.args, parameters, strict=True)
    ]
    outer, run.function = run.function, statement.routine.function
    names = [name for name, _ in parameters]
    run.block(statement.routine.body, dict(zip(names, args, strict=True)))
    run.function = outer


Handler = Callable[[Execution, Any, Environment], None]
STATEMENTS: Mapping[type[nodes.Statement], Handler] = {
    nodes.When: when,
    nodes.Assign: assign,
    nodes.If: branch,
    nodes.For: loop,
    nodes.Send: send,
    nodes.Discard: discard,
    nodes.RunRoutine: routine,
}
