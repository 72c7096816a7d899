"""Records for the browser tests, brought as far as wanted by the use cases and the server's own worker."""

import csv
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from app.composition import Workplace, now
from core.access.rules import Actor
from core.approval.queries import change as change_page
from core.approval.rules import Answer, Choice
from core.approval.service import NewCondition, answer_item, request_change, vote
from core.inventory.intake import NewDataset, NewModel, NewVersion
from core.inventory.moves import load_version
from core.inventory.rules import Exposure, Purpose
from core.inventory.service import register
from core.reports.formats.kinds import Format
from core.reports.service import load_export, request_export
from core.reports.tables import ExportStatus
from core.reports.values.report import Asked, Subject, SubjectKind
from core.validation.challenge import answer, ask
from core.validation.conclusion import conclude
from core.validation.intake import hand_in, inspect
from core.validation.rules import EvidenceKind, Outcome, RunStatus
from core.validation.runs import load_run, start
from core.validation.uploads import ColumnMapping
from tests.builders import signed_in

PATIENCE = 2400  # looks at the store, a twentieth of a second apart; a limit for failing
VERSION = "1.0.0"


@dataclass(frozen=True)
class Words:
    """What people write, so that a test can write it otherwise."""

    model: str = "Letter order"
    purpose: str = "Orders letters by the chance of a reply."
    line: str = "Public services"
    dataset: str = "letters"
    text: str = "Read in full and convincing."
    file: str = "letters.csv"
    column: str = "group"
    groups: tuple[str, str] = ("A", "B")
    favourable: str = "answered"


@dataclass(frozen=True)
class People:
    """Who does what on a record."""

    owner: Actor
    developer: Actor
    validator: Actor
    approvers: Sequence[Actor] = ()


@dataclass(frozen=True)
class Records:
    """A workplace, and the ways in which the right people bring a version through the steps."""

    place: Workplace
    people: People
    folder: Path
    words: Words = field(default_factory=Words)

    def registered(self, words: Words | None = None) -> str:
        """The number of a new model whose version 1.0.0 is a draft."""
        said, place, people = words or self.words, self.place, self.people
        named = [f"{said.dataset} of {said.model[:40]} {part}" for part in ("training", "test")]
        return register(
            place.store, place.ledger,
            model=NewModel(
                name=said.model, purpose=said.purpose, business_line=said.line,
                owner=people.owner.id, developer=people.developer.id,
                exposure=Exposure.LOW, purpose_class=Purpose.OPERATIONAL, users=said.text,
            ),
            version=NewVersion(
                version=VERSION, intended_use=said.text, limitations=said.text, rationale=said.text,
                training_dataset=f"{named[0]} 1", test_dataset=f"{named[1]} 1",
            ),
            datasets=[NewDataset(name, "1", said.text) for name in named],
            actor=people.developer, at=now(),
        ).model  # fmt: skip

    def handed_in(self, model: str, *, by: Actor | None = None, words: Words | None = None, rows: int = 600) -> None:
        """Predictions that meet the policy, with two groups."""
        said, place = words or self.words, self.place
        source = predictions(self.folder / f"{model}-{rows}.csv", said, rows)
        guess = inspect(source, said.file).mapping
        mapping = replace(
            guess, label="label", prediction="prediction", row_id="case", sensitive=(said.column,),
            positive_label="1", favourable_words=said.favourable,
        )  # fmt: skip
        hand_in(
            place.store, place.ledger, place.files, model=model, version=VERSION, source=source,
            filename=said.file, mapping=mapping, declared={}, actor=by or self.people.developer, at=now(),
        )  # fmt: skip

    def further(
        self, model: str, kind: EvidenceKind, rows: Sequence[Mapping[str, object]], said: ColumnMapping
    ) -> None:
        """A file of these rows, of any kind."""
        place, source = self.place, self.folder / f"{model}-{kind}.csv"
        with source.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        hand_in(
            place.store, place.ledger, place.files, model=model, version=VERSION, source=source, filename=f"{kind}.csv",
            mapping=said, declared={}, kind=kind, actor=self.people.developer, at=now(),
        )  # fmt: skip

    def validation_finished(self, model: str) -> str:
        """Started, and finished by the server's worker; the number of the run."""
        place = self.place
        run = start(
            place.store, place.ledger, model=model, version=VERSION, actor=self.people.developer, at=now()
        ).run  # fmt: skip
        for _ in range(PATIENCE):
            with place.store.reading() as session:
                found = load_run(session, run)
                if found.status is RunStatus.FINISHED:
                    return run
                assert found.status in (RunStatus.QUEUED, RunStatus.RUNNING), found.error
            time.sleep(0.05)
        raise AssertionError(f"{run} did not finish")

    def asked(self, model: str, *, by: Actor | None = None, answered: bool = True) -> str:
        """A question, answered unless told; its number."""
        place, text = self.place, self.words.text
        number = ask(
            place.store, place.ledger, model=model, version=VERSION, text=text,
            actor=by or self.people.validator, at=now(),
        )  # fmt: skip
        if answered:
            answer(place.store, place.ledger, question=number, text=text, actor=self.people.developer, at=now())
        return number

    def in_approval(self, model: str) -> str:
        """Concluded and requested; the number of the change."""
        place, text = self.place, self.words.text
        conclude(
            place.store, place.ledger, model=model, version=VERSION, outcome=Outcome.VALIDATED, summary=text,
            seen_digest=self.digest(model), actor=self.people.validator, at=now(),
        )  # fmt: skip
        return request_change(
            place.store, place.ledger, model=model, version=VERSION, rationale=text,
            actor=self.people.developer, at=now(),
        ).change  # fmt: skip

    def answered(self, change: str, actor: Actor) -> None:
        """Every item of the checklist, as met."""
        place = self.place
        with place.store.reading() as session:
            items = change_page(session, change, actor, at=now()).checklist
        for item in items:
            answer_item(
                place.store, place.ledger, change=change, code=item.code, answer=Answer.MET, reason="",
                actor=actor, at=now(),
            )  # fmt: skip

    def approved(self, model: str, change: str, *conditions: NewCondition) -> None:
        """Votes of all approvers; the first one sets the conditions."""
        place = self.place
        for actor in self.people.approvers:
            self.answered(change, actor)
            vote(
                place.store, place.ledger, change=change, choice=Choice.APPROVE, rationale=self.words.text,
                conditions=conditions, seen_digest=self.digest(model),
                session_id=signed_in(place.store, actor, at=now()), actor=actor, at=now(),
            )  # fmt: skip
            conditions = ()

    def digest(self, model: str) -> str:
        """Of the version's evidence."""
        with self.place.store.reading() as session:
            return load_version(session, model, VERSION)[1].evidence_digest

    def exported(self, model: str, by: Actor) -> str:
        """A ready dossier, built by the server's worker; its number."""
        place = self.place
        asked = Asked("dossier", Subject(SubjectKind.VERSION, model, VERSION), now())
        made = request_export(place.store, place.ledger, asked=asked, form=Format.PDF, actor=by, at=now())
        number = made.export
        for _ in range(PATIENCE):
            with place.store.reading() as session:
                found = load_export(session, number)
                if found.status is ExportStatus.READY:
                    return number
                assert found.status in (ExportStatus.QUEUED, ExportStatus.RUNNING), found.status
            time.sleep(0.05)
        raise AssertionError(f"{number} was not built")


def predictions(path: Path, words: Words, rows: int) -> Path:
    """Cases of which nine in ten are predicted rightly, alike in both groups."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["case", "label", "prediction", words.column])
        for case in range(rows):
            label = case // 2 % 2
            prediction = 1 - label if case // 4 % 10 == 0 else label
            writer.writerow([case + 1, label, prediction, words.groups[case % 2]])
    return path
