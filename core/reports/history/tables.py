"""Every table that a report may read, with how it goes back to a moment."""

from collections.abc import Mapping
from types import MappingProxyType

from core.access.tables import Person, RoleGrant
from core.inventory.tables import Dataset, Model, ModelVersion, ProductionPointer
from core.reports.history.rewinding import Rewound, Turn
from core.store.base import Row
from core.validation.tables import Finding

RETIRED = Turn("retired_at", {"retired_at": None, "retired_by": "", "retired_reason": ""})
REWOUND: Mapping[type[Row], Rewound] = MappingProxyType(
    {
        one.row: one
        for one in (
            Rewound(Person, "created_at"),
            Rewound(RoleGrant, "granted_at", (Turn("withdrawn_at", {"withdrawn_at": None, "withdrawn_by": None}),)),
            Rewound(Model, "registered_at", (RETIRED,)),
            Rewound(Dataset, "registered_at", (RETIRED,)),
            Rewound(ModelVersion, "created_at"),
            Rewound(ProductionPointer, "since"),
            Rewound(Finding, "raised_at"),
        )
    }
)
