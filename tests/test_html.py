"""Every page is valid HTML (html-validate, https://html-validate.org), in both languages."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from spaces.services import lifecycle
from tests.builders import NOW, add_listener, make_followers, make_live_space, make_person

BASE = Path(settings.BASE_DIR)
VALIDATOR = BASE / "node_modules" / ".bin" / "html-validate"
# The recommended rules, but for two matters of taste (templates leave white space behind), and
# check boxes of one question share its name.
RULES = {
    "extends": ["html-validate:recommended"],
    "rules": {"doctype-style": "off", "no-trailing-whitespace": "off",
              "form-dup-name": ["error", {"shared": ["radio", "checkbox", "submit", "button"]}]},
}


def everybodys(client: Client, slug: str, ended: str, host: str) -> dict[str, str]:
    """Addresses anybody may open, by name."""
    named = {
        "home": "/", "live": f"/s/{slug}/", "ended": f"/s/{ended}/", "start": "/start/",
        "profile": f"/@{host}/", "followers": f"/@{host}/followers/",
        "following": f"/@{host}/following/", "missing": "/nothing/",
    }
    names = ("account_login", "account_signup", "account_reset_password", "mail")
    return named | {name: reverse(name) for name in names}


OWN = ("account_logout", "account_change_password", "account_email", "edit_profile")


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_page_is_valid_html(tmp_path: Path, language: str) -> None:
    if not (VALIDATOR.exists() and shutil.which("node")):
        pytest.skip("no html-validate: make test installs it")
    live = make_live_space(speakers=2, listeners=2, title="Evening news & more")
    over = make_live_space(speakers=1)
    lifecycle.end_space(by=over.host, space=over.space, now=NOW)
    make_followers(live.host, 3)
    listener = add_listener(live.space)
    addresses = everybodys(Client(), live.space.slug, over.space.slug, live.host.handle)
    own = {name: reverse(name) for name in OWN}
    for who, person, wanted in (
        ("visitor", None, addresses), ("listener", listener, addresses | own),
        ("host", live.host, addresses), ("other", make_person(), addresses),
    ):
        client = Client(headers={"accept-language": language})
        if person:
            client.force_login(person)
        for name, address in wanted.items():
            page = client.get(address, follow=True)
            text = re.sub(r' nonce="[^"]*"', "", page.content.decode())
            (tmp_path / f"{who}-{name}.html").write_text(text)
    (tmp_path / ".htmlvalidate.json").write_text(json.dumps({"root": True, **RULES}))
    result = subprocess.run(
        [str(VALIDATOR), "--formatter", "text", "--max-warnings", "0", f"{tmp_path}/*.html"],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120,
    )
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr[-2000:]
