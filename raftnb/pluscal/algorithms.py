"""A model as an algorithm in PlusCal, to be read, and to be filled in by PlusCal's translator.

Actions that a process takes in an order are labels. Where a process may take any action at any
time, each is a macro of the action's name, and the process takes one of them again and again.
"""

from __future__ import annotations

from typing import Any

from raftnb.data.calls import told_plainly
from raftnb.data.errors import SpecError
from raftnb.data.values import Message
from raftnb.language.spec import Model
from raftnb.pluscal.claims import Claim
from raftnb.pluscal.configuration import configuration, for_liveness
from raftnb.pluscal.fairness import Fair, fairness_of
from raftnb.pluscal.formulas import Formulas
from raftnb.pluscal.layout import Align, Doc, Group, Line, Nest, row
from raftnb.pluscal.module import ASSUMED, AWAITED, BEGUN, POSSIBLE, STEPS, Module, Printed
from raftnb.pluscal.printing import WIDTH, document
from raftnb.pluscal.remarks import about_class, remark
from raftnb.pluscal.steps import (
    Action,
    Await,
    Branch,
    Change,
    Choice,
    Goto,
    Network,
    Run,
    Step,
    Steps,
    With,
    named,
    walked,
)
from raftnb.pluscal.terms import Call, Infix, Name, Term, conjunction
from raftnb.pluscal.writing import block, comment, definition

LIVENESS = "What is claimed of whole behaviors"
UNSAID = (
    "What is claimed of whole behaviors is in the plain module: PlusCal has no word for the "
    "fairness of one way of several at a label."
)
ONLY_THESE = "The states in which it begins: PlusCal has no word for a claim of several variables."
BEGIN, END = "\\* BEGIN TRANSLATION", "\\* END TRANSLATION"


@told_plainly
def algorithm(model: Model, *, symmetry: bool = False) -> Printed:
    """The model as a module with a PlusCal algorithm, and a configuration of TLC.

    Between the lines BEGIN and END TRANSLATION, PlusCal's translator puts the algorithm in TLA+.
    There is a configuration for liveness as well, where PlusCal can say what is fair.
    Raises `SpecError` for what PlusCal cannot say.
    """
    module = Module(model)
    found = Algorithm(module)
    text = "\n".join(found.lines()) + "\n"
    name = module.name
    said = "BegunSpec" if module.begun else "Spec"
    given = configuration(module, text, said, symmetry=symmetry)
    files = {f"{name}.tla": text, f"{name}.cfg": given}
    if found.lives:
        files[f"{name}Live.cfg"] = for_liveness(module, text, said)
    return Printed(name, files)


class Algorithm:
    """The text of a module with an algorithm."""

    def __init__(self, module: Module) -> None:
        self.module, self.t = module, module.t
        self.model = module.model
        self.formulas = Formulas(self.t.definitions, self.t.state)
        self.fair = {cls.root: self._fair(cls) for cls in self.model.processes}
        self.lives = bool(module.liveness) and all(fair.whole for fair in self.fair.values())

    def _fair(self, cls: Any) -> Fair:
        mine = [action for action in self.module.actions if action.root == cls.root]
        return fairness_of(cls, self.module.spec.fairness, mine)

    def lines(self) -> list[str]:
        """The whole module."""
        module = self.module
        processes = self._processes()
        if not processes:
            raise SpecError(
                "a specification in which nothing can happen",
                place=f"the specification `{self.module.spec.name}`",
                allowed="processes with actions, in PlusCal",
                cure="print it with --tla, or give a process an action",
            )
        inner = [*self._variables(), *self._defined(), *self._macros(), *processes]
        said = [*comment(STEPS), ""] if module.steps else []
        after = [*module.about_constants(), *_begun(module.begun)]
        after += [*said, *module.about_steps(), *module.bounds()]
        if module.liveness and not self.lives:
            after = [*comment(UNSAID), "", *after]
        body = [f"(* --algorithm {module.name}", *inner, "end algorithm; *)"]
        front = [*module.head(module.name), *module.declared([*body, *after])]
        end = ["", BEGIN, END, "", *after, "=" * WIDTH]
        return [*front, *body, *end]

    def _variables(self) -> list[str]:
        lines, owner = ["variables"], ""
        starts = self.module.starts()
        known = {v.name: v for v in self.t.variables.values()}
        for number, (name, sign, value) in enumerate(starts):
            root = known[name].root if name in known else ""
            if root != owner or number == 0:
                lines += comment(self._about_owner(root), 2)
                owner = root
            if root:
                lines += comment(remark(self.t.program.classes[root], known[name].variable), 2)
            mark = ";" if number == len(starts) - 1 else ","
            lines += block(_assignment(name, sign, value, mark), 2)
        return [*lines, ""] if starts else []

    def _about_owner(self, root: str) -> str:
        if not root:
            return "The messages in flight"
        cls = self.t.program.classes[root]
        return f"{root}: {about_class(cls)}" if about_class(cls) else root

    def _defined(self) -> list[str]:
        module = self.module
        lines = module.operators(2)
        parts = {
            ASSUMED: module.assumed, BEGUN: module.begun,
            "What is claimed of every state": module.invariants,
            AWAITED: module.awaited, POSSIBLE: module.possible,
            LIVENESS: module.liveness if self.lives else [], "Bounds": module.constraints,
        }  # fmt: skip
        for title, claims in zip(parts, module.defined_once(*parts.values()), strict=True):
            lines += [f"  (* {title} *)", "", *module.claimed(claims, 2)] if claims else []
        while lines and not lines[-1]:
            lines.pop()
        return ["define", *lines, "end define;", ""] if lines else []

    # Macros.

    def _macros(self) -> list[str]:
        lines = self._of_network()
        for one in self.t.macros.values():
            lines += self._macro(one.name, list(one.parameters), one.steps, one.about)
        for action in self.module.actions:
            if action.label is None:
                names = [p.name for p in action.parameters]
                lines += self._macro(action.name, names, action.steps, action.about)
        return lines

    def _macro(self, name: str, parameters: list[str], steps: Steps, about: str) -> list[str]:
        head = f"macro {name}({', '.join(parameters)}) begin"
        return [*comment(about), head, *self._steps(steps, 2), "end macro;", ""]

    def _of_network(self) -> list[str]:
        """The macros of the network, as far as they are used."""
        used: dict[str, int] = {}
        bodies = [action.steps for action in self.module.actions]
        bodies += [macro.steps for macro in self.t.macros.values()]
        for body in bodies:
            used |= {s.macro: len(s.args) for s in walked(body) if isinstance(s, Network)}
        lines = []
        for macro in sorted(used, key=list(NETWORK).index):
            about, names = NETWORK[macro]
            if macro == "discard" and self.t.wire.kind == "set":
                about += ": it stays, since the network may deliver it again"
            change = self.t.wire.meaning(macro, [Name(n) for n in names])
            steps: Steps = (change,) if change is not None else ()
            lines += self._macro(macro, names, steps, about)
        return lines

    # Processes.

    def _processes(self) -> list[str]:
        lines: list[str] = []
        for cls in self.model.processes:
            mine = [a for a in self.module.actions if a.root == cls.root]
            ordered = [a for a in mine if a.label is not None]
            free = [a for a in mine if a.label is None]
            lines += self._ordered(cls, ordered) if ordered else []
            if free:
                lines += self._free(cls, free, apart=bool(ordered))
        return lines + self._network()

    def _process(self, cls: Any, name: str, of: str, body: list[str]) -> list[str]:
        head = f"{self.fair[cls.root].word}process {name} {of}"
        return [*comment(about_class(cls)), head, "begin", *body, "end process;", ""]

    def _ordered(self, cls: Any, actions: list[Action]) -> list[str]:
        """A process that takes its actions in order: each is a label."""
        by_label = {action.label: action for action in actions}
        body: list[str] = []
        for number, label in enumerate(cls.cycle.labels):
            action = by_label[label]
            if action.name != label:
                raise SpecError(
                    f"the action `{label}`, whose name is taken by another thing in PlusCal",
                    allowed="labels that are the names of the actions",
                    cure="give one of the two another name",
                )
            body += comment(action.about, 2)
            body.append(f"  {label}:{self.fair[cls.root].marks.get(label, '')}")
            body += ["    while TRUE do"] if number == 0 else []
            body += self._steps(_given(action, action.steps), 6)
        body.append("    end while;")
        return self._process(cls, self._name(cls), self._of(cls), body)

    def _free(self, cls: Any, actions: list[Action], *, apart: bool) -> list[str]:
        """A process that takes any of its actions again and again."""
        label = self.t.names.of(("label", cls.root), f"{cls.root.lower()}_step")
        body = [f"  {label}:", "    while TRUE do"]
        for number, action in enumerate(actions):
            body.append("      either" if number == 0 else "      or")
            run = Run(action.name, tuple(Name(p.name) for p in action.parameters), ())
            body += self._steps(_given(action, (run,)), 8)
        body += ["      end either;", "    end while;"]
        if len(actions) == 1:
            body = [body[0], body[1], *(line[2:] for line in body[3:-2]), body[-1]]
        name = self._name(cls)
        if not apart:
            return self._process(cls, name, self._of(cls), body)
        if cls.root in self.t.sets:
            raise SpecError(
                f"the action `{actions[0].name}`, which has no place in the order of `{cls.root}`",
                allowed="classes whose actions all have an order, or none of them, in PlusCal",
                cure="print it with --tla, or put the action into a class of its own",
            )
        return self._process(cls, f"{name}_too", f'= "{name}_too"', body)

    def _name(self, cls: Any) -> str:
        return self.t.names.of(("process", cls.root), cls.root.lower(), "a_")

    def _of(self, cls: Any) -> str:
        if cls.root in self.t.sets:
            return f"\\in {self.t.sets[cls.root]}"
        return f'= "{self.model.names[cls.root][0]}"'

    def _network(self) -> list[str]:
        faults = self.module.faults()
        if not faults:
            return []
        domain = self.t.wire.received(Message, None)
        body = ["  network_step:", "    while TRUE do"]
        body += block(
            row(
                "with ",
                Align(Group(document(Infix("\\in", (Name(self.t.fresh("m")), domain))))),
                " do",
            ),
            6,
        )
        for number, (name, change) in enumerate(faults):
            word = "either" if number == 0 else "or"
            body += [f"        {word}"] if len(faults) > 1 else []
            body += comment(f"The network's own step: {name}", 10)
            body += self._step(change, 10)
        body += ["        end either;"] if len(faults) > 1 else []
        body += ["      end with;", "    end while;"]
        of = f'= "{self.model.names["Network"][0]}"'
        return [
            "\\* What the network may do by itself.",
            f"process wire {of}",
            "begin",
            *body,
            "end process;",
            "",
        ]

    # Statements.

    def _steps(self, steps: Steps, indent: int) -> list[str]:
        lines: list[str] = []
        for step in steps:
            lines += self._step(step, indent)
        return lines or [f"{' ' * indent}skip;"]

    def _step(self, step: Step, indent: int) -> list[str]:
        space = " " * indent
        if isinstance(step, Await):
            test = self.formulas.guard(step.test)
            return block(row("await ", Align(Group(document(test))), ";"), indent)
        if isinstance(step, Change):
            return block(_changed(step), indent)
        if isinstance(step, Network | Run):
            args = [document(arg) for arg in step.args]
            return block(_called(step.macro, args), indent)
        if isinstance(step, Goto):
            return [] if step.implied else [f"{space}goto {_label(step.label)};"]
        if isinstance(step, With):
            return self._with(step, indent)
        if isinstance(step, Branch):
            return self._branch(step, indent, "if")
        assert isinstance(step, Choice)
        lines: list[str] = []
        for number, way in enumerate(step.ways):
            lines += [f"{space}{'or' if number else 'either'}", *self._steps(way, indent + 2)]
        return [*lines, f"{space}end either;"]

    def _with(self, step: With, indent: int) -> list[str]:
        names = [step]
        while len(names[-1].body) == 1 and isinstance(names[-1].body[0], With):
            names.append(names[-1].body[0])
        parts: list[Doc] = []
        for number, one in enumerate(names):
            mark = "," if number < len(names) - 1 else ""
            value = Align(Group(document(one.value)))
            parts.append(row(f"{one.name} {one.sign} ", value, mark, *([Line()] if mark else [])))
        head = Group(row("with ", Align(Group(row(*parts))), Line(), "do"))
        space = " " * indent
        return [*block(head, indent), *self._steps(names[-1].body, indent + 2), f"{space}end with;"]

    def _branch(self, step: Branch, indent: int, word: str) -> list[str]:
        space = " " * indent
        lines = block(
            Group(row(f"{word} ", Align(Group(document(step.test))), Line(), "then")), indent
        )
        lines += self._steps(step.yes, indent + 2)
        if len(step.no) == 1 and isinstance(step.no[0], Branch):
            return [*lines, *self._branch(step.no[0], indent, "elsif")]
        if step.no:
            lines += [f"{space}else", *self._steps(step.no, indent + 2)]
        return [*lines, f"{space}end if;"]


NETWORK = {
    "send": ("Put a message in flight", ["message"]),
    "send_all": ("Put several messages in flight", ["several"]),
    "discard": ("Take a message out of the network", ["message"]),
    "reply": ("Answer a message, which is done with", ["request", "response"]),
}


def _begun(claims: list[Claim]) -> list[str]:
    """The specification of what begins as is claimed: a conjunct of the algorithm's own."""
    if not claims:
        return []
    begun = conjunction([Call("Spec"), *(Call(one.name) for one in claims)])
    return [*comment(ONLY_THESE), *definition("BegunSpec", (), begun), ""]


def _given(action: Action, steps: Steps) -> Steps:
    """What an action does, with any arguments."""
    return named([(p.name, p.domain) for p in action.parameters], "\\in", steps)


def _assignment(name: str, sign: str, value: Term, mark: str) -> Doc:
    return Group(row(f"{name} {sign}", Nest(2, row(Line(), Align(Group(document(value))), mark))))


def _changed(step: Change) -> Doc:
    path = [row("[", document(place), "]") for place in step.path]
    head = row(step.variable, *path, " :=")
    return Group(row(head, Nest(2, row(Line(), Align(Group(document(step.value))), ";"))))


def _called(macro: str, args: list[Doc]) -> Doc:
    parts: list[Doc] = []
    for number, arg in enumerate(args):
        mark = row(",", Line()) if number < len(args) - 1 else row()
        parts.append(row(Align(Group(arg)), mark))
    return row(f"{macro}(", Align(Group(row(*parts))), ");")


def _label(label: Term) -> str:
    if isinstance(label, Name) and label.text.startswith('"'):
        return label.text.strip('"')
    raise SpecError(
        "a label to come that is not written out",
        allowed='self.pc = "label"',
        cure="choose with `if`, and write each label out",
    )
