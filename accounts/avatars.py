"""The default picture: a person's initials on a gradient, as one small SVG.

Colours come from the design's twelve hues (OKLCH, shared/design `.avatar`), converted here to
sRGB because a picture must look the same in browsers older than CSS `oklch()`.
"""

import hashlib
import math
import unicodedata

from django.utils.html import format_html

HUES = (292, 20, 245, 160, 60, 330, 200, 120, 275, 40, 350, 225)  # degrees
CHROMA = 0.17
LIGHT, DARK = 0.58, 0.42  # lightness of the two ends
HUE_SHIFT = 38  # degrees from one end to the other


def svg(key: str, name: str) -> str:
    """The picture of the person with this public `key` and `name`; text is escaped."""
    hue = HUES[hashlib.sha256(key.encode()).digest()[0] % len(HUES)]
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" role="img">'
        '<defs><linearGradient id="g" x1="0.2" y1="0" x2="0.8" y2="1">'
        '<stop offset="0" stop-color="{}"/><stop offset="1" stop-color="{}"/>'
        "</linearGradient></defs>"
        '<rect width="96" height="96" fill="url(#g)"/>'
        '<text x="48" y="48" dy=".36em" text-anchor="middle" fill="#fff" font-weight="700" '
        'font-size="35" letter-spacing="-.7" '
        'font-family="Inter, ui-sans-serif, system-ui, sans-serif">{}</text></svg>',
        oklch_to_hex(LIGHT, CHROMA, hue),
        oklch_to_hex(DARK, CHROMA, hue + HUE_SHIFT),
        initials(name),
    )


def initials(name: str) -> str:
    """First letters of the first and the last word: "Inès Moreau" → "IM"."""
    words = [letters for word in name.split() if (letters := _letters(word))]
    if not words:
        return name.strip()[:1] or "?"
    return "".join(word[0].upper() for word in (words if len(words) < 2 else [words[0], words[-1]]))


def _letters(word: str) -> str:
    """The word without combining marks, punctuation and pictures."""
    return "".join(c for c in unicodedata.normalize("NFC", word) if c.isalnum())


def oklch_to_hex(lightness: float, chroma: float, hue: float) -> str:
    """`#rrggbb` of an OKLCH colour; hue in degrees. B. Ottosson, "A perceptual color space", 2020."""
    a = chroma * math.cos(math.radians(hue))
    b = chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    return "#" + "".join(f"{_srgb_byte(channel):02x}" for channel in (red, green, blue))


def _srgb_byte(linear: float) -> int:
    """A linear channel as an sRGB byte (IEC 61966-2-1), clipped to the gamut."""
    linear = min(1.0, max(0.0, linear))
    encoded = 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055
    return round(255 * encoded)
