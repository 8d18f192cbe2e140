"""A model as a plain module of TLA+ for checking: TLC counts the same states."""

from __future__ import annotations

from raftnb.data.calls import told_plainly
from raftnb.data.values import Message
from raftnb.language.spec import Model
from raftnb.pluscal.claims import applied
from raftnb.pluscal.configuration import configuration, for_liveness
from raftnb.pluscal.formulas import Formulas
from raftnb.pluscal.module import ASSUMED, AWAITED, POSSIBLE, STEPS, Module, Printed
from raftnb.pluscal.printing import WIDTH
from raftnb.pluscal.steps import Action
from raftnb.pluscal.terms import (
    Call,
    Index,
    Infix,
    Listed,
    Name,
    Prefix,
    Quantified,
    State,
    Term,
    conjunction,
    disjunction,
)
from raftnb.pluscal.values import string
from raftnb.pluscal.writing import defined, definition, listed, section


@told_plainly
def plain_module(model: Model, *, symmetry: bool = False) -> Printed:
    """The model as a plain module, and its configurations, one for liveness where there is any.

    With `symmetry`, TLC takes states for one that differ in the names of members only.
    Raises `SpecError` for what TLA+ cannot say.
    """
    module = Module(model)
    name = f"{module.name}Plain"
    files = {f"{name}.tla": plain_text(module, name)}
    files[f"{name}.cfg"] = configuration(module, files[f"{name}.tla"], symmetry=symmetry)
    if module.liveness:
        files[f"{name}Live.cfg"] = for_liveness(module, files[f"{name}.tla"], "FairSpec")
    return Printed(name, files)


def plain_text(module: Module, name: str) -> str:
    """The text of the plain module of this name."""
    order = module.t.state
    formulas = Formulas(module.t.definitions, order)
    assumed, begun, final, invariants, awaited, possible, constraints = module.defined_once(
        module.assumed, module.begun, module.final, module.invariants, module.awaited,
        module.possible, module.constraints,
    )  # fmt: skip
    lines = section(ASSUMED) + module.claimed(assumed) if assumed else []
    lines += module.about_constants()
    lines += section("The initial states") + module.claimed(begun) + _initial(module)
    lines += section("The actions") + _actions(module, formulas)
    lines += _faults(module, formulas) + module.claimed(final) + _next(module)
    lines += section("What is claimed of every state") + module.claimed(invariants)
    if module.steps:
        lines += section(STEPS) + module.about_steps()
    for title, claims in ((AWAITED, awaited), (POSSIBLE, possible)):
        lines += section(title) + module.claimed(claims) if claims else []
    lines += section("Bounds") + module.claimed(constraints) + module.bounds()
    lines += _behaviors(module)
    text = [*module.operators(), *lines]
    front = [*module.head(name), *module.declared(text), *listed("VARIABLES", order)]
    front += ["", *definition("vars", (), Listed("<<", tuple(map(State, order)))), ""]
    return "\n".join([*front, *text, "=" * WIDTH]) + "\n"


def _actions(module: Module, formulas: Formulas) -> list[str]:
    lines = []
    for action in module.actions:
        parameters = [*_self(action), *(p.name for p in action.parameters)]
        body = formulas.action(_label(action), action.steps)
        lines += defined(action.about, action.name, parameters, body)
    return lines


def _self(action: Action) -> list[str]:
    return ["self"] if action.actor == Name("self") else []


def _label(action: Action) -> list[Term]:
    """That it is an action's turn, where actions have an order."""
    if action.label is None:
        return []
    return [Infix("=", (Index(State("pc"), action.actor), string(action.label)))]


def _initial(module: Module) -> list[str]:
    found: list[Term] = [Infix(sign, (State(n), value)) for n, sign, value in module.starts()]
    first = module.first_labels()
    if first is not None:
        at = module.t.state.index("pc")
        found.insert(at, Infix("=", (State("pc"), first)))
    found += [Call(one.name) for one in module.begun]
    return [*definition("Init", (), conjunction(found)), ""]


def _faults(module: Module, formulas: Formulas) -> list[str]:
    lines = []
    for name, change in module.faults():
        body = formulas.action([], (change,))
        said = f"The network's own step: {name}"
        lines += defined(said, f"Network_{name}", (module.t.fresh("m"),), body)
    return lines


def _next(module: Module) -> list[str]:
    ways: list[Term] = []
    for cls in module.model.processes:
        mine = [applied(a) for a in module.actions if a.root == cls.root]
        if mine and cls.root in module.t.sets:
            among = Name(module.t.sets[cls.root])
            ways.append(Quantified("\\E", "self", among, disjunction(mine)))
        else:
            ways += mine
    received = module.t.wire
    for name, _ in module.faults():
        domain = received.received(Message, None)
        m = module.t.fresh("m")
        ways.append(Quantified("\\E", m, domain, Call(f"Network_{name}", (Name(m),))))
    if module.final:
        stay = Prefix("UNCHANGED", State("vars"))
        ways.append(conjunction([Call(module.final[0].name), stay]))
    return [*definition("Next", (), disjunction(ways)), "", "Spec == Init /\\ [][Next]_vars", ""]


def _behaviors(module: Module) -> list[str]:
    if not module.liveness:
        return []
    fairness = module.claims.fairness(module.actions)
    lines = section("What is claimed of whole behaviors")
    lines += [*definition("FairSpec", (), conjunction([Call("Spec"), fairness])), ""]
    return lines + module.claimed(module.liveness)
