"""All tables of all steps, for the migrations; nothing else imports this."""

import core.access.tables
import core.approval.code.tables
import core.approval.hooks.tables
import core.approval.rollout.tables
import core.approval.simulation.tables
import core.approval.tables
import core.audits.tables
import core.compliance.tables
import core.coverage.tables
import core.documents.tables
import core.improvement.actions.tables
import core.improvement.comparisons.tables
import core.improvement.incidents.tables
import core.improvement.reviews.tables
import core.improvement.rollback.tables
import core.inventory.deployments.tables
import core.inventory.importing.tables
import core.inventory.tables
import core.jobs.outbox.tables
import core.jobs.tables
import core.ledger.anchors.tables
import core.ledger.batches.tables
import core.ledger.tables
import core.links.tables
import core.monitoring.alerts.tables
import core.monitoring.checks.tables
import core.monitoring.controls.tables
import core.monitoring.intake.tables
import core.policy.exceptions.tables
import core.policy.packs.tables
import core.policy.tables
import core.register.tables
import core.reports.tables
import core.store.numbers
import core.validation.stress.tables
import core.validation.tables  # noqa: F401
