"""Which files name a person, whose files they are, and what an erasure does with each."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from core.improvement.comparisons.tables import Comparison
from core.inventory.importing.tables import ImportJob
from core.inventory.tables import Model, ModelVersion
from core.monitoring.controls.tables import HeldRows
from core.monitoring.intake.tables import ProductionBatch
from core.privacy.subjects.contents import REWRITTEN, Linked, look_into
from core.privacy.subjects.matching import Matcher, fingerprint
from core.privacy.subjects.places import Places
from core.privacy.subjects.rules import Treatment
from core.privacy.subjects.texts import Say, say_nothing
from core.reports.tables import Export
from core.store import EvidenceFiles
from core.store.vault import Destroyed
from core.validation.stress.tables import StressTest
from core.validation.tables import Evidence, Finding, FindingEvidence


@dataclass(frozen=True)
class Owner:
    """The record that a file belongs to: what it is, its number, and its model's number."""

    what: str
    record: str
    model: str = ""
    batch: int | None = None  # the row of a batch of production data


@dataclass(frozen=True)
class FileHit:
    """A file that names the person in so many rows or places."""

    folder: str
    digest: str
    owner: Owner
    rows: int
    treatment: Treatment
    linked: Linked | None = None
    gone: Destroyed | None = None  # what destroyed its key before this state of the store


@dataclass
class Links:
    """Ids of production rows that belong to the person, by the number of the model; found as files are read.

    An order of erasure brings those that were found before, as fingerprints under its key.
    """

    ids: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    prints: Mapping[str, frozenset[str]] = field(default_factory=dict)
    key: bytes = b""

    def of(self, model: str) -> Linked | None:
        """What is looked for in the rows of this model beside the person's words."""
        ids, prints = self.ids.get(model, set()), self.prints.get(model, frozenset())
        if not ids and not prints:
            return None
        return Linked(lambda one: one in ids or (bool(prints) and fingerprint(self.key, [one]) in prints))

    def known(self, key: bytes) -> dict[str, frozenset[str]]:
        """Fingerprints of all ids, by model, under this key."""
        found = {model: frozenset(fingerprint(key, [one]) for one in ids) for model, ids in self.ids.items() if ids}
        return {
            model: found.get(model, frozenset()) | self.prints.get(model, frozenset())
            for model in {*found, *self.prints}
        }


STRAY = Owner("file without a record", "")


def owners(session: Session) -> Mapping[str, Owner]:
    """By digest, whose each file is; of several records the first."""
    found: dict[str, Owner] = {}
    for digest, owner in _owners(session):
        if digest:
            found.setdefault(digest, owner)
    return found


def files_with(
    session: Session, places: Places, matcher: Matcher, links: Links, say: Say = say_nothing
) -> Iterator[FileHit]:
    """Every file that names the person; production data come last, each model's until no more rows are linked."""
    known, indexes = owners(session), _indexes(session)
    listed = [(name, files, list(files.digests())) for name, files in places.searched()]
    total, done = sum(len(digests) for _, _, digests in listed), 0
    production: dict[str, list[tuple[str, Owner]]] = defaultdict(list)
    for name, files, digests in listed:
        for digest in digests:
            say(f"{name} {digest[:8]}", done, total)
            done += 1
            owner = known.get(digest, STRAY)
            if digest in indexes:
                continue
            if gone := _without_key(files, digest):
                yield FileHit(name, digest, owner, gone.rows, Treatment.DESTROYED, gone=gone)
                continue
            if owner.batch is not None:
                production[owner.model].append((digest, owner))
                continue
            with files.opened() as path:
                looked = look_into(path(digest), matcher)
            if looked.rows:
                yield FileHit(name, digest, owner, looked.rows, _treatment(name, looked.form in REWRITTEN))
    for model, batches in production.items():
        yield from _production(places.evidence, model, batches, matcher, links)


def _without_key(files: EvidenceFiles, digest: str) -> Destroyed | None:
    """What destroyed the key of a file that a restored backup brought back."""
    if not files.sealed.holds(digest) or files.sealed.has_key(digest):
        return None
    return files.sealed.vault.destroyed(digest)


def _production(
    files: EvidenceFiles, model: str, batches: list[tuple[str, Owner]], matcher: Matcher, links: Links
) -> Iterator[FileHit]:
    """Rows that name the person, and rows of the same id in other files of the model, such as labels."""
    first = links.of(model)
    for digest, _ in batches:
        with files.opened() as path:
            links.ids[model] |= look_into(path(digest), matcher, first).ids
    linked = links.of(model)
    for digest, owner in batches:
        with files.opened() as path:
            looked = look_into(path(digest), matcher, linked)
        if looked.rows:
            yield FileHit("evidence", digest, owner, looked.rows, Treatment.ROWS, linked)


def _treatment(folder: str, rewritten: bool) -> Treatment:
    return Treatment.ROWS if folder == "evidence" and rewritten else Treatment.DESTROYED


def _indexes(session: Session) -> frozenset[str]:
    """Indexes of ids hold hashes and nothing that can be read."""
    return frozenset(session.exec(select(ProductionBatch.ids)).all())


def _owners(session: Session) -> Iterator[tuple[str, Owner]]:
    of_versions = select(col(ModelVersion.id), col(Model.number)).join(
        Model, col(Model.id) == col(ModelVersion.model_id)
    )
    of_version = {key: model for key, model in session.execute(of_versions)}  # noqa: C416  rows, not pairs
    models = {key: model for key, model in session.execute(select(col(Model.id), col(Model.number)))}  # noqa: C416
    for row in session.exec(select(Evidence)):
        for digest, what in ((row.table_digest, "evidence"), (row.file_digest, "evidence as received")):
            yield digest, Owner(what, row.number, of_version.get(row.version_id, ""))
    batches = select(col(ProductionBatch.id), ProductionBatch.digest, ProductionBatch.number, ProductionBatch.model_id)
    for key, digest, number, model in session.execute(batches):
        yield digest, Owner("production data", number, models.get(model, ""), key)
    for digest, number in session.execute(
        select(FindingEvidence.key, Finding.number)
        .join(Finding, col(Finding.id) == col(FindingEvidence.finding_id))
        .where(FindingEvidence.kind == "file")
    ):
        yield digest, Owner("evidence of a remediation", number)
    for digest, number in session.execute(select(HeldRows.digest, HeldRows.number)):
        yield digest, Owner("rows held", number)
    for test in session.execute(select(StressTest.outcome_digest, StressTest.requests_digest, StressTest.number)):
        yield from ((digest, Owner("stress test", test[2])) for digest in test[:2])
    for digest, number, model in session.execute(select(Export.digest, Export.number, Export.model_id)):
        yield digest, Owner("export", number, models.get(model, ""))
    for digest, number in session.execute(select(ImportJob.digest, ImportJob.number)):
        yield digest, Owner("import", number)
    for comparison in session.execute(
        select(Comparison.champion_digest, Comparison.challenger_digest, Comparison.number)
    ):
        yield from ((digest, Owner("comparison", comparison[2])) for digest in comparison[:2])
