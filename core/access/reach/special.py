"""Tables whose rows lead to their models by more than one step, or by none: what each shows to somebody limited."""

from collections.abc import Callable, Mapping
from functools import partial

from sqlalchemy import ColumnElement, Select, and_, literal, or_, select

from core.access.reach.belonging import rows_of
from core.access.reach.entities import TABLES_OF
from core.access.reach.open_tables import OPEN_KINDS
from core.access.reach.visible import Columns, Special, Visible
from core.access.reach.ways import WAYS, Up

PARTS = ("model", "dataset", "asset")


def _model(of: Visible, rows: Columns) -> ColumnElement[bool]:
    member, group = rows_of("model_group_member"), rows_of("model_group")
    grouped = (
        select(member.c["model_id"])
        .join(group, group.c["id"] == member.c["group_id"])
        .where(group.c["number"].in_(sorted(of.reach.groups)))
    )
    lined = rows["business_line"].in_(sorted(of.reach.lines))
    return or_(lined, rows["id"].in_(grouped)) if of.reach.groups else lined


def _free(column: str, way: Up, empty: object, of: Visible, rows: Columns) -> ColumnElement[bool]:
    """A row without a model is of the whole organisation, and concerns everybody."""
    return or_(of.by(way, rows), rows[column].is_(None) if empty is None else rows[column] == empty)


def _audit(of: Visible, rows: Columns) -> ColumnElement[bool]:
    """An audit whose items all lie within: its scope and its conclusion are about all of them."""
    items, outside = rows_of("audit_item"), rows_of("audit_item")
    seen = of.among(items.c["model"], "model", "number")
    unseen = select(outside.c["audit_id"]).where(~of.among(outside.c["model"], "model", "number"))
    return and_(rows["id"].in_(select(items.c["audit_id"]).where(seen)), rows["id"].not_in(unseen))


def _of_an_audit(of: Visible, rows: Columns) -> ColumnElement[bool]:
    whole = and_(rows["item_id"].is_(None), of.by(Up("audit_id", "audit"), rows))
    return or_(of.by(Up("item_id", "audit_item"), rows), whole)


def _mine_or(column: str, of: Visible, rows: Columns) -> ColumnElement[bool]:
    """Of a model within reach, or of none and one's own: what stands in it was read within one's reach."""
    return or_(of.by(Up("model_id", "model"), rows), and_(rows["model_id"].is_(None), rows[column] == of.person))


def _dataset(of: Visible, rows: Columns) -> ColumnElement[bool]:
    version = rows_of("model_version")
    used = [select(version.c[one]) for one in ("training_dataset_id", "test_dataset_id")]
    ours = [of.by(way, rows) for way in WAYS["dataset"]]
    return or_(*ours, and_(*(rows["id"].not_in(one) for one in used)))


def _tied(of: Visible, rows: Columns) -> ColumnElement[bool]:
    """Linked with a model within reach, directly or over one part; or with no model at all."""
    model, number = rows_of("model"), rows["number"]
    near = _ends(lambda end: of.among(end, "model", "number"))
    far = [one for each in near for one in _ends(partial(_among, each))]
    any_model = _ends(lambda end: end.in_(select(model.c["number"])))
    return or_(*(number.in_(one) for one in (*near, *far)), and_(*(number.not_in(one) for one in any_model)))


def _among(numbers: Select[object], end: ColumnElement[object]) -> ColumnElement[bool]:
    return end.in_(numbers)


def _ends(begin: Callable[[ColumnElement[object]], ColumnElement[bool]]) -> list[Select[object]]:
    """The other ends of the inventory's links that begin or end at what `begin` says."""
    ends = []
    for here, there in (("source", "target"), ("target", "source")):
        rows = rows_of("link")
        ends.append(select(rows.c[there]).where(begin(rows.c[here])))
    return ends


def _link(of: Visible, rows: Columns) -> ColumnElement[bool]:
    return and_(of.number_of(rows["source"], PARTS), of.number_of(rows["target"], PARTS))


def _action(of: Visible, rows: Columns) -> ColumnElement[bool]:
    found = []
    for here, there in (("from", "to"), ("to", "from")):
        link = rows_of("record_link")
        ends = of.linked(link.c[f"{there}_kind"], link.c[f"{there}_number"], but="action")
        found.append(
            rows["number"].in_(select(link.c[f"{here}_number"]).where(link.c[f"{here}_kind"] == "action", ends))
        )
    return or_(*found)


def _record_link(of: Visible, rows: Columns) -> ColumnElement[bool]:
    return and_(*(of.linked(rows[f"{end}_kind"], rows[f"{end}_number"]) for end in ("from", "to")))


def _review(of: Visible, rows: Columns) -> ColumnElement[bool]:
    """All of what a review is about lies within: its agenda names every model of it."""
    model = rows_of("model")
    outside = select(literal(1)).where(
        ~of.rows("model", model.c),  # type: ignore[arg-type]
        (literal(" ") + rows["models"] + " ").like("% " + model.c["number"] + " %"),
    )
    named = and_(rows["models"] != "", ~outside.correlate_except(model).exists())
    lined = rows["business_line"].in_(sorted(of.reach.lines))
    return or_(of.by(Up("version_id", "model_version"), rows), lined, named)


def _entry(of: Visible, rows: Columns) -> ColumnElement[bool]:
    """Entries about what may be read, about oneself, and about what is everybody's: rules, keys, the ledger itself."""
    names = sorted({name for names in TABLES_OF.values() for name in names})
    return or_(
        rows["entity_kind"].in_(sorted(OPEN_KINDS)),
        rows["subject"] == of.person,
        of.number_of(rows["subject"], [name for name in names if "number" in rows_of(name).c]),
    )


def _payload(of: Visible, rows: Columns) -> ColumnElement[bool]:
    return of.among(rows["entry_id"], "log_entry", "idx")


def _own(column: str, of: Visible, rows: Columns) -> ColumnElement[bool]:
    return rows[column] == of.person


SPECIAL: Mapping[str, Special] = {
    "model": _model,
    "coverage_answer": partial(_free, "model_id", Up("model_id", "model"), None),
    "alert_route": partial(_free, "model", Up("model", "model", "number"), ""),
    "audit": _audit,
    "audit_finding": _of_an_audit,
    "audit_test": _of_an_audit,
    "report_export": partial(_mine_or, "requested_by"),
    "export_schedule": partial(_mine_or, "created_by"),
    "dataset": _dataset,
    "asset": _tied,
    "link": _link,
    "corrective_action": _action,
    "record_link": _record_link,
    "review": _review,
    "data_column": lambda of, rows: of.number_of(rows["holder"], ("model", "dataset")),
    "data_holder": lambda of, rows: of.number_of(rows["holder"], ("model", "dataset")),
    "field_change": lambda of, rows: of.number_of(rows["entity"], PARTS),
    "log_entry": _entry,
    "log_payload": _payload,
    "import_job": partial(_own, "requested_by"),
    "import_record": partial(_own, "imported_by"),
}
