"""A policy is drafted by one person and published by another, is in force by date, and is then as it was published."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from core.errors import Conflict, NotFound, Refused, Unreadable
from core.ledger.queries import entries, entry
from core.ledger.service import Ledger
from core.policy.draft_facts import load_draft, problems_of
from core.policy.drafts import (
    begin_draft,
    change_draft,
    publish_draft,
    retire_draft,
    return_draft,
    submit_draft,
    withdraw_policy,
)
from core.policy.life import DraftStatus, SimulationStatus
from core.policy.service import PublishedPolicy, default_policy_text, digest_of, policy_by_id, policy_in_force
from core.policy.tables import PolicyDraft, PolicySimulation
from core.store import Store
from core.store.numbers import next_number
from tests.builders import NOON, Cast, a_cast, a_policy

NEXT = default_policy_text().replace("2026.1", "2031.1").replace("value = 0.80", "value = 0.85")
WHY = "The yearly review of thresholds."
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Desk:
    """The acts of the cast on one draft."""

    store: Store
    ledger: Ledger
    cast: Cast
    draft: str

    @property
    def row(self) -> PolicyDraft:
        with self.store.reading() as session:
            return load_draft(session, self.draft)

    def simulated(self) -> "Desk":
        """As if the simulation of this text had finished."""
        with self.store.transaction() as tx:
            row = load_draft(tx.session, self.draft)
            tx.session.add(
                PolicySimulation(
                    number=next_number(tx.session, "SM"),
                    draft_id=row.id or 0,
                    body=row.body,
                    digest=row.digest,
                    against_id=policy_in_force(tx.session, at=NOON).id,
                    status=SimulationStatus.FINISHED,
                    requested_by=self.cast.owner.id,
                    requested_at=NOON,
                )
            )
        return self

    def submit(self) -> "Desk":
        submit_draft(
            self.store, self.ledger, draft=self.draft, reason=WHY, seen_digest=self.row.digest, actor=self.cast.owner,
            at=NOON,
        )  # fmt: skip
        return self

    def publish(self, **given: object) -> PublishedPolicy:
        wanted: dict[str, object] = {
            "draft": self.draft, "reason": WHY, "seen_digest": self.row.digest, "actor": self.cast.approver, "at": NOON,
        }  # fmt: skip
        return publish_draft(self.store, self.ledger, **(wanted | given))  # type: ignore[arg-type]  # a test's own

    def actions(self) -> list[str]:
        with self.store.reading() as session:
            return [row.action for row in reversed(entries(session, limit=100).rows)]


def make_desk(store: Store, ledger: Ledger, text: str = NEXT) -> Desk:
    cast = a_cast(store)
    first = a_policy(store, at=NOON - DAY)
    begun = begin_draft(store, ledger, text=text, reason=WHY, based_on=first.id, actor=cast.owner, at=NOON)
    return Desk(store, ledger, cast, begun.draft)


@pytest.fixture
def desk(sqlite_store: Store, ledger: Ledger) -> Desk:
    return make_desk(sqlite_store, ledger)


@pytest.fixture
def desk_on_both(store: Store, ledger: Ledger) -> Desk:
    return make_desk(store, ledger)


def codes(act: Callable[[], object]) -> list[str]:
    with pytest.raises(Refused) as caught:
        act()
    return [refusal.code for refusal in caught.value.refusals]


def test_a_draft_goes_from_its_author_to_a_policy_in_force(desk_on_both: Desk) -> None:
    published = desk_on_both.simulated().submit().publish()

    with desk_on_both.store.reading() as session:
        in_force = policy_in_force(session, at=NOON)
        recorded = entry(session, entries(session).total - 1)
    assert in_force == published
    assert (published.version, published.digest) == ("2031.1", digest_of(NEXT))
    assert (desk_on_both.row.status, desk_on_both.row.published_as) == (DraftStatus.PUBLISHED, published.id)
    assert desk_on_both.actions() == ["policy.drafted", "policy.submitted", "policy.published"]
    assert all(word in (recorded.payload or "") for word in (desk_on_both.cast.owner.id, WHY, published.digest))


def test_nobody_publishes_what_they_wrote(sqlite_store: Store, ledger: Ledger) -> None:
    cast = a_cast(sqlite_store)
    a_policy(sqlite_store, at=NOON - DAY)
    begun = begin_draft(sqlite_store, ledger, text=NEXT, reason=WHY, actor=cast.approver, at=NOON)
    desk = Desk(sqlite_store, ledger, cast, begun.draft).simulated()
    submit_draft(
        sqlite_store, ledger, draft=desk.draft, reason=WHY, seen_digest=desk.row.digest, actor=cast.approver, at=NOON
    )

    assert codes(desk.publish) == ["own-draft"]
    assert desk.actions()[-1] == "act.refused"
    assert desk.publish(actor=cast.second_approver).version == "2031.1"


def test_what_was_not_simulated_is_not_published(desk: Desk) -> None:
    assert codes(desk.submit().publish) == ["not-simulated"]


def test_a_simulation_counts_for_exactly_this_text_and_this_policy_in_force(desk: Desk) -> None:
    desk.simulated()
    other = NEXT.replace("0.85", "0.86")
    change_draft(
        desk.store,
        desk.ledger,
        draft=desk.draft,
        text=other,
        seen_revision=1,
        reason=WHY,
        actor=desk.cast.owner,
        at=NOON,
    )
    assert codes(desk.submit().publish) == ["not-simulated"]
    desk.simulated()
    a_policy(desk.store, default_policy_text().replace("2026.1", "2031.9"), at=NOON)
    assert codes(desk.publish) == ["not-simulated"]


def test_a_draft_is_kept_although_it_is_no_policy_yet_but_not_submitted(desk: Desk) -> None:
    text = NEXT.replace("value = 0.85", "value = oops")
    change_draft(
        desk.store,
        desk.ledger,
        draft=desk.draft,
        text=text,
        seen_revision=1,
        reason=WHY,
        actor=desk.cast.owner,
        at=NOON,
    )

    assert desk.row.body == text
    assert [text.split("\n")[(one.line or 0) - 1] for one in problems_of(text)] == ["value = oops"]
    assert codes(desk.submit) == ["unreadable"]


def test_a_draft_that_changed_meanwhile_is_not_overwritten(desk: Desk) -> None:
    def change(revision: int) -> None:
        change_draft(
            desk.store, desk.ledger, draft=desk.draft, text=NEXT + "\n", seen_revision=revision, reason=WHY,
            actor=desk.cast.owner, at=NOON,
        )  # fmt: skip

    change(1)
    with pytest.raises(Conflict):
        change(1)
    assert desk.row.revision == 2


def test_what_is_published_is_what_was_read(desk: Desk) -> None:
    desk.simulated().submit()

    with pytest.raises(Conflict, match="text of the draft"):
        desk.publish(seen_digest="0" * 64)
    assert desk.row.status is DraftStatus.SUBMITTED


def test_a_version_that_is_published_is_not_submitted_again(sqlite_store: Store, ledger: Ledger) -> None:
    desk = make_desk(sqlite_store, ledger)
    desk.simulated().submit().publish()
    twin = begin_draft(sqlite_store, ledger, text=NEXT, reason=WHY, actor=desk.cast.owner, at=NOON)

    assert codes(Desk(sqlite_store, ledger, desk.cast, twin.draft).submit) == ["version-taken"]


def test_a_draft_is_returned_changed_and_submitted_again(desk: Desk) -> None:
    desk.submit()
    given: dict[str, Any] = {"draft": desk.draft, "reason": WHY, "at": NOON}
    assert codes(lambda: return_draft(desk.store, desk.ledger, **given, actor=desk.cast.owner)) == [
        "permission",
        "own-draft",
    ]
    return_draft(desk.store, desk.ledger, draft=desk.draft, reason=WHY, actor=desk.cast.approver, at=NOON)

    assert (desk.row.status, desk.row.returned_reason) == (DraftStatus.DRAFT, WHY)
    assert desk.simulated().submit().publish().version == "2031.1"


def test_a_retired_draft_stays_readable_and_ends(desk: Desk) -> None:
    retire_draft(desk.store, desk.ledger, draft=desk.draft, reason=WHY, actor=desk.cast.owner, at=NOON)

    assert (desk.row.status, desk.row.body) == (DraftStatus.RETIRED, NEXT)
    assert codes(desk.submit) == ["draft-status"]


def test_a_scheduled_policy_takes_effect_on_its_date(desk_on_both: Desk) -> None:
    desk_on_both.simulated().submit().publish(effective_from=NOON + 7 * DAY)

    with desk_on_both.store.reading() as session:
        found = [policy_in_force(session, at=NOON + days * DAY).version for days in (0, 6, 7, 8)]
    assert [version == "2031.1" for version in found] == [False, False, True, True]


def test_no_policy_is_published_for_a_date_that_has_passed(desk: Desk) -> None:
    assert codes(lambda: desk.simulated().submit().publish(effective_from=NOON - DAY)) == ["past-date"]


def test_a_scheduled_policy_can_be_withdrawn_and_then_never_is_in_force(desk_on_both: Desk) -> None:
    published = desk_on_both.simulated().submit().publish(effective_from=NOON + 7 * DAY)

    def withdraw(days: int) -> None:
        withdraw_policy(
            desk_on_both.store, desk_on_both.ledger, policy=published.id, reason=WHY,
            actor=desk_on_both.cast.second_approver, at=NOON + days * DAY,
        )  # fmt: skip

    assert codes(lambda: withdraw(7)) == ["in-effect"]
    withdraw(6)
    assert codes(lambda: withdraw(6)) == ["withdrawn"]
    with desk_on_both.store.reading() as session:
        assert policy_in_force(session, at=NOON + 8 * DAY).id != published.id
        assert policy_by_id(session, published.id).version == "2031.1"
    assert desk_on_both.actions()[-2:] == ["policy.withdrawn", "act.refused"]


def test_an_act_without_a_reason_or_a_permission_is_refused_and_on_record(desk: Desk) -> None:
    def begin(reason: str, actor: object) -> list[str]:
        return codes(lambda: begin_draft(desk.store, desk.ledger, text="", reason=reason, actor=actor, at=NOON))  # type: ignore[arg-type]

    assert begin("short", desk.cast.owner) == ["reason"]
    assert begin(WHY, desk.cast.developer) == begin(WHY, desk.cast.administrator) == ["permission"]
    assert desk.actions() == ["policy.drafted", "act.refused", "act.refused", "act.refused"]


@pytest.mark.parametrize(
    ("text", "reason"), [("x" * 200_001, WHY), ("a\0", WHY), ("a", "\ud800 surrogate"), ("a", "y" * 4001)]
)
def test_what_the_store_cannot_hold_is_unreadable(desk: Desk, text: str, reason: str) -> None:
    with pytest.raises(Unreadable):
        begin_draft(desk.store, desk.ledger, text=text, reason=reason, actor=desk.cast.owner, at=NOON)


def test_what_is_not_there_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound):
        begin_draft(desk.store, desk.ledger, text="", reason=WHY, based_on=99, actor=desk.cast.owner, at=NOON)
    with pytest.raises(NotFound):
        withdraw_policy(desk.store, desk.ledger, policy=99, reason=WHY, actor=desk.cast.approver, at=NOON)
    with pytest.raises(NotFound):
        retire_draft(desk.store, desk.ledger, draft="PD9999", reason=WHY, actor=desk.cast.owner, at=NOON)
