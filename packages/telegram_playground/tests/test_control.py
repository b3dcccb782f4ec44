"""The persons' side over HTTP: who may send requests, and which."""

from collections.abc import AsyncIterator
from io import BytesIO

import pytest
from aiohttp import ClientResponse, ClientSession

from telegram_playground import Person, Playground, Server

JSON = {"Content-Type": "application/json"}


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    """Give a session for requests that the client does not send."""
    async with ClientSession() as own:
        yield own


async def error(response: ClientResponse, status: int) -> str:
    """Read the text of a refusal."""
    assert response.status == status
    return str((await response.json())["error"])


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "tea.example"},
        {"Host": "tea.example:8081"},
        {"Host": "127.0.0.1.tea.example"},
        {"Origin": "http://tea.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "null"},
    ],
)
async def test_other_web_pages_are_refused(
    playground: Playground, session: ClientSession, headers: dict[str, str]
) -> None:
    async with session.get(f"{playground.url}/control", headers=headers) as response:
        await error(response, 403)


async def test_the_own_page_and_own_names_are_accepted(
    playground: Playground, session: ClientSession
) -> None:
    port = playground.url.rpartition(":")[2]
    for headers in (
        {"Origin": playground.url},
        {"Host": f"localhost:{port}", "Origin": f"http://localhost:{port}"},
        {"Host": "LOCALHOST"},
        {"Host": f"[::1]:{port}"},
    ):
        async with session.get(f"{playground.url}/control", headers=headers) as response:
            assert response.status == 200


async def test_a_server_can_have_a_name(session: ClientSession) -> None:
    server = Server(port=0, hosts=["Tea.example"])
    await server.start()
    async with session.get(f"{server.url}/control", headers={"Host": "tea.example"}) as response:
        assert response.status == 200
    await server.stop()


async def test_a_refusal_names_the_wrong_field_in_a_line(
    playground: Playground, session: ClientSession
) -> None:
    url = f"{playground.url}/control/advance"
    async with session.post(url, data=b'{"seconds": -1}', headers=JSON) as response:
        told = await error(response, 400)
    assert told == "seconds: must be from 0 to 1073741824"


async def test_a_body_must_be_json_and_not_too_large(
    playground: Playground, session: ClientSession
) -> None:
    url = f"{playground.url}/control/persons"
    async with session.post(url, data=b"{}", headers={"Content-Type": "text/plain"}) as response:
        assert await error(response, 415) == "the body must be JSON"
    async with session.post(url, data=BytesIO(bytes(2 << 20)), headers=JSON) as response:
        await error(response, 413)
    for body in (b"{", b"[]"):
        async with session.post(url, data=body, headers=JSON) as response:
            assert await error(response, 400) == "the body must be a JSON object"


async def test_requests_are_checked(
    playground: Playground, session: ClientSession, ann: Person
) -> None:
    url = f"{playground.url}/control"
    message = f"{url}/chats/{ann.id}/messages"
    async with session.post(message, json={"person": ann.id, "txt": "a"}) as response:
        assert "txt" in await error(response, 400)
    async with session.post(message, json={"person": 5, "text": "a"}) as response:
        assert "user not found" in await error(response, 400)
    async with session.get(f"{url}/chats/5") as response:
        assert await error(response, 404) == "there is no chat 5"
    async with session.get(f"{url}/chats/{ann.id}?wait=1000") as response:
        assert "wait" in await error(response, 400)
    async with session.put(f"{url}/groups/-5/members/1", json={"role": "king"}) as response:
        assert response.status >= 400


async def test_changes_of_a_chat_come_since_a_version(
    playground: Playground, session: ClientSession, ann: Person
) -> None:
    url = f"{playground.url}/control/chats/{ann.id}"
    first, second = await ann.send("a"), await ann.send("b")
    async with session.get(url) as response:
        everything = await response.json()
    assert everything["version"] == 2
    assert [message["text"] for message in everything["messages"]] == ["a", "b"]
    await ann.delete(first)
    async with session.get(f"{url}?after=2") as response:
        changes = await response.json()
    assert (changes["messages"], changes["deleted"]) == ([], [first.message_id])
    assert changes["version"] == 3
    async with session.get(f"{url}?after=3&wait=0.05") as response:
        assert (await response.json())["messages"] == []
    assert (await ann.messages())[0] == second


async def test_chats_are_listed(
    playground: Playground, session: ClientSession, ann: Person
) -> None:
    group = await playground.group("Forum", creator=ann, is_forum=True)
    topic = await group.topic("News")
    async with session.get(f"{playground.url}/control/chats") as response:
        private, forum = await response.json()
    assert private["chat"] == {"id": ann.id, "first_name": "Ann", "type": "private"}
    assert forum["roles"] == {str(ann.id): "creator", "123": "member"}
    assert forum["topics"] == {str(topic): "News"}


async def test_the_front_page_says_what_this_is(
    playground: Playground, session: ClientSession
) -> None:
    async with session.get(playground.url) as response:
        text = await response.text()
    assert "a local Telegram" in text
    assert playground.url in text
    assert playground.token not in text
