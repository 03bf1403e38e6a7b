"""Signing out and a new password end what a socket may do, wherever it is open."""

from typing import Any

from django.test import Client
from django.utils import timezone

from accounts.models import User
from spaces import consumers
from spaces.keeper import Keeper
from tests.builders import LiveSpace, make_live_space
from tests.spaces.sockets import Page, in_rows, pages

PASSWORD = "a-long-enough-secret"


async def live_now() -> LiveSpace:
    live = await in_rows(lambda: make_live_space(now=timezone.now(), listeners=1).send_away())()
    [person] = live.listeners
    await in_rows(set_password)(person, PASSWORD)
    return live


def set_password(person: User, password: str) -> None:
    person.set_password(password)
    person.save()


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page_of(live: LiveSpace, client: Client) -> Page:
    page = Page(live.space, User.objects.get(pk=live.listeners[0].pk))
    page._line.scope["session"] = client.session
    return page


async def test_signing_out_ends_the_sockets_of_that_session_only(web: Keeper) -> None:
    live, other = await live_now(), await live_now()
    client = await in_rows(signed_in)(live.listeners[0])
    page = await in_rows(page_of)(live, client)
    elsewhere = Page(other.space, page.person)
    async with pages(page, elsewhere, Page(live.space)) as (_page, _elsewhere, visitor):
        await in_rows(client.post)("/accounts/logout/")
        assert await page.until_closed() == 4007
        assert (await page.frame("bye"))["code"] == "signed_out"
        assert (await elsewhere.say("snapshot"))["ok"]
        assert (await visitor.say("snapshot"))["ok"]


async def test_a_new_password_ends_the_sockets_of_the_old_one(web: Keeper) -> None:
    live = await live_now()
    client = await in_rows(signed_in)(live.listeners[0])
    page = await in_rows(page_of)(live, client)
    async with pages(page):
        new = "another-long-secret-2"
        await in_rows(client.post)(
            "/accounts/password/change/",
            {"oldpassword": PASSWORD, "password1": new, "password2": new},
        )
        assert await page.until_closed() == 4007
        assert not web.hub.spaces


async def test_a_password_that_nobody_told_of_is_found_by_the_look(web: Keeper) -> None:
    live = await live_now()
    page = await in_rows(page_of)(live, Client())
    async with pages(page):
        await in_rows(set_password)(live.listeners[0], "set-by-the-staff-1")
        await web.beat()
        assert await page.until_closed() == 4007


async def test_an_old_socket_joins_no_more_after_signing_out(web: Keeper, monkeypatch: Any) -> None:
    monkeypatch.setattr(consumers, "FRESH", -1)
    live = await live_now()
    client = await in_rows(signed_in)(live.listeners[0])
    page, other = [await in_rows(page_of)(live, client) for _i in range(2)]
    assert (await page.join())["ok"]
    await page.gone()
    await other.open()
    await in_rows(client.post)("/accounts/logout/")
    assert (await other.say("join", tab=other.tab))["refused"] == "signed_out"
    assert await other.until_closed() == 4007
