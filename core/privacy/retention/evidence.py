"""Which files of validations reach their end: by the policy, a decision on the dataset, or the end of a purpose."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, or_
from sqlmodel import Session, col, select

from core.inventory.bias_data.service import purposes
from core.inventory.classes.gaps import keeping_in_force
from core.inventory.classes.rules import CLAUSE, Where, policy_days
from core.inventory.classes.tables import DataColumn, DataHolder
from core.inventory.tables import Dataset, Model, ModelVersion
from core.policy.keeping.rules import DataClass
from core.privacy.classes.meeting import TRAINING
from core.privacy.retention.holds import holds
from core.privacy.retention.planning import NOTICE, FileEnding, Kept, Term
from core.privacy.retention.resting import in_use
from core.validation.rules import EvidenceKind
from core.validation.tables import Evidence


@dataclass(frozen=True)
class _Rule:
    """How long files about one dataset are kept: days since they came, and days on which all of them end."""

    dataset: str
    since_handed_in: Term | None = None
    ends: tuple[tuple[datetime, int], ...] = ()  # when, and for how many days of the dataset
    purposes: tuple[tuple[frozenset[str], datetime, str], ...] = ()  # of sensitive columns, until when, its number

    def ends_at(self, handed_in: datetime, sensitive: Collection[str]) -> tuple[datetime, Term] | None:
        """When such a file ends and who says so; None: it has no end."""
        terms = [(end, Term(days, f"a decision on {self.dataset}")) for end, days in self.ends]
        terms += [
            (end, Term(max((end - handed_in).days, 0), f"purpose {number}"))
            for columns, end, number in self.purposes
            if columns & set(sensitive)
        ]
        if self.since_handed_in is not None:
            terms.append((handed_in + timedelta(days=self.since_handed_in.days), self.since_handed_in))
        return min(terms, key=lambda one: one[0], default=None)


def evidence_endings(
    session: Session, *, at: datetime, within: timedelta = NOTICE, only: Collection[str] | None = None
) -> tuple[FileEnding, ...]:
    """Every file of a validation whose time ends within this time from `at`, or has ended, the first to end first."""
    rules = _rules(session, at=at)
    ending = [
        (row, rule, end)
        for row in (_files(session, rules, only) if rules else ())
        if (rule := rules.get(_dataset_of(row))) is not None
        and (end := rule.ends_at(row.uploaded_at, _sensitive(row.mapping))) is not None
        and end[0] <= at + within
    ]
    if not ending:
        return ()
    holding, used = holds(session, at=at), in_use(session, {row.model_id for row, _, _ in ending})
    found = []
    for row, rule, (ends_at, term) in ending:
        held = holding.of((row.model, rule.dataset), row.number, row.uploaded_at, row.replaced_at or at)
        resting = used.holds(row.number, row.version_id, at_hand=row.replaced_at is None)
        found.append(
            FileEnding(
                Kept.EVIDENCE, row.number, row.model, row.name, row.version, row.kind.value, row.rows, row.size,
                row.uploaded_at, term, ends_at, (*resting, *held), row.filename,
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda one: (one.ends_at, one.record)))


def term_of_files(session: Session, dataset: str, *, at: datetime) -> Term | None:
    """For how many days after it came a file about this dataset is kept by the policy; None: it says no end."""
    found = (one for one in _rules(session, at=at).values() if one.dataset == dataset)
    return next((one.since_handed_in for one in found), None)


def _rules(session: Session, *, at: datetime) -> Mapping[int, _Rule]:
    """By the row number of a dataset; what has no end is left out."""
    policy, classes = keeping_in_force(session, at=at), _classes(session)
    own = dict(session.exec(select(DataHolder.holder, DataHolder.days).where(col(DataHolder.days).is_not(None))).all())
    until = defaultdict[int, list[tuple[frozenset[str], datetime, str]]](list)
    for one in purposes(session):
        if one.row.ended_at is None:
            columns = frozenset(name.casefold() for name in one.columns)
            until[one.row.dataset_id].append((columns, one.row.delete_by, one.row.number))
    found = {}
    for key, number, registered in session.exec(select(Dataset.id, Dataset.number, Dataset.registered_at)):
        days = policy_days(Where.UPLOAD, classes.get(number, frozenset()), policy)
        term = Term(days, f"policy {CLAUSE}") if days is not None else None
        ends = ((registered + timedelta(days=own[number] or 0), own[number] or 0),) if number in own else ()
        if term or ends or key in until:
            found[key or 0] = _Rule(number, term, ends, tuple(until.get(key or 0, ())))
    return found


def _classes(session: Session) -> Mapping[str, frozenset[DataClass]]:
    """By dataset, the classes that people decided for its columns; a proposal ends nothing."""
    found = defaultdict[str, set[DataClass]](set)
    rows = select(DataColumn.holder, DataColumn.data_class).where(
        col(DataColumn.data_class).is_not(None), col(DataColumn.holder).startswith("D")
    )
    for holder, data_class in session.exec(rows.distinct()):
        found[holder].add(DataClass(str(data_class)))
    return {holder: frozenset(classes) for holder, classes in found.items()}


def _files(
    session: Session, rules: Mapping[int, _Rule], only: Collection[str] | None
) -> Iterator[Row[tuple[object, ...]]]:
    query = (
        select(
            Evidence.number, Evidence.version_id, Evidence.kind, Evidence.filename, Evidence.rows, Evidence.size,
            Evidence.mapping, Evidence.uploaded_at, Evidence.replaced_at, ModelVersion.version,
            ModelVersion.test_dataset_id, ModelVersion.training_dataset_id, col(Model.id).label("model_id"),
            col(Model.number).label("model"), Model.name,
        )  # type: ignore[call-overload]
        .join(ModelVersion, col(ModelVersion.id) == col(Evidence.version_id))
        .join(Model, col(Model.id) == col(ModelVersion.model_id))
        .where(
            col(Evidence.removed_at).is_(None),
            or_(
                col(ModelVersion.test_dataset_id).in_(rules), col(ModelVersion.training_dataset_id).in_(rules)
            ),
        )
    )  # fmt: skip
    if only is not None:
        query = query.where(col(Evidence.number).in_(list(only)))
    yield from session.execute(query.order_by(col(Evidence.id)))


def _dataset_of(row: Row[tuple[object, ...]]) -> int:
    """Training and reference data are of the training dataset; everything else speaks of the test dataset."""
    return int((row.training_dataset_id if EvidenceKind(row.kind) in TRAINING else row.test_dataset_id) or 0)


def _sensitive(mapping: str) -> frozenset[str]:
    said = json.loads(mapping) if mapping else {}
    named = (*said.get("sensitive", ()), said.get("audit_race"), said.get("audit_sex"))
    return frozenset(name.casefold() for name in named if name)
