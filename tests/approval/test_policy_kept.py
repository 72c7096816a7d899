"""What was decided or judged under a policy keeps it: a later one changes nothing for open changes and stored runs."""

from datetime import timedelta

from sqlmodel import select

from core.approval import queries
from core.approval.service import request_change
from core.approval.tables import ChangeRequest, ChecklistItem
from core.inventory.moves import load_version
from core.inventory.rules import Stage
from core.ledger.service import Ledger
from core.policy.service import default_policy_text, policy_by_id, policy_in_force
from core.store import Store
from core.validation.evidence import validation_facts
from core.validation.tables import CheckResult, Run
from tests.builders import NOON, REASON, a_cast, a_policy, a_version

LATER = NOON + timedelta(days=1)
HARDER = (
    default_policy_text()
    .replace("2026.1", "2031.1")
    .replace("1 = 2\n", "1 = 5\n", 1)
    .replace("value = 0.60", "value = 0.99", 1)
    .replace("1 = 10", "1 = 1", 1)
    + '\n[[path]]\nclause = "10.1"\nchange = "first use"\nquorum = 5\nfunctions = ["legal"]\n'
    + '\n[[required_evidence]]\nclause = "9.1"\nevidence = "attributions"\n'
    + '\n[[item]]\ncode = "another"\nclause = "5.9"\ntitle = "Another"\nguidance = "g"\nrequired = true\ntiers = [1]\n'
)


def test_a_later_policy_changes_no_open_change_and_no_stored_run(store: Store, ledger: Ledger) -> None:
    cast = a_cast(store)
    model, version = a_version(store, cast, tier=1, stage=Stage.VALIDATED)
    change = request_change(
        store, ledger, model=model, version=version, rationale=REASON, actor=cast.developer, at=NOON
    ).change

    def kept() -> tuple[object, ...]:
        with store.reading() as session:
            row = session.exec(select(ChangeRequest)).one()
            run = session.exec(select(Run)).one()
            page = queries.change(session, change, cast.approver, at=NOON)
            facts = validation_facts(session, load_version(session, model, version)[1])
            return (
                row.model_dump(),
                run.model_dump(),
                [one.model_dump() for one in session.exec(select(CheckResult)).all()],
                [one.model_dump() for one in session.exec(select(ChecklistItem)).all()],
                (page.policy, page.quorum, page.due_at, page.refusals),
                facts,
                policy_by_id(session, run.policy_version_id),
            )

    before = kept()
    a_policy(store, HARDER, at=LATER)

    with store.reading() as session:
        assert policy_in_force(session, at=LATER).policy.quorum(1) == 5
    assert kept() == before
