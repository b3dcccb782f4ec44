"""What a person can send, as it comes in and as fields of a message."""

from base64 import b64decode
from binascii import Error as Base64Error
from typing import Literal

from pydantic import Field, model_validator

from telegram_playground.contents import contact_content, dice_content, location_content
from telegram_playground.control_requests import Id, Strict
from telegram_playground.errors import ControlError
from telegram_playground.files import file_content, keep_file
from telegram_playground.formatting import finish_text
from telegram_playground.polls import poll_content
from telegram_playground.state import Json
from telegram_playground.telegram import Telegram


class SharedContact(Strict):
    """A phone number: one's own if `user_id` is one's own, or anybody's."""

    phone_number: str
    first_name: str
    last_name: str | None = None
    user_id: Id | None = None
    vcard: str | None = None


class SharedLocation(Strict):
    """A point on the map, in degrees."""

    latitude: float
    longitude: float


class NewPoll(Strict):
    """A poll or quiz; `correct_option_id` is the right option's place, from 0."""

    question: str
    options: list[str]
    type: Literal["regular", "quiz"] = "regular"
    correct_option_id: int | None = None
    is_anonymous: bool = True
    allows_multiple_answers: bool = False


class SharedUsers(Strict):
    """Persons chosen for a button with this `request_id`."""

    request_id: int
    user_ids: list[int] = Field(min_length=1)


class SharedChat(Strict):
    """A chat chosen for a button with this `request_id`."""

    request_id: int
    chat_id: int


class NewBot(Strict):
    """A bot made for a button with this `request_id`, to be managed by the one that asked."""

    request_id: int
    name: str = Field(min_length=1, max_length=64)
    username: str = Field(pattern=r"^[A-Za-z]\w{1,28}[Bb][Oo][Tt]$")


class PageData(Strict):
    """What a Mini App opened by a reply button sends."""

    button_text: str
    data: str = Field(max_length=4096)


class NewFile(Strict):
    """A file, its bytes as base64."""

    name: str = "file"
    data: str


class Content(Strict):
    """What a message says: exactly one of these, and a caption for a file."""

    text: str | None = None
    contact: SharedContact | None = None
    location: SharedLocation | None = None
    poll: NewPoll | None = None
    users_shared: SharedUsers | None = None
    chat_shared: SharedChat | None = None
    managed_bot: NewBot | None = None
    web_app_data: PageData | None = None
    photo: NewFile | None = None
    document: NewFile | None = None
    dice: str | None = None
    caption: str | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> "Content":
        kinds = Content.model_fields.keys() - {"caption"}
        if sum(getattr(self, kind) is not None for kind in kinds) != 1:
            raise ValueError(f"exactly one of {', '.join(sorted(kinds))} is expected")
        return self


class NewMessage(Content):
    """What a person is about to send.

    Attributes:
        person: Their id.
        topic: The `message_thread_id` of the topic to send it to.
        reply_to: The id of the message to reply to.
        anonymous: Whether to send it in the group's name.
    """

    person: int
    topic: int | None = None
    reply_to: int | None = None
    anonymous: bool = False


def content_fields(telegram: Telegram, content: Content) -> Json:
    """The fields of a message for what a person sends, but for what answers a request button.

    Raises:
        BadRequestError: If Telegram would not take it.
        ControlError: If a file can't be read.
    """
    if content.text is not None:
        return text_fields(content.text)
    if content.contact is not None:
        fields = contact_content(content.contact)
        if content.contact.user_id is not None:
            fields["contact"]["user_id"] = content.contact.user_id
        return fields
    if content.location is not None:
        return location_content(content.location)
    if content.poll is not None:
        correct = content.poll.correct_option_id
        return poll_content(
            content.poll.question,
            content.poll.options,
            type_=content.poll.type,
            correct=None if correct is None else [correct],
            is_anonymous=content.poll.is_anonymous,
            allows_multiple_answers=content.poll.allows_multiple_answers,
        )
    if content.dice is not None:
        return dice_content(content.dice or None)
    return _file_fields(telegram, content)


def text_fields(text: str, names: tuple[str, str] = ("text", "entities")) -> Json:
    """The fields of a message with a text that somebody has typed.

    Raises:
        BadRequestError: If there is nothing in it, or too much.
    """
    shown, entities = finish_text(text, [])
    return {names[0]: shown, names[1]: entities} if entities else {names[0]: shown}


def _file_fields(telegram: Telegram, content: Content) -> Json:
    kind = "photo" if content.photo is not None else "document"
    file = content.photo or content.document
    if file is None:
        return {}
    try:
        data = b64decode(file.data, validate=True)
    except Base64Error:
        raise ControlError("a file's data is base64") from None
    fields = file_content(keep_file(telegram, data, file.name, kind))
    if content.caption and content.caption.strip():
        fields |= text_fields(content.caption, ("caption", "caption_entities"))
    return fields
