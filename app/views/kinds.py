"""How each kind of change is said on screen: as a heading, as a task, and as a question to the requester."""

from collections.abc import Mapping
from types import MappingProxyType

from core.policy.rules import INTO_USE, ChangeKind, Function

_TITLES: Mapping[ChangeKind, str] = MappingProxyType(
    {
        ChangeKind.FIRST_USE: "Approve {} for production",
        ChangeKind.NEW_VERSION: "Approve {} for production",
        ChangeKind.RESTRICTED_USE: "Restrict the use of {}",
        ChangeKind.POLICY_EXCEPTION: "Grant {} a policy exception",
        ChangeKind.ROLLBACK: "Return to {} in production",
        ChangeKind.RETIREMENT: "Retire {}",
    }
)
_DONE: Mapping[ChangeKind, str] = MappingProxyType(
    {
        ChangeKind.FIRST_USE: "Bring {} into production",
        ChangeKind.NEW_VERSION: "Bring {} into production",
        ChangeKind.RESTRICTED_USE: "Put the restriction of {} in force",
        ChangeKind.ROLLBACK: "Return to {} in production",
        ChangeKind.RETIREMENT: "Retire {}",
    }
)
_APPROVE: Mapping[ChangeKind, str] = MappingProxyType(
    {
        ChangeKind.FIRST_USE: "Approve for production",
        ChangeKind.NEW_VERSION: "Approve for production",
        ChangeKind.RESTRICTED_USE: "Approve the restriction",
        ChangeKind.POLICY_EXCEPTION: "Grant the exception",
        ChangeKind.ROLLBACK: "Approve the return",
        ChangeKind.RETIREMENT: "Approve the retirement",
    }
)
_EXECUTE: Mapping[ChangeKind, str] = MappingProxyType(
    {
        ChangeKind.FIRST_USE: "Bring into production",
        ChangeKind.NEW_VERSION: "Bring into production",
        ChangeKind.RESTRICTED_USE: "Put the restriction in force",
        ChangeKind.POLICY_EXCEPTION: "Put on record",
        ChangeKind.ROLLBACK: "Return to this version",
        ChangeKind.RETIREMENT: "Retire version",
    }
)


def title_of(kind: ChangeKind, subject: str, lifts: str = "") -> str:
    """What is asked of approvers: “Approve v1.2.0 for production”; `lifts`: the change whose restriction ends."""
    if lifts:
        return f"Lift the restriction of {subject}"
    return _TITLES[kind].format(subject)


def execution_of(kind: ChangeKind, subject: str, lifts: str = "") -> str:
    """What is left to do once it is approved: “Retire v1.2.0”; `lifts`: the change whose restriction ends."""
    if lifts:
        return f"Lift the restriction of {subject}"
    return _DONE.get(kind, "Carry out the change of {}").format(subject)


def approve_button(kind: ChangeKind, lifts: str = "") -> str:
    """The words on the button that signs an approval."""
    return "Approve lifting it" if lifts else _APPROVE[kind]


def execute_button(kind: ChangeKind, lifts: str = "") -> str:
    """The words on the button that carries an approved change out."""
    return "Lift the restriction" if lifts else _EXECUTE[kind]


def executed_said(kind: ChangeKind, *, at_once: bool) -> str:
    """What was done, said after that button; `at_once`: the plan has one step."""
    if kind not in INTO_USE:
        return "It was carried out."
    return "It was brought into production." if at_once else "The rollout has begun."


def functions_said(functions: frozenset[Function]) -> str:
    """Functions in one order, as in “compliance and legal”; empty when there are none."""
    words = sorted(functions)
    return " and ".join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else "".join(words)
