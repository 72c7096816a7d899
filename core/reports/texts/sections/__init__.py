"""The words of the dossier's sections."""
