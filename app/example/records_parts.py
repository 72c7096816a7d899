"""What stands around the example models: their data's keeping, a workflow, a decision point, a vendor, a prompt."""

from datetime import datetime, timedelta

from app.composition import Workplace
from core.access.rules import Actor
from core.inventory.parts.changing import change_part
from core.inventory.parts.intake import NewAsset
from core.inventory.parts.linking import make_link
from core.inventory.parts.registering import add_asset_version, register_asset
from core.inventory.parts.rules import AssetKind, Relation
from core.inventory.people.rules import Part
from core.inventory.people.service import assign
from core.inventory.profile.rules import Factor, RiskLevel, Scope
from core.inventory.profile.service import assess_risk, decide_scope
from core.inventory.profile.tiering import propose_tier

LETTER = """You write one letter to a resident who may be out of work.
Use plain words and at most 120 of them.
Name the training offer {offer} and the office {office}.
Do not say how the resident was chosen.
"""
LETTER_NEXT = """You write one letter to a resident who may be out of work.
Use plain words and at most 120 of them.
Name the training offer {offer} and the office {office}.
Say that a computed estimate helped to order the letters, and how to object.
Promise nothing.
"""
KEPT = {
    "D0001": {"retention": "Ten years after the last version that was trained on it",
              "sanitisation": "Published microdata: no names; high ages and rare places coarsened at the source"},
    "D0002": {"retention": "Ten years, with the validation that used it"},
}  # fmt: skip
FACTORS = {
    Factor.COMPLEXITY: (RiskLevel.LOW, "Four inputs and a linear score; every weight is read."),
    Factor.ASSUMPTIONS: (RiskLevel.MEDIUM, "Assumes that the labour market of the training year still holds."),
    Factor.INPUT_QUALITY: (
        RiskLevel.MEDIUM,
        "Survey answers, self-reported; missing values are imputed at the source.",
    ),
    Factor.DATA_LIMITS: (RiskLevel.HIGH, "One state and one year; people without an address are not in the survey."),
}


class Around:
    """The acts of the example people around the two models."""

    def __init__(self, place: Workplace, owner: Actor, developer: Actor, validator: Actor, at: datetime) -> None:
        self.place, self.owner, self.developer, self.validator, self.at = place, owner, developer, validator, at

    def tell(self) -> None:
        self._outreach()
        self._pretrial()
        self._people()
        self._at_stake()

    def _outreach(self) -> None:
        prompt = self._add(
            AssetKind.PROMPT, "Outreach letter", "Drafts the letter that goes with a training offer.",
            {"settings": "A text model inside the office’s network, temperature 0", "placeholders": "offer, office"},
            LETTER, 40,
        )  # fmt: skip
        add_asset_version(
            self.place.store, self.place.ledger, asset=prompt, text=LETTER_NEXT,
            rationale="Residents are told that an estimate helped, and how to object.", expected_version=1,
            actor=self.developer, at=self._ago(20),
        )  # fmt: skip
        workflow = self._add(
            AssetKind.WORKFLOW, "Outreach mailing", "Orders residents by score, drafts and sends letters every month.",
            {"trigger": "First working day of a month", "outcome": "About 5,700 letters, and a list of those sent"},
            "1. Score the register.\n2. Order by score.\n3. Draft letters.\n4. A case worker releases the batch.\n", 40,
        )  # fmt: skip
        decision = self._add(
            AssetKind.DECISION_POINT, "Release of a batch", "Nothing is sent before a person released it.",
            {"decider": "Case worker on duty, head of office above 6,000 letters",
             "shown": "Twenty letters drawn at random, counts by district and sex",
             "override": "Any letter can be held back, or sent to somebody not scored; the reason is kept"}, "", 40,
        )  # fmt: skip
        for source, relation, target in (
            ("M0001", Relation.FEEDS, workflow),
            (prompt, Relation.INSTRUCTS, workflow),
            (workflow, Relation.LEADS_TO, decision),
        ):
            self._link(source, relation, target, 39)
        for number, changes in KEPT.items():
            change_part(
                self.place.store, self.place.ledger, part=number, changes=changes, expected_revision=None,
                reason="Retention schedule of the department", actor=self.owner, at=self._ago(38),
            )  # fmt: skip

    def _pretrial(self) -> None:
        vendor = self._add(
            AssetKind.VENDOR, "Northpointe", "Supplies the score; its training data are not disclosed.",
            {"country": "United States", "contract": "County contract, reviewed yearly",
             "assurance": "Method described in a manual; training data asked for and refused"}, "", 28,
        )  # fmt: skip
        hearing = self._add(
            AssetKind.DECISION_POINT, "Release hearing", "A judge decides on release before trial.",
            {"decider": "Judge", "shown": "Score by decile with its error rates, the case file, statements",
             "override": "The judge departs from the score freely and says why on the record"}, "", 28,
        )  # fmt: skip
        self._link(vendor, Relation.SUPPLIES, "M0002", 27)
        self._link("M0002", Relation.FEEDS, hearing, 27)

    def _people(self) -> None:
        for model in ("M0001", "M0002"):
            assign(
                self.place.store, self.place.ledger, model=model, person=self.validator.id, part=Part.VALIDATOR,
                reason="Validates the models of this department", actor=self.owner, at=self._ago(26),
            )  # fmt: skip

    def _at_stake(self) -> None:
        store, ledger = self.place.store, self.place.ledger
        decide_scope(
            store, ledger, model="M0001", scope=Scope.MODEL, actor=self.owner, at=self._ago(25),
            reason="A statistical estimate that orders letters; it can be wrong for groups of people.",
        )  # fmt: skip
        assess_risk(
            store, ledger, model="M0001", levels={factor: level for factor, (level, _) in FACTORS.items()},
            reasons={factor: why for factor, (_, why) in FACTORS.items()}, actor=self.developer, at=self._ago(25),
        )  # fmt: skip
        propose_tier(
            store, ledger, model="M0001", tier=2, actor=self.owner, at=self._ago(3),
            reason="A letter with an offer: nobody loses anything by it, and nothing is decided about them.",
        )  # fmt: skip

    def _add(
        self, kind: AssetKind, name: str, description: str, details: dict[str, str], text: str, days: float
    ) -> str:
        asset = NewAsset(kind, name, self.owner.id, description, details, text)
        store, ledger = self.place.store, self.place.ledger
        return register_asset(store, ledger, asset=asset, actor=self.owner, at=self._ago(days)).number

    def _link(self, source: str, relation: Relation, target: str, days: float) -> None:
        make_link(
            self.place.store, self.place.ledger, source=source, relation=relation, target=target, actor=self.owner,
            at=self._ago(days),
        )  # fmt: skip

    def _ago(self, days: float) -> datetime:
        return self.at - timedelta(days=days)
