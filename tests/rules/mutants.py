"""Every guard of the rules taken away, one at a time: branches, filters, parts of answers, and rows of the tables."""

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from tests.rules.loading import NAMES, Rules, load_rules, source_of


@dataclass(frozen=True)
class Mutant:
    """Rules with one guard gone; `name` says which."""

    name: str
    load: Callable[[], Rules]


def mutants() -> Iterator[Mutant]:
    """All of them, in the order of the modules."""
    for module in NAMES:
        yield from _branches(module)
    yield from _moves()
    yield from _permissions()
    yield from _toxic_pairs()
    yield from _small_tables()
    yield from _kinds()
    yield from _policy_tables()


Edit = Callable[[ast.AST], ast.AST | None]


def _branches(module: str) -> Iterator[Mutant]:
    tree = ast.parse(source_of(module))
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        for position, node in enumerate(ast.walk(function)):
            for what, edit in _edits(node):
                text = " ".join(ast.unparse(node).split())[:60]
                name = f"{module.removeprefix('core.')} {function.name}: {what} of “{text}”"
                yield Mutant(name, _edited(module, function.name, position, edit))


def _edited(module: str, function: str, position: int, edit: Edit) -> Callable[[], Rules]:
    def load() -> Rules:
        tree = ast.parse(source_of(module))
        holder = next(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == function)
        target = list(ast.walk(holder))[position]
        tree = _Replace(target, edit).visit(tree)
        return load_rules({module: ast.fix_missing_locations(tree)})

    return load


class _Replace(ast.NodeTransformer):
    """Puts `edit(target)` in the place of `target`."""

    def __init__(self, target: ast.AST, edit: Edit) -> None:
        self.target, self.edit = target, edit

    def visit(self, node: ast.AST) -> ast.AST | None:
        return self.edit(copy.deepcopy(node)) if node is self.target else self.generic_visit(node)


def _edits(node: ast.AST) -> Iterator[tuple[str, Edit]]:
    """How a guard can be neutralised, by the kind of syntax it is written in."""
    yield from _condition_edits(node)
    if isinstance(node, ast.Tuple | ast.List):
        for index, part in enumerate(node.elts):
            if isinstance(part, ast.Starred):
                yield f"part {index + 1}", lambda found, index=index: _without(found, index)
    if isinstance(node, ast.Dict):
        for index, value in enumerate(node.values):
            if isinstance(value, ast.Name):
                yield f"line {index + 1}", lambda found, index=index: _without_line(found, index)
    if isinstance(node, ast.AugAssign):
        yield "all", lambda _found: ast.Pass()
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "list":
        yield "all", lambda _found: ast.List([], ast.Load())


def _condition_edits(node: ast.AST) -> Iterator[tuple[str, Edit]]:
    if isinstance(node, ast.If | ast.IfExp):
        yield "never", lambda found: _with(found, test=ast.Constant(False))
        yield "always", lambda found: _with(found, test=ast.Constant(True))
    if isinstance(node, ast.comprehension) and node.ifs:
        yield "filter", lambda found: _with(found, ifs=[])
    if isinstance(node, ast.Return) and isinstance(node.value, ast.Compare):
        yield "no", lambda _found: ast.Return(ast.Constant(False))
        yield "yes", lambda _found: ast.Return(ast.Constant(True))


def _with(node: ast.AST, **fields: object) -> ast.AST:
    for name, value in fields.items():
        setattr(node, name, value)
    return node


def _without(node: ast.AST, index: int) -> ast.AST:
    assert isinstance(node, ast.Tuple | ast.List)
    del node.elts[index]
    return node


def _without_line(node: ast.AST, index: int) -> ast.AST:
    assert isinstance(node, ast.Dict)
    del node.keys[index], node.values[index]
    return node


def _table(change: Callable[[Rules], None]) -> Callable[[], Rules]:
    def load() -> Rules:
        rules = load_rules()
        change(rules)
        return rules

    return load


def _moves() -> Iterator[Mutant]:
    inventory = load_rules().inventory
    for index, move in enumerate(inventory.MOVES):
        name = f"moves: {move.action} from {move.source}"
        elsewhere = next(stage for stage in inventory.Stage if stage is not move.target)
        yield Mutant(f"{name}, gone", _table(_move_edit(index, None)))
        yield Mutant(f"{name}, for every reader", _table(_move_edit(index, {"permission": "RECORD_READ"})))
        yield Mutant(f"{name}, to {elsewhere}", _table(_move_edit(index, {"target": elsewhere.name})))
        if move.duty is not inventory.Duty.NONE:
            yield Mutant(f"{name}, no duty", _table(_move_edit(index, {"duty": "NONE"})))
    for stage in inventory.Stage:
        for action in inventory.Action:
            if (stage, action) not in inventory.BY_ACTION:
                yield Mutant(f"moves: {action} from {stage}, added", _table(_move_added(stage.name, action.name)))


def _move_edit(index: int, fields: dict[str, str] | None) -> Callable[[Rules], None]:
    def change(rules: Rules) -> None:
        inventory = rules.inventory
        kinds = {"permission": rules.access.Permission, "target": inventory.Stage, "duty": inventory.Duty}
        moves = list(inventory.MOVES)
        if fields is None:
            del moves[index]
        else:
            moves[index] = replace(moves[index], **{name: kinds[name][value] for name, value in fields.items()})
        _set_moves(rules, moves)

    return change


def _move_added(stage: str, action: str) -> Callable[[Rules], None]:
    def change(rules: Rules) -> None:
        inventory = rules.inventory
        known = next(move for move in inventory.MOVES if move.action.name == action)
        at = inventory.Stage[stage]
        _set_moves(rules, [*inventory.MOVES, replace(known, source=at, target=at)])

    return change


def _set_moves(rules: Rules, moves: list[object]) -> None:
    """As the module itself derives its look-ups from the table."""
    inventory = rules.inventory
    derived = {
        "MOVES": tuple(moves),
        "BY_ACTION": {(move.source, move.action): move for move in moves},  # type: ignore[attr-defined]
        "PERMISSION_OF": inventory.PERMISSION_OF | {move.action: move.permission for move in moves},  # type: ignore[attr-defined]
        "DUTY_OF": inventory.DUTY_OF | {move.action: move.duty for move in moves},  # type: ignore[attr-defined]
    }
    for part in rules.parts_of(inventory):
        part.__dict__.update(derived)


def _permissions() -> Iterator[Mutant]:
    access = load_rules().access
    for role in access.Role:
        for permission in access.Permission:
            verb = "loses" if permission in access.PERMISSIONS[role] else "gains"
            yield Mutant(f"permissions: {role} {verb} {permission}", _table(_toggled(role.name, permission.name)))


def _toggled(role: str, permission: str) -> Callable[[Rules], None]:
    def change(rules: Rules) -> None:
        access = rules.access
        held = dict(access.PERMISSIONS)
        held[access.Role[role]] = held[access.Role[role]] ^ {access.Permission[permission]}
        access.PERMISSIONS = held

    return change


def _toxic_pairs() -> Iterator[Mutant]:
    for index, (first, second) in enumerate(load_rules().access.TOXIC_PAIRS):

        def change(rules: Rules, index: int = index) -> None:
            pairs = list(rules.access.TOXIC_PAIRS)
            del pairs[index]
            rules.access.TOXIC_PAIRS = tuple(pairs)

        yield Mutant(f"toxic pairs: {first} and {second} may meet", _table(change))


def _policy_tables() -> Iterator[Mutant]:
    """The tables of a draft's life: a status more or less, a permission for all, an act for anybody."""
    life = load_rules().policy
    for act in life.DraftAct:
        for status in life.DraftStatus:
            yield Mutant(f"drafts: {act} when {status}, toggled", _table(_draft_status(act.name, status.name)))
        yield Mutant(f"drafts: {act}, for every reader", _table(_draft_permission(act.name)))
        for name in ("OF_THE_AUTHOR", "OF_ANOTHER", "NEEDS_A_POLICY"):
            if act in getattr(life, name):
                yield Mutant(f"drafts: {name} without {act}", _table(_fewer("policy", name, act.name)))


def _draft_status(act: str, status: str) -> Callable[[Rules], None]:
    def change(rules: Rules) -> None:
        life = rules.policy
        key = life.DraftAct[act]
        life.FROM = {**life.FROM, key: life.FROM[key] ^ {life.DraftStatus[status]}}

    return change


def _draft_permission(act: str) -> Callable[[Rules], None]:
    def change(rules: Rules) -> None:
        life = rules.policy
        life.PERMISSION_OF = {**life.PERMISSION_OF, life.DraftAct[act]: rules.access.Permission.RECORD_READ}

    return change


def _small_tables() -> Iterator[Mutant]:
    """Vocabularies on which a guard rests: one member less, and a tier one lower."""
    holders = (
        ("validation", "BLOCKING"),
        ("validation", "PENDING"),
        ("approval", "OPEN"),
        ("approval", "BRINGS"),
        ("inventory", "CLOSED"),
        ("access", "TOKEN_SCOPES"),
        ("rollout", "FURTHER"),
        ("rollout", "SAID"),
        ("rollout", "REHEARSABLE"),
        ("rollout", "SERVABLE"),
    )
    for module, name in holders:
        for member in sorted(getattr(getattr(load_rules(), module), name)):
            yield Mutant(f"{name} without {member}", _table(_fewer(module, name, member.name)))
    for key in load_rules().inventory.TIERS:
        yield Mutant(f"tiers: {' and '.join(key)}", _table(_lower_tier(key[0].name, key[1].name)))


def _kinds() -> Iterator[Mutant]:
    """A stage more or less in which a version may stand for a change beside its life cycle."""
    rules = load_rules()
    for kind in rules.approval.STAGES_OF:
        for stage in rules.inventory.Stage:
            yield Mutant(f"kinds: {kind} of a version that is {stage}, toggled", _table(_kind_stage(kind, stage.name)))


def _kind_stage(kind: object, stage: str) -> Callable[[Rules], None]:
    def change(rules: Rules) -> None:
        table = dict(rules.approval.STAGES_OF)
        table[kind] = table[kind] ^ {rules.inventory.Stage[stage]}
        for part in rules.parts_of(rules.approval):
            part.__dict__["STAGES_OF"] = table

    return change


def _fewer(module: str, name: str, member: str) -> Callable[[Rules], None]:
    def change(rules: Rules) -> None:
        holder = getattr(rules, module)
        fewer = frozenset(one for one in getattr(holder, name) if one.name != member)
        for part in rules.parts_of(holder):
            setattr(part, name, fewer)

    return change


def _lower_tier(exposure: str, purpose: str) -> Callable[[Rules], None]:
    def change(rules: Rules) -> None:
        inventory = rules.inventory
        inventory.TIERS[inventory.Exposure[exposure], inventory.Purpose[purpose]] += 1

    return change
