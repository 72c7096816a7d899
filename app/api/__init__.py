"""The REST API for pipelines."""

from app.api.application import api

__all__ = ["api"]
