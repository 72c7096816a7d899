"""What leaves as a document holds by its standard and comes back as it was; what is not understood is reported."""

import json

import pytest
import yaml
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from sqlmodel import select

from core.access.rules import Role
from core.errors import NotFound, Refused, Unreadable
from core.inventory.exchange.ml_bom import ml_bom
from core.inventory.exchange.ml_bom_reading import read_ml_bom
from core.inventory.exchange.model_card import escaped, model_card, unescaped
from core.inventory.exchange.model_card_reading import read_model_card
from core.inventory.exchange.record import record_of
from core.inventory.exchange.service import export_document, import_document, look_at_document
from core.inventory.exchange.values import Figure, ModelRecord
from core.inventory.importing.rules import ImportKind
from core.inventory.importing.tables import ImportRecord
from core.inventory.queries import model_page
from core.ledger.tables import LogEntry
from tests.builders import an_actor
from tests.importing.conftest import Desk, rows_of

HOSTILE = "# Not a heading\n---\n```\n\\# neither <b>this</b>\nÜber “alles”: {a: 1}"
FIGURES = (
    Figure("balanced_accuracy", "0.81", low="0.79", high="0.83", source="Countersign"),
    Figure("impact_ratio", "0.9", "sex: F", source="Countersign"),
)
CHANGES = {
    "Limitations": HOSTILE,
    "Users": "Credit officers",
    "Vendor": "Acme",
    "Artefact SHA-256": "ab" * 32,
    "Code": "https://git.example.org/credit @ 0a1b2c3",
    "Training dataset licence": "Internal use",
    "Test dataset personal data": "pseudonymous",
}


@pytest.fixture
def record(desk: Desk) -> ModelRecord:
    desk.make(desk.wish(rows_of(CHANGES)))
    with desk.store.reading() as session:
        return record_of(session, "M0001", "1.0.0", FIGURES)


def test_an_ml_bom_is_valid_by_the_standards_own_schema(record: ModelRecord) -> None:
    found = JsonStrictValidator(SchemaVersion.V1_6).validate_str(ml_bom(record).decode())

    assert found is None, found


def test_the_same_record_gives_the_same_document(record: ModelRecord) -> None:
    assert ml_bom(record) == ml_bom(record)
    assert model_card(record) == model_card(record)


@pytest.mark.parametrize("write", [ml_bom, model_card])
def test_a_document_comes_back_as_it_was_and_everything_in_it_is_understood(record: ModelRecord, write) -> None:  # type: ignore[no-untyped-def]
    found = (read_ml_bom if write is ml_bom else read_model_card)(write(record))

    expected = dict(record.fields) | {
        "training_dataset": "applications",
        "training_version": "2026.1",
        "training_source": "Warehouse",
        "training_licence": "Internal use",
        "test_dataset": "applications test",
        "test_version": "2026.1",
        "test_source": "Warehouse",
        "test_personal": "pseudonymous",
    }
    assert dict(found.fields) == expected
    assert found.unknown == ()
    assert [(one.name, float(one.value), one.slice, one.low) for one in found.figures] == [
        ("balanced_accuracy", 0.81, "", "0.79"),
        ("impact_ratio", 0.9, "sex: F", ""),
    ]


@pytest.mark.parametrize("text", [HOSTILE, "#", "\\#", "a\n\\\\b", "---"])
def test_no_text_can_pass_for_a_heading(text: str) -> None:
    assert unescaped(escaped(text)) == text
    assert not any(line.startswith(("#", "---")) for line in escaped(text).splitlines())


def test_the_metadata_of_a_card_is_plain_yaml(record: ModelRecord) -> None:
    head = yaml.safe_load(model_card(record).decode().split("\n---\n")[0].removeprefix("---\n"))

    assert head["model_name"] == "Credit ranking"
    assert head["datasets"] == ["applications", "applications test"]
    assert head["model-index"][0]["results"][0]["metrics"][0]["value"] == 0.81


@pytest.mark.parametrize("kind", [ImportKind.ML_BOM, ImportKind.MODEL_CARD])
def test_a_document_goes_out_on_record_and_comes_in_as_the_same(desk: Desk, kind: ImportKind) -> None:
    desk.make(desk.wish(rows_of(CHANGES)))
    out = export_document(
        desk.store, desk.ledger, kind=kind, model="M0001", version="1.0.0", actor=desk.owner, at=desk.at
    )

    back = look_at_document(
        desk.store, desk.ledger, content=out.body, filename=out.filename, actor=desk.owner, at=desk.at
    )

    assert [str(problem) for problem in back.found.plan.problems] == []
    assert back.found.plan.counts.same == 1
    with desk.store.reading() as session:
        assert [body for body in session.exec(select(LogEntry.body)).all() if "export.downloaded" in body]


def test_a_document_of_others_is_imported_with_what_it_does_not_say(desk: Desk) -> None:
    card = b"""---
license: apache-2.0
tags: [tabular]
model_name: Default risk
datasets: [loans, loans-test]
---
# Default risk

## Uses

### Direct Use

Ranks loans.

## Bias, Risks, and Limitations

Not for firms.

### Recommendations

Read by a person.

## Environmental Impact

12 kg.
"""
    constants = {
        "purpose": "Estimates the chance of default.", "business_line": "Lending", "owner": desk.owner.id,
        "developer": desk.developer.id, "exposure": "medium", "purpose_class": "operational",
        "rationale": "Taken over.", "training_version": "1", "test_version": "1", "training_source": "The Hub",
        "test_source": "The Hub",
    }  # fmt: skip
    said = {"content": card, "filename": "README.md", "actor": desk.owner, "at": desk.at}

    without = look_at_document(desk.store, desk.ledger, **said)  # type: ignore[arg-type]
    shown = look_at_document(desk.store, desk.ledger, constants=constants, **said)  # type: ignore[arg-type]
    done = import_document(
        desk.store,
        desk.ledger,
        constants=constants,
        expected=shown.found.plan.digest,
        **said,  # type: ignore[arg-type]
    )

    assert without.found.plan.counts.refused == 1
    assert {one.path: one.said for one in shown.understood.unknown} == {
        "license": "apache-2.0",
        "tags[0]": "tabular",
        "line 23: Default risk / Environmental Impact": "12 kg.",
    }
    assert done.counts.models == 1
    with desk.store.reading() as session:
        page = model_page(session, "M0001")
        assert page.version is not None
        assert page.version.limitations == "Not for firms.\n\nRead by a person."
        assert session.exec(select(ImportRecord.kind)).one() is ImportKind.MODEL_CARD


def test_what_an_ml_bom_says_beyond_our_fields_is_reported(record: ModelRecord) -> None:
    document = json.loads(ml_bom(record))
    component = document["metadata"]["component"]
    component["copyright"] = "Acme"
    component["modelCard"]["considerations"]["ethicalConsiderations"] = [
        {"name": "Bias", "mitigationStrategy": "Audit"}
    ]
    component["modelCard"]["properties"].append({"name": "other:key", "value": "x"})
    document["components"].append({"type": "library", "name": "numpy", "version": "2"})

    found = read_ml_bom(json.dumps(document).encode())

    assert {one.path for one in found.unknown} == {
        "metadata.component.copyright",
        "metadata.component.modelCard.considerations.ethicalConsiderations[0].name",
        "metadata.component.modelCard.considerations.ethicalConsiderations[0].mitigationStrategy",
        "metadata.component.modelCard.properties[14].name",
        "metadata.component.modelCard.properties[14].value",
        "components[2].type",
        "components[2].name",
        "components[2].version",
    }


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "not JSON"),
        (b'{"bomFormat": "SPDX"}', "not an ML-BOM"),
        (b'{"bomFormat": "CycloneDX", "specVersion": "1.2"}', "not an ML-BOM"),
        (b'{"bomFormat": "CycloneDX", "specVersion": "1.6"}', "not the ML-BOM of one model"),
        (b'{"a": 1, "a": 2}', "stands twice"),
        (b'{"a": NaN}', "NaN is not JSON"),
        (b'{"a": ' * 5000, "not JSON"),
        (b"no metadata", "not a model card"),
        (b"---\na: 1\n", "the metadata has no end"),
        (b"---\na: [1\n---\n", "not YAML"),
        (b"---\n- a\n---\n", "not a list of keys"),
        (b"---\na: 1\na: 2\n---\n", "a key stands twice"),
        (b"---\na: &x [1]\nb: *x\n---\n", "anchors are not read"),
        (b"---\na: !!python/object/apply:os.system ['true']\n---\n", "not YAML"),
        (b"---\na: \xff\n---\n", "the card is not UTF-8"),
    ],
)
def test_what_is_no_document_is_refused(desk: Desk, content: bytes, said: str) -> None:
    with pytest.raises(Unreadable) as error:
        look_at_document(desk.store, desk.ledger, content=content, filename="a", actor=desk.owner, at=desk.at)

    assert said in str(error.value)


def test_who_may_not_import_may_not_look_either(desk: Desk) -> None:
    with pytest.raises(Refused):
        look_at_document(
            desk.store, desk.ledger, content=b"", filename="a", actor=an_actor("P0099", Role.AUDITOR), at=desk.at
        )


def test_a_document_of_nothing_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound):
        export_document(
            desk.store, desk.ledger, kind=ImportKind.ML_BOM, model="M9", version="1.0.0", actor=desk.owner, at=desk.at
        )
