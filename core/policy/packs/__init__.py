"""Regulation packs: what each text asks for and what shows it, as data that ships or that the organisation adds."""

from core.policy.packs.shipped import packs
from core.policy.packs.values import Pack, PackItem, SourceStatus

__all__ = ["Pack", "PackItem", "SourceStatus", "packs"]
