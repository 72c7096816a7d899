"""Who writes which document, and what stands against keeping one or publishing a template."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from core.access.rules import Actor, Permission, permission_refusals
from core.errors import Refusal

SHORTEST_REASON = 10
CLAUSE = "documents"
REVIEWED = frozenset({"validation plan", "review decision"})  # written by those who judge, not by those who build
EITHER = frozenset({"post-incident review"})  # those who build write it, and those who judge
WRITES: Mapping[bool, Permission] = MappingProxyType(
    {False: Permission.DOCUMENT_WRITE, True: Permission.DOCUMENT_REVIEW}
)


@dataclass(frozen=True)
class DocumentFacts:
    """The kind of a document, who contributed to the version it is about, and its newest revision; 0 for none."""

    kind: str
    contributors: frozenset[str]
    revision: int = 0


def write_refusals(facts: DocumentFacts, actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor writes no document of this kind about this version."""
    reviewed = facts.kind in REVIEWED
    if facts.kind in EITHER and WRITES[True] in actor.permissions:
        return ()
    reasons = list(permission_refusals(actor, WRITES[reviewed]))
    if reviewed and actor.id in facts.contributors:
        reasons.append(
            Refusal(
                "duty-development",
                f"You contributed to this version, so its {facts.kind} is not yours",
                "segregation of duties",
                "Ask a colleague who took no part.",
            )
        )
    return tuple(reasons)


def keep_refusals(facts: DocumentFacts, actor: Actor, *, body: str, comment: str, same: bool) -> tuple[Refusal, ...]:
    """As `write_refusals`, and also the text: not empty, not the one that is kept, and a comment on a change."""
    reasons = list(write_refusals(facts, actor))
    if not body.strip():
        reasons.append(Refusal("empty", "The document is empty", CLAUSE, "Write it, or fill it from the template."))
    if same:
        reasons.append(Refusal("same", "The text is the one that is kept", CLAUSE, "Change it, then keep it."))
    if facts.revision and len(comment.strip()) < SHORTEST_REASON:
        reasons.append(
            Refusal(
                "comment",
                f"The comment has fewer than {SHORTEST_REASON} characters",
                CLAUSE,
                "Say what changed against the version before.",
            )
        )
    return tuple(reasons)


def template_refusals(actor: Actor) -> tuple[Refusal, ...]:
    """Why this actor publishes no template."""
    return permission_refusals(actor, Permission.TEMPLATE_PUBLISH)


def publish_template_refusals(actor: Actor, *, body: str, reason: str, same: bool) -> tuple[Refusal, ...]:
    """As `template_refusals`, and also the text and the reason."""
    reasons = list(template_refusals(actor))
    if not body.strip():
        reasons.append(Refusal("empty", "The template is empty", CLAUSE, "Write at least a heading."))
    if same:
        reasons.append(Refusal("same", "The text is the template in use", CLAUSE, "Change it, then publish it."))
    if len(reason.strip()) < SHORTEST_REASON:
        reasons.append(
            Refusal(
                "reason",
                f"The reason has fewer than {SHORTEST_REASON} characters",
                CLAUSE,
                "Say why the template changes.",
            )
        )
    return tuple(reasons)
