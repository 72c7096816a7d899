"""The embedded OpenID provider: one client, which is this application, and the accounts of the store."""

from app.signin.provider.routes import provider_routes

__all__ = ["provider_routes"]
