"""One machine's visitors do not take everybody's places."""

from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone

from spaces.keeper import Keeper
from spaces.origins import origin_of
from tests.builders import make_live_space
from tests.spaces.sockets import Page, in_rows


def scope(client: str, *forwarded: str) -> dict[str, Any]:
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    return {"client": [client, 1234], "headers": headers}


@pytest.fixture
def instance(settings: Any) -> Any:
    settings.INSTANCE = replace(settings.INSTANCE, visitors_per_address=2)
    return settings


def test_a_household_is_one_origin_and_this_machine_is_none() -> None:
    assert origin_of(scope("127.0.0.1")) == origin_of(scope("")) == ""
    assert origin_of(scope("2001:db8::1")) == origin_of(scope("2001:db8::2"))
    assert origin_of(scope("2001:db8::1")) != origin_of(scope("2001:db8:0:1::1"))
    assert origin_of(scope("::ffff:192.0.2.1")) == origin_of(scope("192.0.2.1"))
    assert origin_of(scope("192.0.2.1", "198.51.100.7")) == origin_of(scope("192.0.2.1"))


def test_behind_a_proxy_only_what_it_wrote_counts(instance: Any) -> None:
    real = origin_of(scope("192.0.2.1"))
    instance.INSTANCE = replace(instance.INSTANCE, trusted_proxies=1)
    assert origin_of(scope("9.9.9.9", "8.8.8.8, 192.0.2.1")) == real
    assert origin_of(scope("9.9.9.9", "8.8.8.8", "192.0.2.1")) == real


async def test_visitors_of_one_address_are_let_in_up_to_the_cap(web: Keeper, instance: Any) -> None:
    live = await in_rows(lambda: make_live_space(now=timezone.now(), listeners=1).send_away())()
    everybody = [Page(live.space) for _i in range(4)] + [Page(live.space, live.listeners[0])]
    for page in everybody:
        page._line.scope["client"] = ["192.0.2.1", 1234]
    everybody[3]._line.scope["client"] = ["192.0.2.2", 1234]
    first, second, third, neighbour, person = everybody
    assert (await first.join())["ok"]
    assert (await second.join())["ok"]
    assert (await third.join())["refused"] == "crowded"
    assert await third.until_closed() == 4008
    assert (await neighbour.join())["ok"]
    assert (await person.join())["ok"]
    await first.gone()
    again = Page(live.space)
    again._line.scope["client"] = ["192.0.2.1", 1234]
    assert (await again.join())["ok"]
    for page in (second, neighbour, person, again):
        await page.gone()
