"""The dossier as typeset pages."""
