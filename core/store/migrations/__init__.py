"""The schema's history, applied by Alembic; also used by the tests, so that they run on what ships."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

HERE = Path(__file__).resolve().parent


def configuration(engine: Engine) -> Config:
    """Alembic's settings for this engine, without a file of their own."""
    settings = Config()
    settings.set_main_option("script_location", str(HERE))
    settings.attributes["engine"] = engine
    return settings


def upgrade(engine: Engine) -> None:
    """Apply what is missing, in one transaction a migration."""
    command.upgrade(configuration(engine), "head")
