"""What was measured stays; what would be measured again says that its rows went."""

from datetime import timedelta

from core.monitoring.checks.recomputing import Again, recompute
from core.monitoring.intake.rules import BatchKind
from core.privacy.retention.removing import remove_due_data
from core.privacy.retention.terms import keep_data_for
from tests.monitoring_checks.conftest import Watch, watch  # noqa: F401
from tests.monitoring_checks.test_checking import labels, ready, rows


def test_a_chunk_whose_rows_went_keeps_its_figures_and_is_not_checked_again(watch: Watch) -> None:  # noqa: F811
    ready(watch).take(BatchKind.INFERENCES, rows(100))
    watch.take(BatchKind.LABELS, labels(60, wrong=4))
    watch.run()
    (before,) = watch.results()
    keep_data_for(
        watch.store, watch.ledger, holder=watch.model, days=200, reason="As long as it can be contested",
        actor=watch.cast.owner, at=watch.now,
    )  # fmt: skip
    later = watch.now + timedelta(days=300)
    remove_due_data(watch.store, watch.ledger, watch.files, at=later)

    again = recompute(watch.store, watch.files, chunk=before.chunk, at=later)
    watch.now = later
    watch.take(BatchKind.LABELS, labels(40, first=60))  # of inferences that are gone
    ran = watch.run("PB0003")

    assert again.outcome is Again.NOT_POSSIBLE
    assert again.said.startswith("Rows of it were removed at the end of their retention: PB0001, on ")
    assert [chunk for chunk in ran.chunks if chunk == before.chunk] == []
    assert before in watch.results()
