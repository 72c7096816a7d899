"""Whether this process lives, and whether it is ready for people and pipelines."""

from app.health.routes import health_routes as health_routes
