"""Retention: which data reach their end, what holds them, and what went."""

from app.components import Back, head
from app.components.me import require
from app.composition import now, workplace
from app.views.confirmation import confirmation
from app.views.data_classes.endings import endings_page
from core.access.rules import Permission

viewer, place, at = require(Permission.RECORD_READ), workplace(), now()
head(
    "Retention",
    ":gray[Timers remove data whose time is over, each on record; what is held stays]",
    back=Back("data_classes", "Classes of data"),
)
confirmation()
endings_page(place, at)
