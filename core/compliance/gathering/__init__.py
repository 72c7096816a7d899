"""Reads the facts behind each check, for all models at once, in one statement each."""
