"""The Faker provider: `fake.add_provider(ReceiptProvider)`, then `fake.delivery_receipt()`."""

from __future__ import annotations

from typing import Any, TypeVar

from receiptkit.contract import Contract
from receiptkit.generation.channels import channel
from receiptkit.generation.generator import Generator
from receiptkit.generation.one_receipt import ANY_STATUS, draw, make_single_world
from receiptkit.generation.rendering import WEBHOOK_URL
from receiptkit.generation.scenarios import ANY
from receiptkit.generation.world import World
from receiptkit.model.errors import UsageError
from receiptkit.model.exchange import WebhookRequest
from receiptkit.model.odd_arguments import explained_methods

try:
    from faker.providers import BaseProvider
except ImportError:
    raise UsageError("the provider needs Faker: pip install 'receiptkit[faker]'") from None

_Choice = TypeVar("_Choice")


@explained_methods
class ReceiptProvider(BaseProvider):
    """
    Delivery receipts of Twilio Conversations, and what goes with them.

    Faker's own random numbers decide, and so does `seed_instance`. Everything conforms to the
    contract document. Bodies are dicts as `json.loads` returns them.

    Args:
        generator: Faker's.
        contract: another contract than `documented`:
            `fake.add_provider(ReceiptProvider(fake, contract))`.
    """

    def __init__(self, generator: Any, contract: Contract | None = None) -> None:
        super().__init__(generator)
        self._generator = Generator(contract)

    # -- identifiers

    def account_sid(self) -> str:
        """Return the SID of an account: `AC…`."""
        return self._sid("account_sid")

    def chat_service_sid(self) -> str:
        """Return the SID of a Conversation Service: `IS…`."""
        return self._sid("chat_service_sid")

    def conversation_sid(self) -> str:
        """Return the SID of a conversation: `CH…`."""
        return self._sid("conversation_sid")

    def message_sid(self) -> str:
        """Return the SID of a message: `IM…`."""
        return self._sid("message_sid")

    def participant_sid(self) -> str:
        """Return the SID of a participant: `MB…`."""
        return self._sid("participant_sid")

    def receipt_sid(self) -> str:
        """Return the SID of a delivery receipt: `DY…`."""
        return self._sid("sid")

    def channel_message_sid(self, channel_name: str = "sms") -> str:
        """Return the SID of a message in its channel (sms, mms, whatsapp): `SM…`, `WA…`."""
        return self._generator.vocabulary.channel_maker(channel(channel_name).prefix)(
            self.generator.random
        )

    def _sid(self, name: str) -> str:
        return self._generator.vocabulary.makers[name](self.generator.random)

    # -- words

    def receipt_status(self) -> str:
        """Return a status of a delivery receipt, other than null."""
        return self._drawn(
            [status for status in self._generator.vocabulary.statuses if status is not None]
        )

    def receipt_error_code(self, channel_name: str = "sms") -> int:
        """Return an error code of a channel (sms, mms, whatsapp)."""
        own = channel(channel_name)
        return self._drawn(
            [code for code in self._generator.vocabulary.error_codes if code in own.codes]
            or list(own.usual)
        )

    # -- worlds and their renderings

    def receipt_world(self, scenario: str | None = None, **facts: Any) -> World:
        """
        Return a message and what became of it, for `receiptkit.generation.Generator` to render.

        Args:
            scenario: its name; one of all by default.
            facts: as for `Generator.world`: receipts, page_size, in_service, stream, start, set …
        """
        rng = self.generator.random
        return (
            self._generator.world(scenario, seed=rng, **facts)
            if scenario
            else self._generator.any_world(rng, **facts)
        )

    def delivery_receipt(
        self,
        *,
        status: str | None = ANY_STATUS,
        channel_name: str | None = None,
        error_code: int | None = ANY,
        in_service: bool = False,
    ) -> dict[str, Any]:
        """
        Return one delivery receipt.

        Args:
            status: its status, None for null; drawn by default.
            channel_name: sms, mms or whatsapp; drawn by default, so that it fits the status.
            error_code: of a failure, which the status then is; 0 or None for none.
            in_service: whether it is that of the service-scoped API.
        """
        world = self._one(status, channel_name, error_code, in_service=in_service)
        return self._generator.at(world).receipt()

    def receipt_page(self, scenario: str | None = None, **facts: Any) -> dict[str, Any]:
        """Return the first page of a list; the arguments are those of `receipt_world`."""
        return self._generator.at(self.receipt_world(scenario, **facts)).page()

    def receipt_pages(self, scenario: str | None = None, **facts: Any) -> list[dict[str, Any]]:
        """Return every page of a list, linked; the arguments are those of `receipt_world`."""
        return list(self._generator.at(self.receipt_world(scenario, **facts)).pages())

    def receipt_message(self, scenario: str | None = None, **facts: Any) -> dict[str, Any]:
        """Return a message with its summary; the arguments are those of `receipt_world`."""
        return self._generator.at(self.receipt_world(scenario, **facts)).message()

    def delivery_webhook(
        self,
        *,
        status: str = ANY_STATUS,
        channel_name: str | None = None,
        error_code: int | None = ANY,
    ) -> dict[str, str]:
        """Return the parameters of a webhook; the arguments are those of `delivery_receipt`."""
        webhooks = self._generator.webhooks(
            self._one(status, channel_name, error_code, has_webhook=True)
        )
        return webhooks.parameters(webhooks.events[-1])

    def delivery_requests(
        self,
        scenario: str | None = None,
        *,
        url: str = WEBHOOK_URL,
        method: str = "POST",
        auth_token: str | None = None,
        **facts: Any,
    ) -> list[WebhookRequest]:
        """
        Return the webhook requests of a world, in the order in which they arrive.

        Args:
            scenario: its name; one of all by default.
            url: where they go.
            method: how: POST or GET.
            auth_token: signs them.
            facts: as for `receipt_world`.
        """
        webhooks = self._generator.webhooks(self.receipt_world(scenario, **facts))
        return [
            webhooks.request(event, url, method=method, auth_token=auth_token)
            for event in webhooks.events
        ]

    # --

    def _one(self, *about: Any, **more: Any) -> World:
        """Return a world with one receipt, as `make_single_world` makes it."""
        return make_single_world(self._generator, self.generator.random, *about, **more)

    def _drawn(self, choices: list[_Choice]) -> _Choice:
        return draw(self.generator.random, choices)
