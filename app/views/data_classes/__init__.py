"""Columns with their classes: the table, the picture, the decision, and what holds for the data as a whole."""
