"""Fills a fresh store with a generated organisation of any size, for measurements and for trying things out."""

from core.seeding.service import Sizes, seed, seed_refusals

__all__ = ["Sizes", "seed", "seed_refusals"]
