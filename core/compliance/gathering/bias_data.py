"""Facts about bias-test data: purposes and their ends, and evidence that compares groups of special categories."""

import json

from sqlmodel import Session, col, select

from core.compliance.gathering.values import Read, Reading
from core.compliance.rules import BiasColumns, BiasTerm
from core.inventory.bias_data.rules import special_categories
from core.inventory.bias_data.service import covered_by_dataset, purposes
from core.inventory.tables import Model, ModelVersion
from core.validation.tables import Evidence


def purposes_held(session: Session, _reading: Reading) -> Read[BiasTerm]:
    """Every purpose that nobody ended."""
    return Read(
        tuple(
            BiasTerm(one.row.number, one.dataset, one.owner, one.row.delete_by)
            for one in purposes(session)
            if one.row.ended_at is None
        )
    )


def compared_groups(session: Session, reading: Reading) -> Read[BiasColumns]:
    """Evidence that was not replaced, of models in use, whose declared groups are of special categories by name."""
    covered = covered_by_dataset(session, at=reading.at)
    query = (
        select(col(Evidence.number), col(Evidence.mapping), ModelVersion, Model)
        .join(ModelVersion, col(ModelVersion.id) == col(Evidence.version_id))
        .join(Model, col(Model.id) == col(ModelVersion.model_id))
        .where(col(Evidence.replaced_at).is_(None), col(Model.retired_at).is_(None))
    )
    facts = []
    for number, mapping, version, model in session.execute(query):
        named = special_categories(frozenset(json.loads(mapping).get("sensitive", ())))
        if named:
            held = (version.training_dataset_id, version.test_dataset_id)
            columns = frozenset[str]().union(*(covered.get(one or 0, frozenset()) for one in held))
            lacking = tuple(sorted(one for one in named if one.casefold() not in columns))
            subject = f"{model.number} {version.version} {number}"
            facts.append(BiasColumns(subject, model.number, model.owner, version.version, lacking))
    return Read(tuple(facts))
