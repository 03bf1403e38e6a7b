"""Pictures: drawn initials and chosen files."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client

from accounts import avatars
from accounts.models import User

MakePerson = Callable[..., User]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Inès Moreau", "IM"), ("Ana", "A"), ("Yann Le Goff", "YG"), ("محمد علي", "مع"), ("👋", "👋"),
     ("<b> &amp;", "BA"), ("o'Neill", "O"), (" ", "?"), ("😀 Zoë", "Z"), ("ßen", "SS")],
)
def test_initials_are_the_first_letters_of_first_and_last_word(name: str, expected: str) -> None:
    assert avatars.initials(name) == expected


def test_the_gradient_is_the_designs_violet() -> None:
    # Reference: CSS Color 4's sample conversion of oklch(58% 0.17 292) and of black and white.
    assert avatars.oklch_to_hex(0, 0, 0) == "#000000"
    assert avatars.oklch_to_hex(1, 0, 0) == "#ffffff"
    red, green, blue = (int(avatars.oklch_to_hex(0.58, 0.17, 292)[i : i + 2], 16) for i in (1, 3, 5))
    assert blue > red > green


def test_a_drawn_picture_is_well_formed_whatever_the_name(make_person: MakePerson) -> None:
    person = make_person("ines", name='<"&> ]]>')
    answer = Client().get(person.picture_url)
    assert answer["Content-Type"] == "image/svg+xml"
    assert ElementTree.fromstring(answer.text).tag.endswith("svg")


def test_a_picture_may_run_nothing_and_is_kept_by_browsers(make_person: MakePerson) -> None:
    person = make_person("ines")
    answer = Client().get(person.picture_url)
    policy = set(answer["Content-Security-Policy"].split("; "))
    assert policy == {"default-src 'none'", "frame-ancestors 'none'", "sandbox"}
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "public, max-age=3600"
    assert "Cookie" not in answer.get("Vary", "")
    again = Client().get(person.picture_url, headers={"if-none-match": answer["ETag"]})
    assert again.status_code == 304
    person.name = "Somebody Else"
    person.save()
    changed = Client().get(person.picture_url, headers={"if-none-match": answer["ETag"]})
    assert changed.status_code == 200


def test_the_same_person_keeps_their_colour() -> None:
    assert avatars.svg("abc", "Ana") == avatars.svg("abc", "Ana")
    drawn = {avatars.svg(str(number), "Ana") for number in range(200)}
    assert len(drawn) == len(avatars.HUES)


@pytest.fixture
def files(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.MEDIA_ROOT.mkdir()
    return settings.MEDIA_ROOT


def test_a_chosen_picture_is_served(make_person: MakePerson, files: Path) -> None:
    (files / "people").mkdir()
    (files / "people" / "ines.webp").write_bytes(b"RIFF")
    person = make_person("ines", picture="people/ines.webp")
    answer = Client().get(person.picture_url)
    assert answer.content == b"RIFF"
    assert answer["Content-Type"] == "image/webp"
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "picture", ["../secret", "../secret.png", "people/page.html", "people/page.svg", "people/gone.png"]
)
def test_nothing_but_pictures_of_people_is_served(
    make_person: MakePerson, files: Path, picture: str
) -> None:
    (files / "people").mkdir()
    for name in ("people/page.html", "people/page.svg", "people/stranger.png"):
        (files / name).write_text("<script>")
    (files.parent / "secret").write_text("s")
    (files.parent / "secret.png").write_text("s")
    make_person("ines", picture=picture)
    assert Client().get(f"/files/{picture}").status_code in {400, 404}
    assert Client().get("/files/people/stranger.png").status_code == 404


def test_a_nul_byte_is_no_name_and_reaches_no_database(db: None, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):  # PostgreSQL would not take it
        assert Client().get("/files/%00.webp").status_code == 404
