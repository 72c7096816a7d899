"""The rules as a bundle of modules, so that the same proofs run on what ships and on rules with a guard gone."""

import ast
import importlib.util
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from pathlib import Path
from types import CodeType, ModuleType

APPROVAL = tuple(f"core.approval.rules.{part}" for part in ("vocabulary", "asking", "review", "ballots", "following"))
INVENTORY = tuple(f"core.inventory.rules.{part}" for part in ("life", "materiality", "numbers"))
PERMISSIONS = "core.access.rules.permissions"
REACH = "core.access.rules.reach"
GRANTS = tuple(f"core.access.rules.{part}" for part in ("granting", "break_glass", "reviewing", "dormancy"))
NAMES = (
    PERMISSIONS,
    REACH,
    "core.access.rules",
    *INVENTORY,
    "core.inventory.rules",
    "core.validation.rules",
    "core.policy.exceptions.rules",
    "core.approval.code.rules",
    *APPROVAL,
    "core.approval.rules",
    "core.policy.life",
    "core.validation.requiring",
    "core.approval.rollout.rules",
    *GRANTS,
)


@dataclass(frozen=True)
class Rules:
    """The modules of rules; each took the names it imports from the others of the same bundle."""

    access: ModuleType
    inventory: ModuleType
    validation: ModuleType
    exceptions: ModuleType
    code: ModuleType
    approval: ModuleType
    policy: ModuleType
    requiring: ModuleType
    rollout: ModuleType
    parts: Mapping[str, ModuleType]

    def parts_of(self, module: ModuleType) -> list[ModuleType]:
        """The module with those that it gathers."""
        return [part for name, part in self.parts.items() if name.startswith(module.__name__)]


@cache
def source_of(name: str) -> str:
    """The text of one module of rules."""
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).read_text(encoding="utf-8")


@cache
def compiled(name: str) -> CodeType:
    """The code of one module of rules as it ships; most of the modules of a bundle with a guard gone are these."""
    return compile(source_of(name), name, "exec")


@cache
def _shipped() -> Rules:
    """A bundle that nobody changes."""
    return load_rules()


def load_rules(edited: Mapping[str, ast.Module] | None = None) -> Rules:
    """Load all modules anew, with the trees in `edited` in place of their own.

    Modules before the first that is edited know nothing of it, so those are the same in all such bundles.
    """
    for name in NAMES:  # found before any module is put in the place of another
        source_of(name)
    loaded: dict[str, ModuleType] = {}
    if edited:
        loaded |= {name: _shipped().parts[name] for name in takewhile(lambda name: name not in edited, NAMES)}
    former = {name: sys.modules.get(name) for name in NAMES}
    try:
        sys.modules.update(loaded)
        for name in NAMES[len(loaded) :]:
            tree = (edited or {}).get(name)
            module = ModuleType(name)
            sys.modules[name] = module
            exec(compile(tree, name, "exec") if tree else compiled(name), module.__dict__)
            loaded[name] = module
    finally:
        for name, module_before in former.items():
            if module_before is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = module_before
    bundle = [loaded[name] for name in NAMES if name not in (PERMISSIONS, REACH, *GRANTS, *INVENTORY, *APPROVAL)]
    return Rules(*bundle, loaded)
