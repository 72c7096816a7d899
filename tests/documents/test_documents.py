"""Documents: filled from the record, kept as versions by those who may write them, compared and taken away."""

import pytest
from sqlmodel import select

from core.access.rules import Actor, Role
from core.documents.blocks import Bullets, Heading, Paragraph, Table, blocks_of
from core.documents.comparing import Side, compared
from core.documents.filling import fill, open_count, places
from core.documents.naming import things_named
from core.documents.queries import document_page
from core.documents.rendering import as_html
from core.documents.service import draft, keep_document
from core.documents.templates import publish_template, shipped, template_in_use
from core.documents.values import KNOWN, record_of, values_of
from core.errors import Conflict, Refused, Unreadable
from core.inventory.rules import Stage
from core.ledger.queries import entries
from core.ledger.service import Ledger
from core.policy.packs.signals import DocumentKind
from core.store import Store
from core.validation.tables import Evidence, Run
from tests.builders import NOON, Cast, a_cast, a_finding, a_person, a_version

K = DocumentKind


@pytest.fixture
def cast(sqlite_store: Store) -> Cast:
    return a_cast(sqlite_store)


def keep(
    store: Store, ledger: Ledger, about: tuple[str, str], actor: Actor, *, kind: K = K.RISK_ASSESSMENT,
    body: str = "# Risk\n\nNone found.", comment: str = "", expected: int = 0,
) -> str:  # fmt: skip
    return keep_document(
        store, ledger, model=about[0], version=about[1], kind=kind, body=body, comment=comment,
        expected_revision=expected, actor=actor, at=NOON,
    ).document  # fmt: skip


# ---- filling


def test_a_place_is_filled_from_the_record_or_stays_to_be_filled_in() -> None:
    filled = fill(
        "{{ model.name }} by {{ model.owner }}: {{ write: why }}", {"model.name": "Credit", "model.owner": " "}
    )

    assert filled.body == "Credit by {{ model.owner }}: {{ write: why }}"
    assert filled.open_places == ("model.owner", "write: why")


def test_a_value_that_looks_like_a_place_fills_nothing_and_opens_none() -> None:
    filled = fill("{{ model.name }} {{ model.users }}", {"model.name": "{{ model.users }}", "model.users": "clerks"})

    assert filled.body == "{ { model.users }} clerks"
    assert filled.open_places == ()


@pytest.mark.parametrize("kind", list(K))
def test_every_place_of_a_template_that_ships_is_known(kind: K) -> None:
    unknown = [place for place in places(shipped(kind).body) if not place.startswith("write:") and place not in KNOWN]

    assert unknown == []
    assert any(place.startswith("write:") for place in places(shipped(kind).body))


def test_every_known_place_has_a_value_of_the_record(sqlite_store: Store, cast: Cast) -> None:
    model, version = a_version(sqlite_store, cast, stage=Stage.IN_PRODUCTION)
    with sqlite_store.reading() as session:
        values = values_of(record_of(session, model, version, at=NOON))

    assert set(values) == KNOWN
    assert values["model.number"] == model
    assert values["model.owner"].endswith(f"({cast.owner.id})")
    assert "balanced accuracy" in values["run.checks"]


def test_a_draft_shows_findings_and_leaves_judgement_to_a_person(sqlite_store: Store, cast: Cast) -> None:
    model, version = a_version(sqlite_store, cast, stage=Stage.VALIDATED)
    number = a_finding(sqlite_store, model, version)
    with sqlite_store.reading() as session:
        filled, template = draft(session, model=model, version=version, kind=K.RISK_ASSESSMENT, at=NOON)

    assert template.version == 1
    assert number in filled.body
    assert any(place.startswith("write: safeguards") for place in filled.open_places)


# ---- keeping


def test_a_document_is_kept_as_versions_with_its_digest_on_record(
    sqlite_store: Store, ledger: Ledger, cast: Cast
) -> None:
    about = a_version(sqlite_store, cast)
    number = keep(sqlite_store, ledger, about, cast.owner, body="# Risk\n\n{{ write: which }}")
    keep(sqlite_store, ledger, about, cast.developer, body="# Risk\n\nProxies.", comment="Names the risk.", expected=1)

    with sqlite_store.reading() as session:
        page, first = document_page(session, number), document_page(session, number, 1)
        recorded = entries(session, entity_id=number).rows

    assert (page.shown.revision, page.document.open_places) == (2, 0)
    assert (first.shown.body, first.shown.open_places) == ("# Risk\n\n{{ write: which }}", 1)
    assert [(line.side, line.text) for line in page.changes if line.side is not Side.BOTH] == [
        (Side.BEFORE, "{{ write: which }}"),
        (Side.AFTER, "Proxies."),
    ]
    assert [row.action for row in recorded] == ["document.kept", "document.kept"]


@pytest.mark.parametrize(
    ("kind", "role", "may"),
    [
        (K.MODEL_DOCUMENTATION, Role.OWNER, True),
        (K.MODEL_DOCUMENTATION, Role.DEVELOPER, True),
        (K.MODEL_DOCUMENTATION, Role.VALIDATOR, False),
        (K.VALIDATION_PLAN, Role.VALIDATOR, True),
        (K.REVIEW_DECISION, Role.APPROVER, True),
        (K.VALIDATION_PLAN, Role.DEVELOPER, False),
        (K.REVIEW_DECISION, Role.OWNER, False),
        (K.RISK_ASSESSMENT, Role.AUDITOR, False),
        (K.RISK_ASSESSMENT, Role.ADMINISTRATOR, False),
    ],
)
def test_who_judges_writes_plan_and_decision_and_who_builds_the_rest(
    kind: K, role: Role, may: bool, sqlite_store: Store, ledger: Ledger, cast: Cast
) -> None:
    about, actor = a_version(sqlite_store, cast), a_person(sqlite_store, role)

    if may:
        keep(sqlite_store, ledger, about, actor, kind=kind)
        return
    with pytest.raises(Refused, match="this takes the role"):
        keep(sqlite_store, ledger, about, actor, kind=kind)


def test_who_contributed_to_a_version_writes_no_plan_of_its_validation(
    sqlite_store: Store, ledger: Ledger, cast: Cast
) -> None:
    about = a_version(sqlite_store, cast)
    both = Actor(cast.developer.id, frozenset({Role.DEVELOPER, Role.VALIDATOR}))

    with pytest.raises(Refused, match="You contributed to this version"):
        keep(sqlite_store, ledger, about, both, kind=K.VALIDATION_PLAN)


def test_of_two_who_write_the_same_version_one_is_told(sqlite_store: Store, ledger: Ledger, cast: Cast) -> None:
    about = a_version(sqlite_store, cast)
    keep(sqlite_store, ledger, about, cast.owner)

    with pytest.raises(Conflict):
        keep(sqlite_store, ledger, about, cast.developer, body="# Other", comment="Written beside.", expected=0)
    with pytest.raises(Refused, match="is the one that is kept"):
        keep(sqlite_store, ledger, about, cast.developer, comment="Changes nothing.", expected=1)
    with pytest.raises(Refused, match="comment has fewer"):
        keep(sqlite_store, ledger, about, cast.developer, body="# Other", expected=1)


# ---- templates


def test_the_organisation_changes_a_template_and_kept_documents_stay(
    sqlite_store: Store, ledger: Ledger, cast: Cast
) -> None:
    about = a_version(sqlite_store, cast)
    number = keep(sqlite_store, ledger, about, cast.owner)
    body = "# Risk of {{ model.name }}\n\n{{ write: what can go wrong }}"
    publish_template(
        sqlite_store, ledger, kind=K.RISK_ASSESSMENT, body=body, reason="Shorter, after the audit.",
        actor=cast.approver, at=NOON,
    )  # fmt: skip

    with sqlite_store.reading() as session:
        assert template_in_use(session, K.RISK_ASSESSMENT).version == 2
        assert document_page(session, number).shown.template_version == 1
        filled, _ = draft(session, model=about[0], version=about[1], kind=K.RISK_ASSESSMENT, at=NOON)
    assert filled.open_places == ("write: what can go wrong",)


def test_a_template_names_no_place_that_nothing_fills(sqlite_store: Store, ledger: Ledger, cast: Cast) -> None:
    with pytest.raises(Unreadable, match=r"line 2: nothing fills the place “model\.colour”"):
        publish_template(
            sqlite_store, ledger, kind=K.RISK_ASSESSMENT, body="# Risk\n{{ model.colour }}", reason="A new field.",
            actor=cast.approver, at=NOON,
        )  # fmt: skip
    with pytest.raises(Refused, match="role approver"):
        publish_template(
            sqlite_store, ledger, kind=K.RISK_ASSESSMENT, body="# Risk", reason="Shorter for all.",
            actor=cast.owner, at=NOON,
        )  # fmt: skip


# ---- reading


def test_markdown_is_read_as_blocks() -> None:
    text = "# Title\nFirst\nsecond\n\n- one\n- two\n| a | b |\n|---|---|\n| 1 | 2 |\n\n## Part"

    assert blocks_of(text) == (
        Heading(1, "Title"),
        Paragraph(("First", "second")),
        Bullets(("one", "two")),
        Table(("a", "b"), (("1", "2"),)),
        Heading(2, "Part"),
    )


def test_the_html_file_escapes_what_people_wrote_and_loads_nothing() -> None:
    body = "# <script>alert(1)</script>\n\n![x](https://evil.example/x.png)\n\n- <b>bold</b>"

    page = as_html("A & B", body, "<foot>")

    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<img" not in page
    assert "src=" not in page
    assert "href=" not in page
    assert "default-src 'none'" in page


def test_lines_that_stay_are_left_out_of_a_comparison() -> None:
    before = "\n".join(str(number) for number in range(50))

    assert compared(before, before) == ()
    assert [line.text for line in compared(before, before.replace("25", "x"), around=1)] == ["24", "25", "x", "26"]
    assert open_count("{{ a }} {{ a }}") == 2


def test_what_a_text_names_is_found_where_it_is_on_record(sqlite_store: Store, ledger: Ledger, cast: Cast) -> None:
    model, version = a_version(sqlite_store, cast, stage=Stage.IN_VALIDATION)
    finding = a_finding(sqlite_store, model, version)
    kept = keep(sqlite_store, ledger, (model, version), cast.owner)
    with sqlite_store.reading() as session:
        run = session.exec(select(Run.number)).one()
        file = session.exec(select(Evidence.number)).first()
        found = things_named(
            session,
            [
                f"{run}, {finding}; {kept}\nEntry 0",
                f"{file}",
                "R9999",
                "entry 99999",
                "see R0001",
                "DROP TABLE run; --",
            ],
        )

    assert {part: thing.kind.value for part, thing in found.items()} == {
        run: "run", finding: "finding", kept: "document", "Entry 0": "ledger entry", file: "file",
    }  # fmt: skip
    assert (found[file or ""].model, found[file or ""].version) == (model, version)
