"""What of an update is beside the point, so that it means the same without it.

An update without any other part would mean something else: a forwarded text, say, would be
taken for the sender's own.
"""

from collections.abc import Mapping

Place = tuple[str | int, ...]
"""Where a part of an update stands: names of fields, and places in lists."""

BESIDE: Mapping[str, frozenset[str]] = {
    "message": frozenset(
        {
            "author_signature",
            "caption_entities",
            "edit_date",
            "effect_id",
            "entities",
            "external_reply",
            "link_preview_options",
            "media_group_id",
            "paid_star_count",
            "quote",
            "reply_markup",
            "reply_to_checklist_task_id",
            "reply_to_story",
            "sender_boost_count",
            "sender_tag",
            "suggested_post_info",
        }
    ),
    "inline_query": frozenset({"chat_type", "location"}),
    "chosen_inline_result": frozenset({"location"}),
    "my_chat_member": frozenset({"invite_link", "via_join_request", "via_chat_folder_invite_link"}),
}
"""Fields that tell neither who sends an update, nor where, nor what it says, by its kind. An
update without one of them means the same; without another it would mean something else, such as
a forwarded text that is taken for one's own."""
INSIDE: Mapping[str, frozenset[str]] = {
    "message": frozenset(
        {
            "chat",
            "forward_origin",
            "from",
            "location",
            "pinned_message",
            "refunded_payment",
            "reply_to_message",
            "sender_chat",
            "successful_payment",
            "via_bot",
        }
    ),
    "inline_query": frozenset({"from"}),
    "chosen_inline_result": frozenset({"from"}),
    "my_chat_member": frozenset({"chat", "from", "old_chat_member", "new_chat_member"}),
    "callback_query": frozenset({"from"}),
    "shipping_query": frozenset({"from"}),
    "pre_checkout_query": frozenset({"from"}),
}
"""Fields that must be there, but may lack optional parts."""
WHERE = frozenset(
    {
        ("business_connection_id",),
        ("chat",),
        ("chat", "is_direct_messages"),
        ("chat", "is_forum"),
        ("direct_messages_topic",),
        ("is_topic_message",),
        ("message_thread_id",),
    }
)
"""Parts of a message that tell where it is."""


def is_beside(place: Place) -> bool:
    """Tell whether an update means the same without a part."""
    if len(place) < 2:  # noqa: PLR2004 - the whole update, or all that is in it
        return False
    kind, name, *inside = place
    if kind == "callback_query" and name == "message":
        return bool(inside) and tuple(inside) not in WHERE
    if place[1:] in WHERE:
        return False
    return name in BESIDE.get(str(kind), ()) or (bool(inside) and name in INSIDE.get(str(kind), ()))
