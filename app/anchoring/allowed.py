"""Whether the installation lets checkpoints go to an address."""

from app.anchoring.sending import allowed_folder
from app.composition import Workplace
from app.delivery.guard import check_address
from core.ledger.anchors.tables import Outside


def check_place(place: Workplace, kind: Outside, address: str) -> None:
    """Raises `GovernanceError` for a folder or a host that no setting names; a mailbox is always allowed."""
    if kind is Outside.FOLDER:
        allowed_folder(place, address.strip())
    if kind in (Outside.WITNESS, Outside.AUTHORITY):
        check_address(address.strip(), place.settings.anchor_hosts, "COUNTERSIGN_ANCHOR_HOSTS")
