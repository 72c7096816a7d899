"""The permission monitor: what the ledger says of 10,000 people held against the tables, in memory and from the store.

Run: python -m benchmarks.permissions [--people N] [--events N]
"""

import argparse
import random
from datetime import UTC, datetime, timedelta

from benchmarks.measuring import most_resident, timed
from core.assurance.permissions.replaying import replay
from core.assurance.permissions.rules import Said, differences

ROLES = ("owner", "developer", "validator", "approver", "auditor")
AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
Entry = tuple[str, str, dict[str, object]]


def entries(people: int, events: int) -> list[Entry]:
    """People who are added, given roles, and lose some again; two of them are disabled."""
    chance = random.Random(1)
    made: list[Entry] = [("person.added", f"P{number:05d}", {}) for number in range(people)]
    standing: list[tuple[str, str, str]] = []
    while len(made) < events - 2:
        person, number = f"P{chance.randrange(people):05d}", str(len(made))
        if standing and chance.random() < 0.3:
            whose, role, grant = standing.pop(chance.randrange(len(standing)))
            made.append(("role.withdrawn", whose, {"role": role, "grants": grant}))
            continue
        role = chance.choice(ROLES)
        ends = (AT + timedelta(days=chance.randrange(1, 400))).isoformat() if chance.random() < 0.5 else ""
        made.append(("role.granted", person, {"role": role, "grant": number, "ends_at": ends, "reach": ""}))
        standing.append((person, role, number))
    return [*made, ("person.disabled", "P00000", {}), ("person.disabled", "P00001", {})]


def replayed(made: list[Entry]) -> Said:
    """What holds after all of them."""
    said = Said()
    for action, entity, payload in made:
        replay(said, action, entity, payload)
    return said


def main() -> None:
    """Time the replay and the comparison; one row is changed and must be found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--events", type=int, default=60_002)
    given = parser.parse_args()
    made = entries(given.people, given.events)
    live = replayed(made)
    changed = next(grant for grant in live.grants.values() if not grant.withdrawn)
    changed.what = "role administrator"
    took, said = timed(lambda: replayed(made))
    compared, found = timed(lambda: differences(said, live, at=AT))
    print("| people | entries | grants | replay | comparison | found | memory |")
    print("|---:|---:|---:|---:|---:|---:|---:|")
    print(
        f"| {given.people:,} | {len(made):,} | {len(live.grants):,} | {took} | {compared} | {len(found)} | "
        f"{most_resident():.1f} GB |"
    )


if __name__ == "__main__":
    main()
