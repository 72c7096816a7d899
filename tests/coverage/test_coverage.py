"""Coverage: what is at hand shows an item, silence never does, and answers of people end."""

from datetime import datetime, timedelta
from itertools import product

import pytest

from core.access.rules import Role
from core.coverage.queries import CoverageFilter, Narrow, coverage_list
from core.coverage.reading import ItemCoverage, model_coverage
from core.coverage.rules import Demand, Outcome, State, judge
from core.coverage.service import answer_item, withdraw_answer
from core.coverage.summary import ModelSummary, summarised, summary
from core.documents.service import keep_document
from core.errors import NotFound, Refused
from core.inventory.rules import Stage
from core.ledger.service import Ledger
from core.policy.packs.service import publish_pack
from core.policy.packs.signals import DocumentKind
from core.store import Store
from tests.builders import NOON, Cast, a_cast, a_finding, a_model, a_person, a_version

PACK = "sr-26-2"
REASON = "Stated in the procedure of the unit, section 4."


# ---- the rule


@pytest.mark.parametrize(
    ("stored", "by_person", "held", "answer", "state"),
    [
        ({"a", "b"}, False, {"a", "b"}, None, State.SHOWN),
        ({"a", "b"}, False, {"a"}, None, State.PARTLY),
        ({"a", "b"}, False, set(), None, State.MISSING),
        ({"a"}, True, {"a"}, None, State.PARTLY),
        ({"a"}, True, {"a"}, Outcome.MET, State.ANSWERED),
        (set(), True, {"a"}, None, State.MISSING),
        (set(), True, set(), Outcome.MET, State.ANSWERED),
        ({"a"}, False, {"a"}, Outcome.MET, State.SHOWN),
        ({"a"}, False, set(), Outcome.NOT_APPLICABLE, State.NOT_APPLICABLE),
        ({"a"}, False, {"approved"}, None, State.SHOWN),
    ],
)
def test_an_item_counts_by_what_is_at_hand(
    stored: set[str], by_person: bool, held: set[str], answer: Outcome | None, state: State
) -> None:
    demand = Demand(frozenset(stored), by_person, approved_as="approved")

    assert judge(demand, held, answer) is state


def test_nothing_at_hand_and_no_answer_is_never_covered() -> None:
    for size, by_person, approved in product(range(4), (True, False), ("", "approved")):
        demand = Demand(frozenset(f"s{place}" for place in range(size)), by_person, approved_as=approved)

        assert judge(demand, frozenset(), None) is State.MISSING


def test_an_item_about_vendors_does_not_apply_to_a_model_of_our_own() -> None:
    demand = Demand(frozenset({"a"}), False, only_if="vendor")

    assert judge(demand, {"a"}, None) is State.NOT_APPLICABLE
    assert judge(demand, {"a", "vendor"}, None) is State.SHOWN


# ---- against the store


@pytest.fixture
def cast(store: Store) -> Cast:
    return a_cast(store)


def item_of(store: Store, model: str, item: str, *, pack: str = PACK, at: datetime = NOON) -> ItemCoverage:
    with store.reading() as session:
        found = model_coverage(session, model, at=at, pack=pack)
    return next(one for one in found.packs[0].items if one.item.id == item)


def test_the_summary_and_the_page_of_a_model_count_the_same(store: Store, cast: Cast) -> None:
    packs = "sr-26-2 nyc-ll144 gdpr fair-lending eu-ai-act ccpa-admt iso-42001 nist-ai-rmf-1.0"
    for stage in (Stage.DRAFT, Stage.VALIDATED, Stage.IN_PRODUCTION):
        a_version(store, cast, packs=packs, stage=stage)
    with store.reading() as session:
        rows = coverage_list(session, CoverageFilter(), at=NOON, limit=10, offset=0).page.rows
        pages = {row.number: model_coverage(session, row.number, at=NOON) for row in rows}

    assert len(rows) == 3
    assert rows[0].summary.total.shown < rows[-1].summary.total.shown
    for row in rows:
        assert row.summary.by_pack == {one.pack.id: one.counts for one in pages[row.number].packs}
        for one in pages[row.number].packs:
            assert one.counts.applicable + one.counts.not_applicable == len(one.pack.items)


def test_a_figure_counts_only_while_its_run_judged_the_files_at_hand(store: Store, cast: Cast) -> None:
    from sqlmodel import select

    from core.validation.tables import Evidence

    model, _ = a_version(store, cast, packs=PACK, stage=Stage.VALIDATED)
    assert item_of(store, model, "MRM-11").state is State.SHOWN

    with store.transaction() as tx:
        file = tx.session.exec(select(Evidence)).first()
        assert file is not None
        file.replaced_at = NOON + timedelta(hours=1)
        tx.session.add(file)

    assert item_of(store, model, "MRM-11").state is State.MISSING


def test_an_overdue_finding_is_no_finding_that_is_tracked(store: Store, cast: Cast) -> None:
    model, version = a_version(store, cast, packs=PACK, stage=Stage.VALIDATED)
    a_finding(store, model, version, at=NOON + timedelta(days=5))
    item = item_of(store, model, "MRM-15")
    assert item.state is State.SHOWN
    assert item.ends is not None

    assert item_of(store, model, "MRM-15", at=item.ends).state is State.MISSING


def test_an_empty_field_shows_nothing(store: Store, cast: Cast) -> None:
    model, _ = a_version(store, cast, packs=PACK)
    users = next(one for one in item_of(store, model, "MRM-02").looked_for if one.signal.name == "model.users")

    assert not users.held


def test_an_answer_counts_until_it_ends_or_is_withdrawn(store: Store, ledger: Ledger, cast: Cast) -> None:
    model, _ = a_version(store, cast, packs=PACK)

    def answer(until: timedelta) -> str:
        return answer_item(
            store, ledger, model=model, pack=PACK, item="MRM-12", outcome=Outcome.MET, reason=REASON,
            expires_at=NOON + until, actor=cast.owner, at=NOON,
        ).answer  # fmt: skip

    number = answer(timedelta(days=30))
    assert item_of(store, model, "MRM-12").state is State.ANSWERED
    assert item_of(store, model, "MRM-12", at=NOON + timedelta(days=30)).state is State.MISSING

    withdraw_answer(store, ledger, answer=number, reason="The unit was dissolved.", actor=cast.owner, at=NOON)
    assert item_of(store, model, "MRM-12").state is State.MISSING
    with pytest.raises(Refused, match="withdrawn already"):
        withdraw_answer(store, ledger, answer=number, reason="The unit was dissolved.", actor=cast.owner, at=NOON)


def test_an_answer_for_the_organisation_holds_for_every_model(store: Store, ledger: Ledger, cast: Cast) -> None:
    first, second = a_model(store, cast, packs="iso-42001"), a_model(store, cast, packs="iso-42001")
    answer_item(
        store, ledger, model=None, pack="iso-42001", item="ISO-A.2.2", outcome=Outcome.MET, reason=REASON,
        expires_at=NOON + timedelta(days=300), actor=cast.approver, at=NOON,
    )  # fmt: skip

    for model in (first, second):
        assert item_of(store, model, "ISO-A.2.2", pack="iso-42001").state is State.ANSWERED


@pytest.mark.parametrize(
    ("role", "model", "reason", "days", "link", "code"),
    [
        (Role.AUDITOR, True, REASON, 30, "", "permission"),
        (Role.OWNER, False, REASON, 30, "", "permission"),
        (Role.OWNER, True, "yes", 30, "", "reason"),
        (Role.OWNER, True, REASON, 0, "", "expiry"),
        (Role.OWNER, True, REASON, 2000, "", "expiry"),
        (Role.OWNER, True, REASON, 30, "javascript:alert(1)", "link"),
    ],
)
def test_what_stands_against_an_answer(
    role: Role, model: bool, reason: str, days: int, link: str, code: str, sqlite_store: Store, ledger: Ledger
) -> None:
    cast = a_cast(sqlite_store)
    number = a_model(sqlite_store, cast, packs=PACK)

    with pytest.raises(Refused) as refused:
        answer_item(
            sqlite_store, ledger, model=number if model else None, pack=PACK, item="MRM-12", outcome=Outcome.MET,
            reason=reason, link=link, expires_at=NOON + timedelta(days=days), actor=a_person(sqlite_store, role),
            at=NOON,
        )  # fmt: skip

    assert [one.code for one in refused.value.refusals] == [code]


def test_a_stranger_does_not_withdraw_another_persons_answer(sqlite_store: Store, ledger: Ledger) -> None:
    cast = a_cast(sqlite_store)
    model = a_model(sqlite_store, cast, packs=PACK)
    number = answer_item(
        sqlite_store, ledger, model=model, pack=PACK, item="MRM-12", outcome=Outcome.MET, reason=REASON,
        expires_at=NOON + timedelta(days=30), actor=cast.owner, at=NOON,
    ).answer  # fmt: skip

    with pytest.raises(Refused, match="another person"):
        withdraw_answer(sqlite_store, ledger, answer=number, reason=REASON, actor=cast.validator, at=NOON)
    withdraw_answer(sqlite_store, ledger, answer=number, reason=REASON, actor=cast.approver, at=NOON)


def test_an_item_that_the_organisation_adds_is_looked_for_like_any_other(sqlite_store: Store, ledger: Ledger) -> None:
    cast = a_cast(sqlite_store)
    model, _ = a_version(sqlite_store, cast, packs="gdpr")
    text = """id = "ours"
version = "1"
title = "Ours"
extends = "gdpr"
[[item]]
id = "OURS-1"
title = "Purpose"
text = "Stated."
shown_by = ["field model.purpose"]
"""
    publish_pack(sqlite_store, ledger, text=text, reason=REASON, actor=cast.approver, at=NOON)

    assert item_of(sqlite_store, model, "OURS-1", pack="gdpr").state is State.SHOWN


def test_filters_narrow_the_list_and_its_totals(sqlite_store: Store, ledger: Ledger) -> None:
    cast = a_cast(sqlite_store)
    a_model(sqlite_store, cast, name="Credit", packs="sr-26-2 gdpr", tier=1)
    a_model(sqlite_store, cast, name="Fraud", packs="gdpr", tier=3)
    a_model(sqlite_store, cast, name="No pack")

    def found(narrowed: CoverageFilter) -> tuple[list[str], set[str]]:
        with sqlite_store.reading() as session:
            listed = coverage_list(session, narrowed, at=NOON, limit=10, offset=0)
        return [row.name for row in listed.page.rows], set(listed.totals)

    assert found(CoverageFilter()) == (["Credit", "Fraud"], {"sr-26-2", "gdpr"})
    assert found(CoverageFilter(pack="sr-26-2")) == (["Credit"], {"sr-26-2"})
    assert found(CoverageFilter(tier=3)) == (["Fraud"], {"gdpr"})
    assert found(CoverageFilter(narrow=Narrow.COVERED)) == ([], set())


def test_a_sign_in_throws_no_summary_away_and_an_act_does(sqlite_store: Store, ledger: Ledger) -> None:
    from core.access.rules import SYSTEM
    from core.coverage.keeping import last_entry
    from core.ledger.events import Event
    from core.ledger.service import Entity

    def record(event: Event) -> None:
        with sqlite_store.transaction() as tx:
            ledger.record(tx, event, entity=Entity("person", "P0001"), actor=SYSTEM, at=NOON)

    record(Event.MODEL_REGISTERED)
    with sqlite_store.reading() as session:
        before, first = last_entry(session), summary(session, at=NOON)
    record(Event.SESSION_OPENED)
    with sqlite_store.reading() as session:
        assert last_entry(session) == before
        assert summary(session, at=NOON) is first
    record(Event.COVERAGE_ANSWERED)
    with sqlite_store.reading() as session:
        assert last_entry(session) == before + 2


def test_a_pack_that_there_is_not_is_not_found(sqlite_store: Store) -> None:
    cast = a_cast(sqlite_store)
    model = a_model(sqlite_store, cast)

    with sqlite_store.reading() as session, pytest.raises(NotFound):
        model_coverage(session, model, at=NOON, pack="sr-99")


def test_what_is_kept_follows_every_act_as_if_all_were_computed_anew(sqlite_store: Store, ledger: Ledger) -> None:
    cast = a_cast(sqlite_store)
    first, second = (a_version(sqlite_store, cast, packs="sr-26-2 gdpr", stage=Stage.VALIDATED) for _ in range(2))

    def same(at: datetime = NOON) -> ModelSummary:
        with sqlite_store.reading() as session:
            kept = dict(summary(session, at=at))
            assert kept == dict(summarised(session, at))
        return kept[1]

    answered = answer_item(
        sqlite_store, ledger, model=first[0], pack="sr-26-2", item="MRM-18", outcome=Outcome.MET, reason=REASON,
        expires_at=NOON + timedelta(days=5), actor=cast.owner, at=NOON,
    )  # fmt: skip
    before = same()
    keep_document(
        sqlite_store, ledger, model=first[0], version=first[1], kind=DocumentKind.MODEL_DOCUMENTATION,
        body="# Whole", actor=cast.owner, at=NOON,
    )  # fmt: skip
    assert same().by_pack["sr-26-2"].shown > before.by_pack["sr-26-2"].shown
    answer_item(
        sqlite_store, ledger, model=None, pack="gdpr", item="GDPR-33", outcome=Outcome.MET, reason=REASON,
        expires_at=NOON + timedelta(days=9), actor=cast.approver, at=NOON,
    )  # fmt: skip
    assert same().by_pack["gdpr"].answered == before.by_pack["gdpr"].answered + 1

    ended = same(NOON + timedelta(days=5))
    assert ended.by_pack["sr-26-2"].answered == before.by_pack["sr-26-2"].answered - 1
    assert same(NOON + timedelta(days=9)).by_pack["gdpr"].answered == before.by_pack["gdpr"].answered
    withdraw_answer(sqlite_store, ledger, answer=answered.answer, reason=REASON, actor=cast.owner, at=NOON)
    same(NOON + timedelta(days=9))
    assert second[0] != first[0]
