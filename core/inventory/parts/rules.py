"""The parts of a system beside its models, and how one bears on another."""

from enum import StrEnum


class AssetKind(StrEnum):
    """What is inventoried beside models and datasets."""

    PROMPT = "prompt"
    WORKFLOW = "workflow"
    DECISION_POINT = "decision point"
    VENDOR = "vendor"


class NodeKind(StrEnum):
    """Everything that a link can begin or end at."""

    MODEL = "model"
    DATASET = "dataset"
    PROMPT = "prompt"
    WORKFLOW = "workflow"
    DECISION_POINT = "decision point"
    VENDOR = "vendor"


class Relation(StrEnum):
    """How the source bears on the target; every relation leads from what is needed to what needs it."""

    FEEDS = "feeds"
    TRAINS = "trains"
    TESTS = "tests"
    INSTRUCTS = "instructs"
    LEADS_TO = "leads to"
    SUPPLIES = "supplies"
