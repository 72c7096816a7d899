"""The sentences of the dossier that are not in its layout."""

TITLE = "Model dossier"
WHAT = "Everything on record about one version: record, changes, validation, fairness, findings, decision and history."
