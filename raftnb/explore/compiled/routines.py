"""The functions of a specification, its actions and its claims as functions of C."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from raftnb.data.errors import SpecError
from raftnb.explore.compiled.alike import Alike, marked
from raftnb.explore.compiled.expressions import Expressions, Names, handler
from raftnb.explore.compiled.interpreted import texts_in
from raftnb.explore.compiled.tables import Tables
from raftnb.explore.compiled.words import NotCompiled
from raftnb.explore.result import View
from raftnb.language import source
from raftnb.language.claims import Property, as_function
from raftnb.language.instances import ActionInstance
from raftnb.language.universe import universe
from raftnb.language.world import World
from raftnb.tree import Program, nodes
from raftnb.tree.nodes import Expr, Routine, Statement, parts

Numbers = tuple[int, ...]
NOTHING = "0"
"""No function, in a table of functions."""


class Functions:
    """Writes functions, each once; `text` has them all."""

    def __init__(self, program: Program) -> None:
        self.program, self.model = program, program.model
        self.tables = Tables(program)
        self.expressions = Expressions(self.tables, self.name_of)
        self._names: dict[Routine, str] = {}
        self._heads: list[str] = []
        self._bodies: list[str] = []
        self._runs: dict[tuple[Any, str], tuple[str, bool]] = {}
        self.alike: dict[str, int] = {}
        """At how many places those who run a function may be found to be alike."""
        self.arguments: list[int] = []
        """Where those of each instance that was written stand among the constants."""

    # Routines.

    def name_of(self, routine: Routine) -> str:
        """The function in C of a routine."""
        if routine not in self._names:
            name = self._names[routine] = self.tables.fresh("r")
            env: Names = {n: self.tables.fresh("v") for n, _ in routine.parameters}
            kind = "int" if routine.returns is None else "W"
            given = ", ".join(f"W {v}" for v in env.values()) or "void"
            local: Names = {
                n: self.tables.fresh("v") for n in locals_of(routine.body) if n not in env
            }
            declared = [f"W {v} = UNBOUND;" for v in local.values()]
            try:
                body = self.block(routine.body, {**env, **local}, routine)
            except (NotCompiled, SpecError):
                del self._names[routine]  # others ask for it again
                raise
            ended = "return 1;" if routine.returns is None else self._falls_through(routine)
            self._add(f"static inline {kind} {name}({given})", [*declared, *body, ended])
        return self._names[routine]

    def _falls_through(self, routine: Routine) -> str:
        is_none = isinstance(routine.returns, nodes.Option | nodes.Nothing)
        return "return NONE;" if is_none else "fail();"

    def _add(self, head: str, lines: Iterable[str]) -> None:
        self._heads.append(f"{head};")
        self._bodies.append("\n    ".join([head + " {", *lines]) + "\n}")

    def text(self) -> str:
        """All the functions, in an order that C takes."""
        return "\n".join([*self._heads, *self._bodies])

    # Statements.

    def block(self, body: Iterable[Statement], env: Names, inside: Routine) -> list[str]:
        """Statements one after the other."""
        return [line for one in body for line in self._statement(one, env, inside)]

    def _statement(self, statement: Statement, env: Names, inside: Routine) -> list[str]:
        return handler(STATEMENTS, type(statement))(self, statement, env, inside)  # type: ignore[no-any-return]

    def _when(self, s: nodes.When, env: Names, inside: Routine) -> list[str]:
        if inside.returns is not None:
            raise NotCompiled("`when` in an operator")
        return [f"if (!{self.expressions.test(s.test, env)}) return 0;"]

    def _assign(self, s: nodes.Assign, env: Names, inside: Routine) -> list[str]:
        if isinstance(s.target, nodes.Var):
            return [f"{env[s.target.name]} = {self.expressions.word(s.value, env)};"]
        value = self.expressions.fitted(s.value, env, s.target.type)
        x, c = self.tables.fresh("x"), self.tables.fresh("x")
        assigned = f"W {x} = {value}; int {c} = {self.expressions.cell(s.target, env)};"
        if self._is_left_out(s.target):
            return [f"{{ {assigned} (void){x}, (void){c}; }}"]
        noted = f" if ({c} == pc_cell) pc_written = 1;" if s.target.variable == "pc" else ""
        return [f"{{ {assigned} put({c}, {x});{noted} }}"]

    def _is_left_out(self, target: nodes.Read) -> bool:
        variable = self.program.classes[target.root].variables[target.variable]
        return variable.is_history and not self.model.history

    def _if(self, s: nodes.If, env: Names, inside: Routine) -> list[str]:
        then, otherwise = (self.block(part, env, inside) for part in (s.then, s.otherwise))
        test = self.expressions.test(s.test, env)
        return [f"if ({test}) {{", *then, "} else {", *otherwise, "}"]

    def _for(self, s: nodes.For, env: Names, inside: Routine) -> list[str]:
        def body(item: str) -> str:
            lines = [f"{env[s.name]} = {item};", *self.block(s.body, env, inside)]
            return "\n    ".join(lines)

        return [self.expressions.loop(s.domain, env, body)]

    def _send(self, s: nodes.Send, env: Names, inside: Routine) -> list[str]:
        both = (s.message, s.to)
        return [f"{self.expressions.in_turn(both, env, lambda m, to: f'send({m}, {to})')};"]

    def _discard(self, s: nodes.Discard, env: Names, inside: Routine) -> list[str]:
        return [f"discard({self.expressions.word(s.message, env)});"]

    def _run(self, s: nodes.RunRoutine, env: Names, inside: Routine) -> list[str]:
        name = self.name_of(s.routine)
        called = self.expressions.in_turn(s.args, env, lambda *a: f"{name}({', '.join(a)})")
        return [f"if (!{called}) return 0;"]

    def _return(self, s: nodes.Return, env: Names, inside: Routine) -> list[str]:
        if inside.returns is None:
            raise NotCompiled("`return` with a value in an action")
        return [f"return {self.expressions.fitted(s.value, env, inside.returns)};"]

    def _alike(self, s: Alike, env: Names, inside: Routine) -> list[str]:
        return [f"if (is_alike({s.number})) return 0;"]

    # Actions.

    def instance(self, instance: ActionInstance) -> tuple[str, Numbers]:
        """The row of an instance in the table of them: what runs it, and numbers."""
        arguments = (instance.process, *instance.bound(None))
        at = self.tables.row(arguments)
        run, chooses = self.run_of(instance)
        self.arguments.append(at)
        receives = -1 if instance.receives is None else self.tables.kind(instance.kind)
        position = 0 if instance.receives is None else instance.receives + 1
        channel = -1 if instance.channel is None else instance.channel
        everywhere = int(type(instance.process).everywhere)
        return run, (at, len(arguments), position, receives, channel, everywhere, int(chooses))

    def interpreted(self, instance: ActionInstance) -> tuple[str, Numbers]:
        """The row of an instance that is run in Python."""
        self.arguments.append(0)
        for text in texts_in(self.model, instance):
            self.tables.atoms.note(text)
        receives = -1 if instance.receives is None else self.tables.kind(instance.kind)
        channel = -1 if instance.channel is None else instance.channel
        everywhere = int(type(instance.process).everywhere)
        return NOTHING, (0, 0, 0, receives, channel, everywhere, 0)

    def run_of(self, instance: ActionInstance) -> tuple[str, bool]:
        """The function in C of an instance's action, and whether it makes choices."""
        cls, name = type(instance.process), instance.action.name
        if (cls, name) not in self._runs:
            routine = self.program.action(cls, name)
            chooses = any(isinstance(part, nodes.Either) for part in parts(routine))
            self._runs[cls, name] = self._wrapped(cls, name, routine), chooses
        return self._runs[cls, name]

    def _wrapped(self, cls: Any, name: str, routine: Routine) -> str:
        """The function that takes an action's arguments as a row, and keeps the order of labels."""
        run, cycle = self.tables.fresh("a"), cls.cycle
        given = ", ".join(f"a[{i}]" for i in range(len(routine.parameters)))
        in_order = cycle is not None and name in cycle.labels
        if not in_order:
            alone = {"self"} if len(self.tables.members[cls.root]) == 1 else set()
            routine, self.alike[run] = marked(routine, self.model.constants.keys() | alone)
        called = f"{self.name_of(routine)}({given})"
        sends = any(isinstance(part, nodes.Send) for part in parts(routine))
        lines = ["actor = a[0];"] if sends else []
        if not in_order:
            lines += [f"return {called};"]
        else:
            now, then = (self.tables.literal(label) for label in (name, cycle.after(name)))
            place = self.tables.place(cls.root, "pc")
            lines += [
                f"pc_cell = cell_of(a[0], {place}); pc_written = 0;",
                f"if (after_step[pc_cell] != {now} || !{called}) return 0;",
                f"if (!pc_written) put(pc_cell, {then});",
                "return 1;",
            ]
        self._add(f"static inline int {run}(const W *a)", lines)
        return run

    # Claims.

    def claim(self, claim: Property, world: World) -> str:
        """The function in C of a claim as a whole: for all values of its parameters."""
        routine, name = self.program.claim(claim), self.tables.fresh("p")
        values = self.values_of(claim, world)
        indices = [self.tables.fresh("i") for _ in values]
        given = ", ".join(f"constants[{i}]" for i in indices)
        asked = f"if ({self.name_of(routine)}({given}) != YES) return 0;"
        loops = map(self.loop_over, indices, values)
        self._add(f"static int {name}(void)", [*loops, asked, "return 1;"])
        return name

    def claim_of(self, claim: Property) -> str:
        """The function in C of a claim as a whole, of a row of values for its parameters."""
        routine, name = self.program.claim(claim), self.tables.fresh("p")
        given = ", ".join(f"a[{i}]" for i in range(len(routine.parameters)))
        called = f"{self.name_of(routine)}({given})"
        self._add(f"static int {name}(const W *a)", [f"return {called} == YES;"])
        return name

    def in_python(self, number: int) -> str:
        """The function in C of a claim that is asked in Python, or of a part that is all of it."""
        name = self.tables.fresh("p")
        self._add(f"static int {name}()", [f"return asks_python({number});"])
        return name

    def view(self, view: View) -> str:
        """What is seen of a state, in C; the parts of a tuple may be of several types."""
        function, tables = as_function(view), self.tables
        given = {name: self.model.constants[name] for name in self.model.parameters(function)}
        *before, last = source.parse(function).body
        is_plain = all(isinstance(line, ast.Expr) for line in before)  # a docstring
        seen = last.value if is_plain and isinstance(last, ast.Return) else None
        if isinstance(seen, ast.Tuple) and not any(isinstance(p, ast.Starred) for p in seen.elts):
            types: dict[str, nodes.Type] = {n: self.program.constant_type(n) for n in given}
            env: Names = {name: tables.literal(value) for name, value in given.items()}
            terms = [self.program.term(function, ast.unparse(p), types) for p in seen.elts]
            words = ", ".join([*(self.expressions.word(term, env) for term in terms), "NONE"])
            return f"({{ W x[] = {{{words}}}; node(TUPLE, {len(terms)}, x); }})"
        routine = self.program.operator(function)
        if routine.returns is None:
            raise NotCompiled("a view that is said to return nothing")
        return f"{self.name_of(routine)}({', '.join(map(tables.literal, given.values()))})"

    def loop_over(self, index: str, values: Sequence[Any]) -> str:
        """A loop over values that stand among the constants."""
        at = self.tables.row(values)
        return f"for (int {index} = {at}; {index} < {at + len(values)}; {index}++)"

    def values_of(self, claim: Property, world: World) -> list[list[Any]]:
        """The values of a claim's parameters."""
        known: Any = self.model.constants
        with world:
            return [
                [known[name]] if name in known else universe(hint, world)
                for name, hint in self.model.parameters(claim).items()  # type: ignore[arg-type]
            ]

    def test(self, name: str, lines: Iterable[str], expr: Expr, env: Names) -> None:
        """A function in C: whether an expression is true, in loops that begin with `lines`.

        The names of the expression stand for what `env` says, of a row `a` of arguments.
        """
        asked = f"if (!{self.expressions.test(expr, env)}) return 0;"
        self._add(f"static int {name}(const W *a)", [*lines, asked, "return 1;"])


def locals_of(body: Iterable[Statement]) -> Iterator[str]:
    """The names that statements give values to."""
    for statement in body:
        if isinstance(statement, nodes.Assign) and isinstance(statement.target, nodes.Var):
            yield statement.target.name
        if isinstance(statement, nodes.For):
            yield statement.name
            yield from locals_of(statement.body)
        if isinstance(statement, nodes.If):
            yield from itertools.chain(locals_of(statement.then), locals_of(statement.otherwise))


STATEMENTS: dict[type[Statement], Any] = {
    nodes.When: Functions._when,
    nodes.Assign: Functions._assign,
    nodes.If: Functions._if,
    nodes.For: Functions._for,
    nodes.Send: Functions._send,
    nodes.Discard: Functions._discard,
    nodes.RunRoutine: Functions._run,
    nodes.Return: Functions._return,
    Alike: Functions._alike,
}
