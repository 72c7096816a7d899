"""Second factors as this installation asks for them: the key of their secrets, and who must have one."""

from app.composition import Workplace
from app.signin.secrets import load_factor_key
from core.access.rules import Actor
from core.access.rules.factors import Demand, factor_demanded
from core.access.second_factor.codes import factor_of
from core.access.second_factor.proving import Factors


def factors_of(place: Workplace) -> Factors:
    """What use cases need to look at codes."""
    return Factors(load_factor_key(place.settings.data_dir / "signin"), mail=place.settings.mail is not None)


def must_set_up(place: Workplace, actor: Actor) -> bool:
    """Whether this person signs in here, must have a second factor and has none: they can do nothing else."""
    settings = place.settings
    if settings.provider is not None or settings.second_factor is Demand.OPTIONAL:
        return False
    if not factor_demanded(settings.second_factor, actor.roles):
        return False
    with place.store.reading() as session:
        return factor_of(session, actor.id) is None
