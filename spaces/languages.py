"""The languages a Space can be held in: two-letter codes (ISO 639-1) with their own names."""

from django.conf.locale import LANG_INFO

LANGUAGES: dict[str, str] = {
    code: about["name_local"].capitalize()
    for code, about in sorted(LANG_INFO.items())
    if len(code) == 2 and "name_local" in about
}
