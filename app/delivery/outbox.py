"""Takes what is due from the outbox and sends it; the worker calls this between its jobs."""

from dataclasses import replace
from datetime import datetime

from app.alerting.sending import send_mail, send_to_service
from app.anchoring.sending import send_anchor
from app.composition import Workplace
from app.delivery.keys import master_key
from app.delivery.registry import point_alias
from app.delivery.sending import secret_of, send_alias, send_webhook
from core.access.personal_data.entrances import Entrance
from core.access.personal_data.gate import screened
from core.approval.hooks.service import hook
from core.approval.hooks.tables import WebhookEndpoint
from core.errors import NotFound
from core.jobs.outbox.service import Message, Outcome, settle_message, take_message
from core.jobs.outbox.tables import Channel
from core.monitoring.alerts.telling import tell_due


def deliver_once(place: Workplace, *, at: datetime) -> bool:
    """Send one message; False when none is due. What alerts have to tell by now becomes messages first."""
    tell_due(place.store, url=place.settings.public_url, mail=place.settings.mail is not None, at=at)
    message = take_message(place.store, at=at)
    if message is None:
        return False
    settle_message(place.store, message, _sent(place, message, at), at=at)
    return True


def _sent(place: Workplace, message: Message, at: datetime) -> Outcome:
    message = replace(
        message, body=screened(message.body, where=Entrance.MESSAGE).text
    )  # also what waited since before
    if message.channel is Channel.ANCHOR:
        return send_anchor(place, message, at)
    if message.channel is Channel.MAIL:
        return send_mail(place, message)
    if message.channel is Channel.SERVICE:
        return send_to_service(place, message)
    if message.channel is Channel.REGISTRY:
        return send_alias(message, lambda body: point_alias(place, body))
    with place.store.reading() as session:
        try:
            row = hook(session, message.receiver)
        except NotFound as missing:
            return Outcome(False, str(missing), 0)
    if not isinstance(row, WebhookEndpoint) or row.closed_at is not None:
        return Outcome(False, "Not sent: the webhook is closed", 0)
    return send_webhook(
        message,
        address=row.address,
        secret=secret_of(master_key(place), row.number, row.key),
        allowed=place.settings.webhook_hosts,
        at=at,
    )
