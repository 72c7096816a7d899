"""Schedule: every kind of background work with its last and next run, who works, and what failed."""

from datetime import timedelta

import streamlit as st

from app.components import Back, head
from app.components.me import require
from app.composition import workplace
from app.views.confirmation import confirmation
from app.views.monitoring.backups import backups
from app.views.monitoring.schedule import history, live
from core.access.rules import Permission

EVERY = timedelta(seconds=5)

viewer, place = require(Permission.RECORD_READ), workplace()
head("Schedule", back=Back("monitoring", "Monitoring"))
confirmation()
st.fragment(live, run_every=EVERY)(place)
history(place, viewer)
backups(place)
