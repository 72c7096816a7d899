"""Builds the dossier of a version from what is stored: one reading of the store, one frozen value."""

from core.reports.assembling.dossier import assemble

__all__ = ["assemble"]
