"""The parts of an update that are optional: without them it means the same.

Without any other part an update would mean something else. For example, a forwarded text would be
taken for the sender's own.
"""

from collections.abc import Mapping

PartPath = tuple[str | int, ...]
"""Where a part of an update is: names of fields, and positions in lists."""

OPTIONAL: Mapping[str, frozenset[str]] = {
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
"""Optional fields by the kind of update: they tell neither who sends it, nor where, nor what it
says."""
PARTLY_OPTIONAL: Mapping[str, frozenset[str]] = {
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
"""Required fields whose own fields are optional, by the kind of update."""
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
"""Parts of a message that tell where it is; they are required."""


def is_optional(part: PartPath) -> bool:
    """Tell whether an update means the same without a part."""
    if not part[1:]:
        return False  # the whole update, or its whole content
    kind, name, *inside = part
    if kind == "callback_query" and name == "message":
        return bool(inside) and tuple(inside) not in WHERE
    if part[1:] in WHERE:
        return False
    return name in OPTIONAL.get(str(kind), ()) or (
        bool(inside) and name in PARTLY_OPTIONAL.get(str(kind), ())
    )
