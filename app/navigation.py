"""The pages of Countersign in one table: address, title, file, and the roles that see them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from core.access.rules import Actor, Role
from core.errors import Refusal

FOLDER = Path(__file__).resolve().parent.parent / "pages"
EVERYONE = frozenset(Role)
_MAKERS = frozenset({Role.OWNER, Role.DEVELOPER})
MENUS = RULES, EVIDENCE, PERSON = ("Rules", "Evidence", "Person")  # in the order of the bar; the last bears a name
_DECIDING = frozenset({Role.OWNER, Role.VALIDATOR, Role.APPROVER, Role.ADMINISTRATOR})
_ACCESS = frozenset({Role.ADMINISTRATOR, Role.APPROVER, Role.AUDITOR})
_ASKED = frozenset({Role.APPROVER, Role.ADMINISTRATOR})
_GOVERNING = EVERYONE - {Role.ADMINISTRATOR}


@dataclass(frozen=True)
class Page:
    """One page: `address` is its path and never changes; `hidden` pages are reached from others.

    `menu` is the menu of the bar that holds it; without one it stands in the bar itself.
    """

    address: str
    title: str
    file: str
    roles: frozenset[Role] = EVERYONE
    hidden: bool = False
    menu: str = ""

    @property
    def path(self) -> Path:
        return FOLDER / self.file


PAGES: tuple[Page, ...] = (
    Page("my_work", "My work", "my_work.py"),
    Page("cycle", "Cycle", "cycle.py"),
    Page("inventory", "Inventory", "inventory.py"),
    Page("search", "Search", "search.py", hidden=True),
    Page("bulk_edit", "Edit several models", "bulk_edit.py", _MAKERS, hidden=True),
    Page("model", "Model", "model.py", hidden=True),
    Page("edit", "Edit, review, retire", "edit.py", hidden=True),
    Page("profile", "Scope and materiality", "profile.py", hidden=True),
    Page("parties", "People and parts", "parties.py", hidden=True),
    Page("versions", "Versions", "versions.py", hidden=True),
    Page("parts", "Parts", "parts.py", hidden=True),
    Page("part", "Part", "part.py", hidden=True),
    Page("part_new", "Register a part", "part_new.py", _MAKERS, hidden=True),
    Page("system", "System", "system.py", hidden=True),
    Page("register", "Register", "register.py", _MAKERS, hidden=True),
    Page("imports", "Import", "imports.py", _MAKERS | {Role.ADMINISTRATOR}, hidden=True),
    Page("upload", "Upload", "upload.py", _MAKERS, hidden=True),
    Page("report", "Validation report", "report.py", hidden=True),
    Page("comparison", "Comparison", "comparison.py", hidden=True),
    Page("fairness", "Fairness report", "fairness.py", hidden=True),
    Page("challenger", "Challengers", "challenger.py", hidden=True),
    Page("rollback", "Rollback by policy", "rollback.py", hidden=True),
    Page("approvals", "Changes", "approvals.py", _GOVERNING),
    Page("approval", "Change", "approval.py", hidden=True),
    Page("exceptions", "Policy exceptions", "exceptions.py", _GOVERNING, hidden=True),
    Page("stress_tests", "Stress tests", "stress_tests.py", hidden=True),
    Page("stress_test", "Stress test", "stress_test.py", hidden=True),
    Page("alerts", "Alerts", "alerts.py", hidden=True),
    Page("alert", "Alert", "alert.py", hidden=True),
    Page("channels", "Channels of alerts", "channels.py", frozenset({Role.ADMINISTRATOR}), hidden=True),
    Page("findings", "Findings", "findings.py", _GOVERNING),
    Page("finding", "Finding", "finding.py", hidden=True),
    Page("reviews", "Reviews", "reviews.py", _GOVERNING, menu=EVIDENCE),
    Page("review", "Review", "review.py", hidden=True),
    Page("monitoring", "Monitoring", "monitoring.py"),
    Page("monitored", "Monitoring of a model", "monitored.py", hidden=True),
    Page("chunk", "Chunk of production data", "chunk.py", hidden=True),
    Page("monitor_schedule", "Schedule", "monitor_schedule.py", hidden=True),
    Page("incidents", "Incidents", "incidents.py", _GOVERNING),
    Page("incident", "Incident", "incident.py", hidden=True),
    Page("incident_new", "Declare an incident", "incident_new.py", _GOVERNING - {Role.AUDITOR}, hidden=True),
    Page("duties", "Duties to notify", "duties.py", hidden=True),
    Page("actions", "Corrective actions", "actions.py", hidden=True),
    Page("production_data", "Production data", "production_data.py", hidden=True),
    Page("outputs", "Outputs for review", "outputs.py", hidden=True),
    Page("controls", "Controls of a model", "controls.py", hidden=True),
    Page("quarantine", "Quarantine", "quarantine.py", hidden=True),
    Page("policies", "Policies", "policies.py", menu=RULES),
    Page("policy", "Policy", "policy.py", hidden=True),
    Page("coverage", "Coverage", "coverage.py", menu=RULES),
    Page("model_coverage", "Coverage of a model", "model_coverage.py", hidden=True),
    Page("coverage_item", "Item of a pack", "coverage_item.py", hidden=True),
    Page("packs", "Regulation packs", "packs.py", hidden=True),
    Page("pack", "Regulation pack", "pack.py", hidden=True),
    Page("documents", "Documents", "documents.py", hidden=True),
    Page("document", "Document", "document.py", hidden=True),
    Page("templates", "Templates", "templates.py", hidden=True),
    Page("audits", "Audits", "audits.py", menu=EVIDENCE),
    Page("audit", "Audit", "audit.py", hidden=True),
    Page("audit_plan", "Plan an audit", "audit_plan.py", frozenset({Role.AUDITOR}), hidden=True),
    Page("compliance", "Compliance", "compliance.py", menu=RULES),
    Page("compliance_check", "Compliance check", "compliance_check.py", hidden=True),
    Page("privacy", "Personal data", "privacy.py", _DECIDING, menu=RULES),
    Page("subject_requests", "Subject requests", "subject_requests.py", _ASKED, hidden=True),
    Page("subject_request", "Subject request", "subject_request.py", _ASKED, hidden=True),
    Page("data_classes", "Classes of data", "data_classes.py", hidden=True),
    Page("retention", "Retention", "retention.py", hidden=True),
    Page("processing", "Records of processing", "processing.py", hidden=True),
    Page("ledger", "Ledger", "ledger.py", menu=EVIDENCE),
    Page("entry", "Ledger entry", "entry.py", hidden=True),
    Page("events", "Events", "events.py", hidden=True),
    Page("event_batch", "File of events", "event_batch.py", hidden=True),
    Page("event", "Event", "event.py", hidden=True),
    Page("anchors", "Anchors", "anchors.py", hidden=True),
    Page("exports", "Exports", "exports.py", _GOVERNING, menu=EVIDENCE),
    Page("service_accounts", "Service accounts", "service_accounts.py", hidden=True),
    Page("sessions", "Sessions", "sessions.py", frozenset({Role.ADMINISTRATOR}), hidden=True),
    Page("grants", "Grants", "grants.py", _ACCESS, hidden=True),
    Page("model_groups", "Groups of models", "model_groups.py", _ACCESS, hidden=True),
    Page("access_reviews", "Access reviews", "access_reviews.py", _ACCESS, hidden=True),
    Page("access_review", "Access review", "access_review.py", _ACCESS, hidden=True),
    Page("access_drills", "Drills of access", "access_drills.py", _ACCESS, hidden=True),
    Page("break_glass", "Break-glass access", "break_glass.py", hidden=True),
    Page("administration", "Administration", "administration.py", frozenset({Role.ADMINISTRATOR}), menu=PERSON),
)
# the record that a page's address names: the parameter, and the kind of record
RECORDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "model": ("model", "model"), "edit": ("model", "model"), "profile": ("model", "model"),
        "parties": ("model", "model"), "versions": ("model", "model"), "controls": ("model", "model"),
        "production_data": ("model", "model"), "monitored": ("model", "model"), "model_coverage": ("model", "model"),
        "data_classes": ("of", "part"),
        "processing": ("model", "model"), "register": ("model", "model"), "challenger": ("model", "model"),
        "part": ("part", "part"), "system": ("about", "part"), "report": ("run", "run"), "fairness": ("run", "run"),
        "comparison": ("run", "run"), "approval": ("change", "change"), "alert": ("alert", "alert"),
        "chunk": ("chunk", "chunk"), "document": ("document", "document"), "finding": ("finding", "finding"),
        "incident": ("incident", "incident"), "incident_new": ("alert", "alert"), "outputs": ("output", "output"),
        "review": ("review", "review"), "rollback": ("decision", "rollback"), "stress_test": ("test", "stress test"),
        "actions": ("action", "action"), "audit": ("audit", "audit"),
    }
)  # fmt: skip
ACCOUNT = Page("account", "My account", "account.py", menu=PERSON)
DEFAULT = PAGES[0]


def shown_to(page: Page, roles: frozenset[Role]) -> bool:
    """Whether the navigation lists the page for someone with these roles."""
    return not page.hidden and (page in (DEFAULT, ACCOUNT) or bool(page.roles & roles))


def open_to(page: Page, roles: frozenset[Role]) -> bool:
    """Whether the page opens for someone with these roles; a person without a role has their work and account."""
    return page in (DEFAULT, ACCOUNT) or bool(page.roles & roles)


def roles_of_frame(actor: Actor) -> frozenset[Role]:
    """The roles by which pages open: one's own, and under break-glass access those of who reads everything."""
    return actor.roles | ({Role.AUDITOR} if actor.break_glass else frozenset())


def closed_refusals(page: Page, actor: Actor) -> tuple[Refusal, ...]:
    """Why the page does not open for somebody who types its address; the navigation does not show it to them."""
    if open_to(page, roles_of_frame(actor)):
        return ()
    opens = " or ".join(sorted(page.roles))
    return (Refusal("page", f"“{page.title}” opens for the role {opens}", "access", "Ask an administrator."),)


def page_file(address: str) -> Path:
    """The file of the page at this address, for `st.page_link` and `st.switch_page`."""
    return next(page.path for page in (*PAGES, ACCOUNT) if page.address == address)
