"""What the validation report shows, read once: the run, its result, the policy it was judged under, its inputs."""

from dataclasses import dataclass

from sqlmodel import Session

from core.errors import NotFound
from core.metrics.bias_audit import AuditFacts
from core.metrics.verdicts import Verdict
from core.policy.rules import CheckKind
from core.policy.service import PublishedPolicy, policy_by_id
from core.validation.audit_facts import stated_audit_facts
from core.validation.inputs import RunInputs, inputs_of
from core.validation.judging import NotJudged, not_judged
from core.validation.queries import RunPage, run_page
from core.validation.results import ValidationResult, from_json
from core.validation.small_cells import shown
from core.validation.tables import CheckResult


@dataclass(frozen=True)
class Report:
    """One run with everything a reader may ask of it; `result` is None until it has finished."""

    page: RunPage
    policy: PublishedPolicy
    inputs: RunInputs
    result: ValidationResult | None
    stated: AuditFacts | None  # of its bias audit

    @property
    def number(self) -> str:
        return self.page.run.number

    def checks(self, kind: CheckKind) -> tuple[CheckResult, ...]:
        """The judged figures of one family: what stops the version first, in the order of the policy within."""
        order = (
            (Verdict.FAIL, True),
            (Verdict.INSUFFICIENT, True),
            (Verdict.FAIL, False),
            (Verdict.INSUFFICIENT, False),
        )
        weight = {pair: place for place, pair in enumerate(order)}
        own = [check for check in self.page.checks if check.kind == kind.value]
        return tuple(sorted(own, key=lambda one: (weight.get((one.verdict, one.required), len(order)), one.position)))

    @property
    def not_judged(self) -> tuple[NotJudged, ...]:
        """Clauses that were passed over, each with its reason."""
        return (
            not_judged(self.result, self.policy.policy, self.inputs.tier or self.page.model.tier) if self.result else ()
        )


def read_report(session: Session, number: str) -> Report:
    """The run of this number; raises `NotFound`."""
    page = run_page(session, number)
    if page is None:
        raise NotFound("validation run", number)
    policy = policy_by_id(session, page.run.policy_version_id)
    return Report(
        page=page,
        policy=policy,
        inputs=inputs_of(session, page.run),
        result=shown(from_json(page.run.result), policy.policy.smallest_cell) if page.run.result else None,
        stated=stated_audit_facts(session, page.run.version_id),
    )
