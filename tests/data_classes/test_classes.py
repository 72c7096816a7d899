"""A class for each column: proposed from name and scan, decided by people, with what is missing named."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import select

from core.access.personal_data.rules import Kind
from core.compliance.gathering.data_classes import data_of_holders
from core.compliance.gathering.values import Reading
from core.errors import Conflict, Refused, Unreadable
from core.inventory.classes.gaps import holder_gaps
from core.inventory.classes.proposing import proposals
from core.inventory.classes.queries import columns_of, counts_of, holder_lines, terms_of
from core.inventory.classes.rules import ClassFacts, Condition, Gap, LegalBasis, Seen, Where
from core.inventory.classes.tables import DataColumn
from core.inventory.history import field_history
from core.inventory.tables import Dataset, ModelVersion
from core.ledger.events import Event
from core.ledger.service import Entity, Ledger
from core.ledger.tables import LogEntry
from core.ledger.verify import verify_store
from core.monitoring.intake.declaring import declare_monitored
from core.monitoring.intake.rules import BatchKind, MonitoredData
from core.monitoring.intake.tables import ProductionBatch
from core.policy.keeping.rules import DataClass
from core.policy.service import default_policy_text
from core.privacy.classes.deciding import classify_columns
from core.privacy.classes.meeting import Met
from core.privacy.classes.noting import _note, note_columns
from core.store import Store
from core.validation.tables import Evidence
from tests.builders import NOON, a_policy
from tests.data_classes.conftest import BIAS, PERSONAL, attributes, classed
from tests.production_data.conftest import Line
from tests.validation.conftest import MAPPING, lines, make_bench

C = DataClass


def test_every_column_that_comes_is_taken_down_with_a_proposal_once(everywhere: Line) -> None:
    line = everywhere
    with line.store.reading() as session:
        page = columns_of(session, line.model)
        assert counts_of(session, line.model) == {None: page.total}

    said = {one.name: one.proposed for one in page.rows}
    assert said == {
        "id": C.PERSONAL, "at": C.INTERNAL, "prediction": C.PERSONAL, "score": C.PERSONAL, "label": C.PERSONAL,
        "income": C.PERSONAL, "region": C.PERSONAL, "race": C.SPECIAL,
    }  # fmt: skip
    met = {one.name: one.met for one in page.rows}
    assert met["id"] == (Where.INFERENCES, Where.LABELS, Where.ATTRIBUTES)
    assert met["race"] == (Where.ATTRIBUTES,)
    assert note_columns(line.store, line.ledger, line.files, at=NOON).holders == 0
    with line.store.reading() as session:
        assert verify_store(session, line.ledger.vkey).passed


@pytest.mark.parametrize(
    ("seen", "proposed"),
    [
        (Seen("race", frozenset({Where.UPLOAD})), C.SPECIAL),
        (Seen("sex", frozenset({Where.UPLOAD})), C.PERSONAL),  # GDPR 9(1) does not name it
        (Seen("contact", frozenset({Where.UPLOAD}), frozenset({Kind.EMAIL})), C.PERSONAL),
        (Seen("remark", frozenset({Where.UPLOAD}), frozenset({Kind.FREE_TEXT})), C.PERSONAL),
        (Seen("date_of_birth", frozenset({Where.SCHEMA})), C.PERSONAL),
        (Seen("tenure", frozenset({Where.UPLOAD}), sensitive=True), C.PERSONAL),
        (Seen("latency_ms", frozenset({Where.INFERENCES})), C.INTERNAL),
        (Seen("income", frozenset({Where.UPLOAD})), C.CONFIDENTIAL),
        (Seen("prediction", frozenset({Where.UPLOAD})), C.CONFIDENTIAL),  # nothing in the row is of people
    ],
)
def test_a_proposal_follows_from_name_scan_and_declaration(seen: Seen, proposed: DataClass) -> None:
    assert proposals([seen], {})[seen.name].data_class is proposed


def test_a_proposal_of_people_does_not_fall_by_itself(sqlite_store: Store, ledger: Ledger) -> None:
    dataset, place = Entity("dataset", "D0001"), frozenset({Where.UPLOAD})

    for number, kinds in enumerate((frozenset({Kind.EMAIL}), frozenset[Kind]()), start=1):
        with sqlite_store.transaction() as tx:
            met = Met(dataset, (Seen("contact", place, kinds), Seen("income", place)), evidence=number)
            noted = _note(tx, ledger, met, NOON)
        assert noted == (2 if kinds else 0)

    with sqlite_store.reading() as session:
        found = {one.name: one.proposed for one in columns_of(session, "D0001").rows}
    assert found == {"contact": C.PERSONAL, "income": C.PERSONAL}


def test_what_was_decided_beside_it_is_proposed() -> None:
    seen = Seen("segment", frozenset({Where.INFERENCES}))

    said = proposals([seen], {"segment": (C.SPECIAL, "D0003")})["segment"]

    assert (said.data_class, said.because) == (C.SPECIAL, "decided so for D0003")


def test_a_decision_is_one_entry_with_a_history_and_the_same_again_is_none(everywhere: Line) -> None:
    line = everywhere

    classed(line, PERSONAL, "id", "label")
    classed(line, PERSONAL, "id", "label")

    with line.store.reading() as session:
        entries = session.exec(select(LogEntry).where(LogEntry.action == Event.COLUMNS_CLASSED.value)).all()
        history = field_history(session, line.model)
        found = columns_of(session, line.model, classes=[C.PERSONAL], text="id")
        assert terms_of(session, line.model).revision == 1
    assert len(entries) == 1
    assert {one.field for one in history.rows} == {"Class of id", "Class of label"}
    assert history.rows[0].new == "personal; contract; To decide on their application"
    assert [(one.name, one.decided_by, one.gaps) for one in found.rows] == [("id", line.cast.owner.id, ())]
    with line.store.reading() as session:
        assert verify_store(session, line.ledger.vkey).passed


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (ClassFacts(C.CONFIDENTIAL), "class-lower"),
        (ClassFacts(C.PUBLIC, because="no"), "class-lower"),
        (ClassFacts(C.INTERNAL, basis=LegalBasis.CONSENT, because="Rows of machines"), "basis"),
        (replace(PERSONAL, condition=Condition.CONSENT, because="Not of GDPR 9(1)"), "condition"),
    ],
)
def test_a_class_is_refused_that_says_too_little(stream: Line, facts: ClassFacts, code: str) -> None:
    with pytest.raises(Refused) as refused:
        classed(stream, facts, "race")

    assert code in {one.code for one in refused.value.refusals}
    with stream.store.reading() as session:
        assert counts_of(session, stream.model) == {None: 8}


def test_only_those_who_classify_data_may(stream: Line) -> None:
    with pytest.raises(Refused, match="takes the role developer or owner"):
        classed(stream, PERSONAL, "id", actor=stream.cast.validator)


def test_an_unknown_column_and_a_stale_revision_change_nothing(stream: Line) -> None:
    with pytest.raises(Unreadable, match="no column of this name"):
        classed(stream, PERSONAL, "id", "shoe_size")
    classed(stream, PERSONAL, "id", expected_revision=0)
    with pytest.raises(Conflict):
        classed(stream, PERSONAL, "label", expected_revision=0)


def test_gaps_are_named_and_go_when_they_are_filled(stream: Line) -> None:
    classed(stream, ClassFacts(C.SPECIAL), "race")
    classed(stream, ClassFacts(C.PERSONAL), "id", "prediction", "score", "label")
    classed(stream, ClassFacts(C.INTERNAL), "at")
    classed(stream, ClassFacts(C.CONFIDENTIAL, because="Of a whole district, not of anybody"), "income", "region")

    with stream.store.reading() as session:
        (found,) = holder_gaps(session, {}, at=NOON)
        (listed,) = holder_lines(session, missing=True, limit=5, offset=0).rows
        (fact,) = data_of_holders(session, Reading(NOON, {}, {}, frozenset(), "", lambda: NOON)).facts
    four = ("id", "label", "prediction", "score")
    assert found.columns == {
        Gap.PURPOSE: (*four[:3], "race", "score"),
        Gap.BASIS: (*four[:3], "race", "score"),
        Gap.CONDITION: ("race",),
    }
    assert found.whole == (Gap.RETENTION,)
    assert (listed.columns, listed.of_people, listed.unclassed, listed.incomplete) == (8, 5, 0, 5)
    assert (fact.subject, len(fact.missing)) == (stream.model, 4)

    classed(stream, PERSONAL, *four)
    classed(stream, BIAS, "race")
    with stream.store.reading() as session:
        (found,) = holder_gaps(session, {}, at=NOON)
        assert holder_lines(session, missing=True, limit=5, offset=0).total == 0
    assert found.columns == {}


def test_what_is_held_to_find_bias_is_no_input_of_a_model(stream: Line) -> None:
    """EU AI Act 4a(1): in both orders of deciding and declaring."""
    monitored = MonitoredData(positive_label="1", features=("income", "race"))
    given = {"model": stream.model, "actor": stream.cast.owner, "at": NOON}
    declare_monitored(stream.store, stream.ledger, data=monitored, expected_revision=0, **given)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="for nothing else"):
        classed(stream, BIAS, "race")

    apart = replace(monitored, features=("income",), sensitive=("race",))
    declare_monitored(stream.store, stream.ledger, data=apart, expected_revision=1, **given)  # type: ignore[arg-type]
    classed(stream, BIAS, "race")
    with pytest.raises(Refused, match="for nothing else"):
        declare_monitored(stream.store, stream.ledger, data=monitored, expected_revision=2, **given)  # type: ignore[arg-type]
    with stream.store.reading() as session:
        (found,) = holder_gaps(session, {stream.model: frozenset({"race"})}, at=NOON)
    assert found.columns[Gap.OTHER_USE] == ("race",)


def test_the_columns_of_a_dataset_come_from_its_files_and_its_schema(
    sqlite_store: Store, ledger: Ledger, tmp_path: Path
) -> None:
    bench = make_bench(sqlite_store, ledger, tmp_path)
    bench.hand_in(lines(40), mapping=MAPPING)
    with sqlite_store.transaction() as tx:
        version = tx.session.exec(select(ModelVersion)).first()
        assert version is not None
        training = tx.session.get_one(Dataset, version.training_dataset_id)
        test = tx.session.get_one(Dataset, version.test_dataset_id)
        training.declared_schema = '{"columns": [{"name": "surname", "type": "text"}]}'
        tx.session.add(training)
        numbers = training.number, test.number

    note_columns(sqlite_store, ledger, bench.files, at=NOON)

    with sqlite_store.reading() as session:
        declared = columns_of(session, numbers[0]).rows
        handed_in = columns_of(session, numbers[1]).rows
        evidence = session.exec(select(Evidence)).first()
    assert evidence is not None
    assert [(one.name, one.proposed, one.met) for one in declared] == [("surname", C.PERSONAL, (Where.SCHEMA,))]
    assert {MAPPING.label, MAPPING.prediction} <= {one.name for one in handed_in}


def test_an_upload_cannot_name_as_an_input_what_is_held_to_find_bias(
    sqlite_store: Store, ledger: Ledger, tmp_path: Path
) -> None:
    bench = make_bench(sqlite_store, ledger, tmp_path)
    bench.hand_in(lines(40), mapping=MAPPING)
    note_columns(sqlite_store, ledger, bench.files, at=NOON)
    group = MAPPING.sensitive[0]
    with sqlite_store.reading() as session:
        holder = session.exec(select(DataColumn.holder).where(DataColumn.name == group)).first() or ""
    classify_columns(sqlite_store, ledger, holder=holder, decisions={group: BIAS}, actor=bench.cast.owner, at=NOON)

    with pytest.raises(Refused, match="for nothing else"):
        bench.hand_in(lines(40), mapping=replace(MAPPING, features=(group,)))


def test_the_policy_or_the_record_gives_an_end(stream: Line) -> None:
    classed(stream, PERSONAL, "id")
    a_policy(stream.store, default_policy_text() + "\n[data_keeping]\npersonal = 400\n")

    with stream.store.reading() as session:
        (found,) = holder_gaps(session, {}, at=NOON)
    assert found.whole == ()


def test_a_damaged_file_stops_nobody_from_taking_down_the_rest(stream: Line) -> None:
    stream.take(BatchKind.ATTRIBUTES, attributes(6))
    with stream.store.reading() as session:
        digests = session.exec(select(ProductionBatch.digest).where(ProductionBatch.rows > 0)).all()
    for digest in digests:
        path = stream.files.lies_at(digest)
        path.chmod(0o600)
        path.write_bytes(path.read_bytes()[:-20] + b"d" * 20)

    assert note_columns(stream.store, stream.ledger, stream.files, at=NOON).holders == 1
