"""Every act of the matrix as a call of its real use case; what must be there first is made by those who may."""

from collections.abc import Mapping
from types import MappingProxyType

from core.assurance.drill.acts.access import ACCESS
from core.assurance.drill.acts.changes import CHANGES
from core.assurance.drill.acts.play import NothingThere as NothingThere
from core.assurance.drill.acts.play import Play
from core.assurance.drill.acts.records import RECORDS
from core.assurance.drill.acts.validation import VALIDATION

PLAYS: Mapping[str, Play] = MappingProxyType({**VALIDATION, **CHANGES, **RECORDS, **ACCESS})
