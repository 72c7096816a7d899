"""When decisions were due: so many days after they were asked or resumed, by their policy and the tier at that time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from core.inventory.tables import FieldChange, Model, ModelVersion
from core.ledger.tables import table_of
from core.policy.service import policies_by_id
from core.reports.history.rewinding import Values, Work

FIELD = table_of(FieldChange).c


class Deadlines:
    """What the due dates of many changes follow from, read in one statement each."""

    def __init__(self, work: Work, changes: Sequence[Values]) -> None:
        models = {one["id"]: one for one in work.of(Model)}
        self._model_of = {one["id"]: models[one["model_id"]] for one in work.of(ModelVersion)}
        self._policies = policies_by_id(work.source, {_number(one["policy_version_id"]) for one in changes})
        self._tiers: dict[str, list[tuple[datetime, str]]] = {}
        query = select(FIELD.entity, FIELD.changed_at, FIELD.old).where(
            FIELD.field == "tier", FIELD.changed_at <= work.as_of
        )
        query = query.where(FIELD.entity == work.model) if work.model else query
        for model, changed_at, old in work.source.execute(query.order_by(FIELD.id)) if changes else ():
            self._tiers.setdefault(model, []).append((changed_at, old))

    def due(self, change: Values, asked: object) -> datetime:
        """When the decision on a change that was asked or resumed at `asked` was due."""
        assert isinstance(asked, datetime)
        policy = self._policies[_number(change["policy_version_id"])].policy
        return asked + timedelta(days=policy.decision_days(self._tier(change, asked)))

    def _tier(self, change: Values, at: datetime) -> int:
        """The tier of its model at that time: what the first change after it took the place of."""
        model = self._model_of[change["version_id"]]
        later = (old for changed_at, old in self._tiers.get(str(model["number"]), ()) if changed_at > at)
        return _number(next(later, model["tier"]))


def _number(value: object) -> int:
    return int(str(value))
