"""`prove SPEC`: prove a specification's claims for any number of processes."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from raftnb.commands.clusters import add_cluster, cluster_of
from raftnb.commands.common import MOST_SEED, add_amount, add_number, report
from raftnb.commands.limits import add_max_seconds
from raftnb.commands.specifications import add_spec, chosen, varied
from raftnb.commands.traces import add_trace
from raftnb.data.errors import UsageError
from raftnb.data.limits import within
from raftnb.language.proof import Proof, proof_of_claims
from raftnb.language.spec import Spec
from raftnb.parallel import Cluster
from raftnb.specs import PROOFS

if TYPE_CHECKING:
    from raftnb.prove import Report
    from raftnb.prove.seeds import Seeds

MOST_SEEDS = 100


def add_parser(subparsers: Any) -> None:
    """Add `prove` to the command line."""
    parser = subparsers.add_parser(
        "prove",
        description="Prove by inductive invariant, with Z3, from the specification's own source. "
        "Exit code: 0 every condition proved, 1 a run from the start breaks a claim, "
        "2 usage or specification error, or what has no translation to Z3 (with its place and the "
        "cure), 3 unknown (a condition not proved, a claim not covered). "
        "SPEC is the name of a proof, or one of " + ", ".join(PROOFS) + "; of a specification in "
        "a file that has no proof, the claims themselves are tried as the invariant.",
    )
    add_spec(parser)
    add_max_seconds(parser)
    add_trace(parser)
    add_number(
        parser, "--seed", least=0, most=MOST_SEED, default=0, help="the solver's random seed"
    )
    add_number(
        parser,
        "--seeds",
        most=MOST_SEEDS,
        help="prove it with N seeds, from --seed on: whether the verdict is luck",
    )
    add_amount(
        parser, "--timeout", default=10.0, metavar="S", help="seconds for one condition (10)"
    )
    add_cluster(parser)
    add_choices(parser)
    parser.set_defaults(run=run)


def add_choices(parser: argparse.ArgumentParser) -> None:
    """Add what is to be proved, and what is left out."""
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="CLAIM",
        help="prove this claim alone (again for more): the answer is a part, and unknown",
    )
    parser.add_argument(
        "--action",
        action="append",
        default=[],
        metavar="ACTION",
        dest="actions",
        help="look at the steps of this action alone (again for more), with the same effect",
    )
    parser.add_argument(
        "--trust", action="store_true", help="do not compare the translation with running it"
    )
    parser.add_argument(
        "--no-cache",
        action="store_true",
        help="ask the solver everything anew, and keep nothing for the next run",
    )


def chosen_proof(text: str) -> Proof:
    """The proof that a word names, or one of the claims of the specification that it names."""
    found, loaded = chosen(text, (Proof, Spec), PROOFS, "no proof of", "name one of these")
    if isinstance(found, Proof):
        return found
    proofs = loaded.own(Proof).items() if loaded else ()
    mine = {name: proof for name, proof in proofs if proof.spec is found}
    if len(mine) > 1:
        raise UsageError(
            f"{len(mine)} proofs of `{found.name}`",
            place="command line, SPEC",
            allowed=", ".join(mine),
            cure="name the proof, in place of the specification",
        )
    return next(iter(mine.values()), None) or proof_of_claims(found)


def run(arguments: argparse.Namespace) -> int:
    """Prove, print the result, and return the exit code."""
    proof = chosen_proof(arguments.spec)
    proof = proof.of(varied(proof.spec, arguments.variant))
    with cluster_of(arguments) as cluster:
        answer = within(arguments.max_seconds, lambda: answered(proof, arguments, cluster))
    with_ = f"{answer.solver}, seed {answer.seed}, "
    hints = after(answer)
    for hint in hints if not arguments.json else ():
        print(f"hint: {hint}", file=sys.stderr)
    extra: dict[str, Any] = {"hints": list(hints)} if hints else {}
    left = not_asked(proof)
    return report(answer, arguments, with_, not_asked=left, spec=proof.spec.name, **extra)


def not_asked(proof: Proof) -> tuple[str, ...]:
    """Claims of the specification that no such proof says, with the command that asks."""
    met = [f"sometimes {claim.__name__} (check)" for claim in proof.spec.sometimes]
    led = {str(one) for one in proof.leads}
    lasting = [f"{one} (liveness)" for one in proof.spec.liveness if str(one) not in led]
    return ("deadlock (check)", *met, *lasting)


def after(answer: Report | Seeds) -> tuple[str, ...]:
    """What to do where a condition is neither proved nor refuted."""
    from raftnb.prove.seeds import Seeds

    if isinstance(answer, Seeds):
        return tuple(dict.fromkeys(hint for one in answer.reports for hint in after(one)))
    stopped = answer.bound is not None or answer.violation is not None
    if any(claim.startswith("line ") for claim, _ in answer.failing) and not stopped:
        return (
            "a step may have no value there: prove what it rests on, and name that claim in "
            "`defined=` of the Proof, too",
        )
    if not answer.failing or answer.counterexamples or stopped:
        return ()
    return (
        "no counterexample was found either: say what the claim follows from, `Lemma(claim, "
        "(other,))`, or what a count means, `opaque=` and `axioms=` (Appendix A)",
    )


def answered(
    proof: Proof, arguments: argparse.Namespace, cluster: Cluster | None
) -> Report | Seeds:
    """What comes of a proof, with counterexamples where it is not complete."""
    from raftnb.prove.explain import prove_or_explain
    from raftnb.prove.seeds import prove_with_seeds

    options = {
        "timeout": arguments.timeout,
        "seed": arguments.seed,
        "workers": arguments.workers,
        "cluster": cluster,
        "trust": arguments.trust,
        "only": arguments.only,
        "actions": arguments.actions,
        "remember": not arguments.no_cache,
        "progress": not arguments.json,
    }
    if arguments.seeds is not None:
        return prove_with_seeds(proof, seeds=arguments.seeds, **options)
    return prove_or_explain(proof, **options)
