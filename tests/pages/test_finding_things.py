"""Views, columns, bulk edits and the search, as people meet them on their pages."""

from app.composition import Workplace
from core.inventory.intake import NewDataset
from core.inventory.moves import load_model
from core.inventory.parts.intake import NewAsset
from core.inventory.parts.registering import register_asset, register_dataset
from core.inventory.parts.rules import DETAILS, AssetKind
from core.inventory.rules import Stage
from core.inventory.views import save_view, views_for
from tests.builders import NOON, Cast, a_finding, a_model, a_version
from tests.pages.desk import Desk, button, column, words

WHY = "The line was reorganised in November."


def test_further_filters_narrow_by_what_stands_in_no_row(desk: Desk, cast: Cast, place: Workplace) -> None:
    model, _ = a_version(place.store, cast, stage=Stage.IN_VALIDATION)
    a_finding(place.store, model, "1.0.0")
    a_model(place.store, cast, tier=4, packs="gdpr")

    assert column(desk.open(cast.auditor, "inventory", findings="Yes"), "Number") == [model]
    assert column(desk.open(cast.auditor, "inventory", pack="gdpr"), "Number") == ["M0002"]
    assert column(desk.open(cast.auditor, "inventory", exposure="High"), "Number") == [model]
    assert column(desk.open(cast.auditor, "inventory", findings="No", vendor="Our own"), "Number") == ["M0002"]


def test_the_list_is_sorted_as_the_address_says(desk: Desk, cast: Cast, place: Workplace) -> None:
    for name in ("Beta", "alpha", "Gamma"):
        a_model(place.store, cast, name=name)

    forth = desk.open(cast.auditor, "inventory", sort="Model")
    back = desk.open(cast.auditor, "inventory", sort="Model", reverse="true")

    assert [cell.split("]")[0] for cell in column(forth, "Model")] == ["[alpha", "[Beta", "[Gamma"]
    assert column(back, "Number") == list(reversed(column(forth, "Number")))


def test_a_search_puts_the_best_match_first(desk: Desk, cast: Cast, place: Workplace) -> None:
    with place.store.transaction() as tx:
        tx.session.flush()
    described = a_model(place.store, cast, name="Score")
    with place.store.transaction() as tx:
        load_model(tx.session, described).purpose = "Finds fraud."
    named = a_model(place.store, cast, name="Fraud detection")

    assert column(desk.open(cast.auditor, "inventory", search="fraud"), "Number") == [named, described]


def test_a_view_is_saved_with_filters_and_columns_and_opens_the_inventory(
    desk: Desk, cast: Cast, place: Workplace
) -> None:
    a_model(place.store, cast, tier=4)
    a_model(place.store, cast, tier=1)
    at = desk.open(cast.owner, "inventory", tier="4")
    at.text_input(key="new_view").set_value("Small ones")
    button(at, "Save view").click().run()

    with place.store.reading() as session:
        (view,) = views_for(session, cast.owner.id)
    assert view.name == "Small ones"
    assert view.query.startswith("tier=4&columns=Number")

    button(at, "Open with it from now on").click().run()
    assert column(desk.open(cast.owner, "inventory"), "Number") == ["M0001"]
    assert column(desk.open(cast.auditor, "inventory"), "Number") == ["M0001", "M0002"]


def test_a_shared_view_is_offered_to_others_who_cannot_delete_it(desk: Desk, cast: Cast, place: Workplace) -> None:
    save_view(place.store, place.ledger, name="Ours", query="tier=1", shared=True, actor=cast.owner, at=NOON)
    a_model(place.store, cast)

    at = desk.open(cast.auditor, "inventory")

    assert at.selectbox(key="saved_view").options[0].startswith("Ours, of ")
    assert button(at, "Delete view").disabled


def test_what_else_a_search_finds_is_told(desk: Desk, cast: Cast, place: Workplace) -> None:
    a_version(place.store, cast, stage=Stage.DRAFT)

    results = desk.open(cast.auditor, "search", search="retrained")

    assert column(results, "Kind") == ["Version"]
    assert "**Retrained** on the newest year" in column(results, "Text")[0]
    assert "Nothing matches “zzz”." in words(desk.open(cast.auditor, "search", search="zzz"))


def test_a_result_of_every_kind_leads_to_its_page(desk: Desk, cast: Cast, place: Workplace) -> None:
    for kind in AssetKind:
        details = {one.key: "Every month" for one in DETAILS[kind] if one.required}
        text = "Say it." if kind is AssetKind.PROMPT else ""
        asset = NewAsset(kind, f"Zebra {kind}", owner=cast.owner.id, details=details, text=text)
        register_asset(place.store, place.ledger, asset=asset, actor=cast.owner, at=NOON)
    data = NewDataset("Zebra_stripes] (x)", "2026-01", "survey", owner=cast.owner.id)
    register_dataset(place.store, place.ledger, dataset=data, actor=cast.owner, at=NOON)

    at = desk.open(cast.auditor, "search", search="zebra")

    cells = column(at, "Result")
    for number in ("PR0001", "W0001", "H0001", "V0001", "D0001"):
        (cell,) = [one for one in cells if number in one]
        assert f"](/part?part={number})" in cell
        assert not desk.open(cast.auditor, "part", part=number).exception


def test_several_models_are_previewed_changed_and_taken_back(desk: Desk, cast: Cast, place: Workplace) -> None:
    for _ in range(2):
        a_model(place.store, cast, tier=4)
    other = a_model(place.store, cast, tier=1)
    at = desk.open(cast.owner, "bulk_edit", tier="4")
    at.selectbox(key="set_line").set_value("Lending").run()
    at.multiselect(key="set_add").set_value(["gdpr"]).run()

    button(at, "Preview the changes").click().run()
    assert column(at, "Then") == ["gdpr", "gdpr"]
    at.text_area(key="bulk_why").set_value(WHY)
    button(at, "Change 2\u00a0models").click().run()

    assert "2 models changed, as BE0001" in words(at)
    with place.store.reading() as session:
        assert [load_model(session, number).packs for number in ("M0001", "M0002", other)] == ["gdpr", "gdpr", ""]
    button(at, "Preview taking it back").click().run()
    at.text_area(key="bulk_why").set_value(WHY)
    button(at, "Take back 2\u00a0models").click().run()
    with place.store.reading() as session:
        assert load_model(session, "M0001").packs == ""


def test_a_refused_model_stops_the_edit_and_says_why(desk: Desk, cast: Cast, place: Workplace) -> None:
    a_version(place.store, cast, stage=Stage.IN_APPROVAL)
    at = desk.open(cast.owner, "bulk_edit")
    at.multiselect(key="set_add").set_value(["gdpr"]).run()

    button(at, "Preview the changes").click().run()

    assert "is in approval" in column(at, "Against it")[0]
    assert button(at, "Change 0\u00a0models").disabled


def test_an_auditor_does_not_edit_together(desk: Desk, cast: Cast, place: Workplace) -> None:
    a_model(place.store, cast)

    at = desk.open(cast.auditor, "inventory")

    assert next(one for one in at.button if one.label.startswith("Edit")).disabled
