"""What a person can send: the fields of requests, and the fields of messages."""

from base64 import b64decode
from binascii import Error as Base64Error
from dataclasses import dataclass, fields
from typing import Annotated, Literal

from telegram_playground.annotated import Length, Pattern
from telegram_playground.contents import contact_content, dice_content, location_content
from telegram_playground.control_requests import Id
from telegram_playground.errors import ControlError
from telegram_playground.files import file_content, keep_file
from telegram_playground.formatting import finish_text
from telegram_playground.polls import poll_content
from telegram_playground.state import Json
from telegram_playground.telegram import Telegram


@dataclass(kw_only=True)
class SharedContact:
    """A contact; it is the person's own if `user_id` is theirs."""

    phone_number: str
    first_name: str
    last_name: str | None = None
    user_id: Id | None = None
    vcard: str | None = None


@dataclass(kw_only=True)
class SharedLocation:
    """A location, in degrees."""

    latitude: float
    longitude: float


@dataclass(kw_only=True)
class NewPoll:
    """A poll or quiz; `correct_option_id` is the position of the right option, counted from 0."""

    question: str
    options: list[str]
    type: Literal["regular", "quiz"] = "regular"
    correct_option_id: int | None = None
    is_anonymous: bool = True
    allows_multiple_answers: bool = False


@dataclass(kw_only=True)
class SharedUsers:
    """Users chosen for a button with this `request_id`."""

    request_id: int
    user_ids: Annotated[list[int], Length(1, 10)]


@dataclass(kw_only=True)
class SharedChat:
    """A chat chosen for a button with this `request_id`."""

    request_id: int
    chat_id: int


@dataclass(kw_only=True)
class NewBot:
    """A bot created for a button with this `request_id`, which the requesting bot manages."""

    request_id: int
    name: Annotated[str, Length(1, 64)]
    username: Annotated[str, Pattern(r"[A-Za-z]\w{1,28}[Bb][Oo][Tt]")]


@dataclass(kw_only=True)
class PageData:
    """Data sent by a Mini App that a reply button opened."""

    button_text: str
    data: Annotated[str, Length(0, 4096)]


@dataclass(kw_only=True)
class NewFile:
    """A file; `data` is its bytes in base64."""

    name: str = "file"
    data: str


@dataclass(kw_only=True)
class Content:
    """The content of a message: exactly one of these fields, and a caption for a file."""

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

    def __post_init__(self) -> None:
        kinds = {field.name for field in fields(Content)} - {"caption"}
        if sum(getattr(self, kind) is not None for kind in kinds) != 1:
            raise ValueError(f"exactly one of {', '.join(sorted(kinds))} is expected")


@dataclass(kw_only=True)
class NewMessage(Content):
    """A message that a person sends.

    Attributes:
        person: The id of the person.
        topic: The `message_thread_id` of the topic.
        reply_to: The id of the message to reply to.
        anonymous: Whether an administrator writes in the group's name.
    """

    person: int
    topic: int | None = None
    reply_to: int | None = None
    anonymous: bool = False


def content_fields(telegram: Telegram, content: Content) -> Json:
    """Give the fields of a person's message, except for answers to request buttons.

    Raises:
        BadRequestError: If Telegram would refuse the content.
        ControlError: If a file is not base64.
    """
    if content.text is not None:
        return text_fields(content.text)
    if content.contact is not None:
        shown = contact_content(vars(content.contact))
        if content.contact.user_id is not None:
            shown["contact"]["user_id"] = content.contact.user_id
        return shown
    if content.location is not None:
        return location_content(vars(content.location))
    if content.poll is not None:
        correct = content.poll.correct_option_id
        return poll_content(
            {"question": finish_text(content.poll.question, [])[0]},
            [{"text": finish_text(option, [])[0]} for option in content.poll.options],
            type_=content.poll.type,
            correct=None if correct is None else [correct],
            is_anonymous=content.poll.is_anonymous,
            allows_multiple_answers=content.poll.allows_multiple_answers,
        )
    if content.dice is not None:
        return dice_content(content.dice or None)
    return _file_fields(telegram, content)


def text_fields(text: str, names: tuple[str, str] = ("text", "entities")) -> Json:
    """Give the fields of a message with a text that a person typed.

    Args:
        text: The text.
        names: The names of the fields for the text and its entities.

    Raises:
        BadRequestError: If the text is blank or too long.
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
        raise ControlError("the data of a file must be base64") from None
    shown = file_content(keep_file(telegram, data, file.name, kind))
    if content.caption and content.caption.strip():
        shown |= text_fields(content.caption, ("caption", "caption_entities"))
    return shown
