"""Updates of business and guest chats, which the bot does not serve: they are ignored."""

from typing import Any

from aiohttp import ClientSession

from telegram_playground import Playground
from tests.app.test_webhook import HEADER, by_webhook
from tests.support.tally import Tally

CLARA: dict[str, Any] = {"id": 777_000_777, "is_bot": False, "first_name": "Clara Privatissima"}
CHAT: dict[str, Any] = {"id": CLARA["id"], "type": "private", "first_name": CLARA["first_name"]}
MESSAGE: dict[str, Any] = {
    "message_id": 7,
    "date": 1_760_000_000,
    "chat": CHAT,
    "from": CLARA,
    "text": "/numbers my secret",
    "entities": [{"type": "bot_command", "offset": 0, "length": 8}],
}
BUSINESS: dict[str, Any] = {**MESSAGE, "business_connection_id": "b1"}
UNASKED: dict[str, dict[str, Any]] = {
    "business_connection": {
        "id": "b1",
        "user": CLARA,
        "user_chat_id": CLARA["id"],
        "date": 1_760_000_000,
        "is_enabled": True,
    },
    "business_message": BUSINESS,
    "edited_business_message": {**BUSINESS, "edit_date": 1_760_000_001},
    "deleted_business_messages": {
        "business_connection_id": "b1",
        "chat": CHAT,
        "message_ids": [7],
    },
    "guest_message": {**MESSAGE, "guest_query_id": "g1"},
    "edited_message": {**MESSAGE, "edit_date": 1_760_000_001},
    "channel_post": {**MESSAGE, "chat": {"id": -1007, "type": "channel", "title": "Privata"}},
    "of_a_newer_bot_api": {"from": CLARA},
}


async def test_updates_of_business_and_guest_chats_are_neither_requested_nor_handled(
    own_playground: Playground, own_tally: Tally
) -> None:
    own_tally.settings["WEBHOOK_SECRET"] = "open-sesame"
    address = by_webhook(own_tally)
    await own_tally.start()
    await own_tally.until_logged("webhook_set")
    await own_tally.until_logged("commands_announced")
    (webhook,) = await own_playground.calls("setWebhook")
    asked = webhook.params["allowed_updates"]
    assert "message" in asked
    assert not [kind for kind in asked if "business" in kind or "guest" in kind]

    before = await own_playground.call_count()
    async with ClientSession(headers={HEADER: "open-sesame"}) as session:
        for number, (kind, content) in enumerate(UNASKED.items()):
            update = {"update_id": 9_000_000 + number, kind: content}
            async with session.post(address, json=update) as answer:
                assert answer.status == 200
                assert await answer.read() == b""
    ann = await own_playground.person("Ann")
    await ann.send("/numbers")
    assert (await ann.receive()).text == "Specify the number: 0"

    called = await own_playground.calls(after=before)
    assert not [call for call in called if str(CLARA["id"]) in str(call.params)]
    log = own_tally.log.read_text()
    assert not [word for word in ("Privat", "secret", str(CLARA["id"])) if word in log]
    assert '"level": "error"' not in log
    async with own_tally.redis() as redis:
        assert await redis.keys(f"*{CLARA['id']}*") == []
    assert own_tally.known(CLARA["id"]) is None
