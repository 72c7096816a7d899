"""Documents from templates: filled from the record, edited by a person, kept as versions."""
