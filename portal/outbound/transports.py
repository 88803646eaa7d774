"""One delivery by its transport: mail server, folder or webhook."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import msgspec

from portal.commands.outbox.lease_deliveries import Delivery
from portal.domain.deal.mail import Mail
from portal.domain.order import work_order
from portal.errors import Sentence
from portal.outbound import folder, smtp, webhook
from portal.outbound.export import Export, export
from portal.outbound.smtp_url import parse_smtp_url
from portal.outbound.undelivered import Undelivered
from portal.rendering import mail
from portal.settings import Settings


class Transports:
    """Deliver by any transport. Mail servers and folders block, so they run in `threads` threads."""

    def __init__(self, settings: Settings, *, threads: int) -> None:
        self._settings = settings
        if settings.smtp_url:
            parse_smtp_url(settings.smtp_url)  # Misconfigured at the start, not with the first mail
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="transport")

    def close(self) -> None:
        self._threads.shutdown(wait=False)

    async def deliver(self, delivery: Delivery) -> None:
        """Return when the receiver has it; Undelivered when the attempt failed."""
        loop = asyncio.get_running_loop()
        match delivery.transport:
            case "mail":
                await loop.run_in_executor(self._threads, self._send_mail, delivery)
            case "folder":
                await loop.run_in_executor(self._threads, self._write_file, delivery)
            case "webhook":
                demo = self._settings.environment == "demo"
                await webhook.deliver(_export(delivery), delivery, loopback=demo)
            case other:
                sentence = Sentence("There is no way to deliver by %(other)s.", other=other)
                raise Undelivered(sentence, for_good=True)

    def _send_mail(self, delivery: Delivery) -> None:
        letter = msgspec.json.decode(delivery.payload, type=Mail)
        message = smtp.compose(
            letter,
            mail.render(letter, self._settings),
            self._settings,
            delivery=delivery.id,
            deal_id=delivery.deal_id,
            at=delivery.at,
        )
        smtp.send(message, self._settings.smtp_url or "")

    def _write_file(self, delivery: Delivery) -> None:
        folder.deliver(
            _export(delivery), delivery.target, delivery=delivery.id, files_dir=self._settings.files_dir
        )


def _export(delivery: Delivery) -> Export:
    return export(work_order.decode(delivery.kind, delivery.document), delivery.format)
