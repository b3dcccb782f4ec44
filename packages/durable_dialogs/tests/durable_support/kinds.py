"""An update of each kind, as Telegram posts it."""

from typing import Any

ANN = {"id": 5, "is_bot": False, "first_name": "Ann"}
GROUP = {"id": -1001234567890, "type": "supergroup", "title": "Friends", "is_forum": True}
CHANNEL = {"id": -1009876543210, "type": "channel", "title": "News"}
BASIC: dict[str, Any] = {"message_id": 1, "date": 1_760_000_000, "chat": GROUP}
MESSAGE = {**BASIC, "from": ANN, "text": "12", "message_thread_id": 7, "is_topic_message": True}
MEMBER = {
    "chat": GROUP,
    "from": ANN,
    "date": 1_760_000_000,
    "old_chat_member": {"status": "left", "user": ANN},
    "new_chat_member": {"status": "member", "user": ANN},
}
PRESS = {"id": "q", "from": ANN, "chat_instance": "c", "data": "d"}
PRICE = {"currency": "XTR", "total_amount": 1, "invoice_payload": "p"}
BOOST = {"boost_id": "b", "add_date": 1, "source": {"source": "premium", "user": ANN}}
POLL = {
    "id": "p",
    "question": "?",
    "options": [],
    "total_voter_count": 0,
    "is_closed": False,
    "is_anonymous": True,
    "type": "regular",
    "allows_multiple_answers": False,
    "allows_revoting": False,
    "members_only": False,
}

UPDATES: list[tuple[str, dict[str, Any]]] = [
    *((kind, MESSAGE) for kind in ("message", "edited_message", "guest_message")),
    *((kind, MESSAGE) for kind in ("business_message", "edited_business_message")),
    ("message", {**MESSAGE, "chat": {"id": 5, "type": "private", "first_name": "Ann"}}),
    ("message", {**MESSAGE, "reply_to_message": {**BASIC, "chat": CHANNEL}}),
    *((kind, {**BASIC, "chat": CHANNEL}) for kind in ("channel_post", "edited_channel_post")),
    ("callback_query", {**PRESS, "message": MESSAGE}),
    ("callback_query", {**PRESS, "message": {"message_id": 1, "date": 0, "chat": GROUP}}),
    ("callback_query", {**PRESS, "inline_message_id": "AgAAAB"}),
    ("callback_query", PRESS),
    ("inline_query", {"id": "i", "from": ANN, "query": "", "offset": ""}),
    ("chosen_inline_result", {"result_id": "r", "from": ANN, "query": ""}),
    (
        "chosen_inline_result",
        {"result_id": "r", "from": ANN, "query": "", "inline_message_id": "A"},
    ),
    ("pre_checkout_query", {"id": "i", "from": ANN, **PRICE}),
    (
        "shipping_query",
        {
            "id": "i",
            "from": ANN,
            "invoice_payload": "p",
            "shipping_address": dict.fromkeys(
                ("country_code", "state", "city", "street_line1", "street_line2", "post_code"), "x"
            ),
        },
    ),
    ("my_chat_member", MEMBER),
    ("chat_member", MEMBER),
    ("chat_join_request", {"chat": GROUP, "from": ANN, "user_chat_id": 5, "date": 1}),
    ("poll_answer", {"poll_id": "p", "user": ANN, "option_ids": [], "option_persistent_ids": []}),
    (
        "poll_answer",
        {"poll_id": "p", "voter_chat": CHANNEL, "option_ids": [], "option_persistent_ids": []},
    ),
    (
        "message_reaction",
        {
            "chat": GROUP,
            "message_id": 1,
            "user": ANN,
            "date": 1,
            "old_reaction": [],
            "new_reaction": [],
        },
    ),
    ("message_reaction_count", {"chat": GROUP, "message_id": 1, "date": 1, "reactions": []}),
    ("chat_boost", {"chat": CHANNEL, "boost": {**BOOST, "expiration_date": 2}}),
    (
        "removed_chat_boost",
        {"chat": CHANNEL, "boost_id": "b", "remove_date": 1, "source": BOOST["source"]},
    ),
    (
        "business_connection",
        {"id": "b", "user": ANN, "user_chat_id": 5, "date": 1, "is_enabled": True},
    ),
    (
        "deleted_business_messages",
        {"business_connection_id": "b", "chat": GROUP, "message_ids": [1]},
    ),
    ("purchased_paid_media", {"from": ANN, "paid_media_payload": "p"}),
]
NOBODYS: list[tuple[str, dict[str, Any]]] = [("poll", POLL)]
"""Updates of no chat and no person: they are carried out wherever they come."""
