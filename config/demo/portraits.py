"""Draws the pictures of the demo's people: imagined faces, always the same. Run by hand.

    python -m config.demo.portraits       # writes config/demo/pictures/<handle>.webp

Nobody real is shown. Each person differs by background, hair, clothes and one accessory, so that
they stay apart at 40 px too.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from config.demo.canvas import Canvas, mirrored

SIDE = 192  # pixels: 84 px on a screen of two pixels each, and a little more
QUALITY = 82  # of WebP

PALE, FAIR, OLIVE, TAN, BROWN, DARK = (
    "#f6d3bd", "#eebf9f", "#dba781", "#c68a60", "#9a6040", "#6d4129",
)  # fmt: skip
BLACK, ESPRESSO, CHESTNUT, COPPER, BLOND, SILVER = (
    "#201a20", "#3a2620", "#6b3f2a", "#b4532a", "#dcae62", "#c9ccd6",
)  # fmt: skip


@dataclass(frozen=True)
class Portrait:
    """What makes one picture: two background colours, and the names of its drawn parts."""

    sky: tuple[str, str]
    scene: str
    skin: str
    hair: str
    cut: str
    shirt: str
    wear: str
    extra: str = ""
    extra_colour: str = "#ffffff"


PORTRAITS = {
    "ines": Portrait(("#8b5cf6", "#3b1878"), "moon", FAIR, ESPRESSO, "bob", "#ffcf5c",
                     "collar", "earrings", "#ffcf5c"),
    "karim": Portrait(("#19b98c", "#05595b"), "rails", TAN, BLACK, "short", "#f4efe6",
                      "turtleneck", "beard", BLACK),
    "lea": Portrait(("#5aa9ff", "#3748c8"), "waves", PALE, COPPER, "long", "#12355b",
                    "stripes", "fringe", COPPER),
    "thomas": Portrait(("#22b8cf", "#0b5f8a"), "dots", OLIVE, BLACK, "swept", "#ff7a59",
                       "hoodie", "glasses", "#20242c"),
    "marc": Portrait(("#f0a13a", "#8a3b12"), "rings", FAIR, SILVER, "receding", "#2f4b3c",
                     "collar", "moustache", SILVER),
    "amina": Portrait(("#ff7bac", "#a0185c"), "sun", DARK, BLACK, "afro", "#ffe08a",
                      "vneck", "hoops", "#ffd34d"),
    "sarah": Portrait(("#ff9a8b", "#c2324e"), "hills", FAIR, BLOND, "bun", "#fff3e0",
                      "vneck", "headphones", "#3b1878"),
    "nadia": Portrait(("#b6a4ff", "#5b45c9"), "stars", OLIVE, "#2c7f86", "scarf", "#f1c9d6",
                      "round", "", ""),
    "paul": Portrait(("#a7d46f", "#2f7a3b"), "leaves", PALE, CHESTNUT, "curly", "#f7f3e8",
                     "overalls", "freckles", "#b8744f"),
    "yann": Portrait(("#7fd4ff", "#1767a6"), "waves", FAIR, CHESTNUT, "beanie", "#16324f",
                     "turtleneck", "beard", CHESTNUT),
    "hugo": Portrait(("#ffd166", "#e0701b"), "dots", BROWN, BLACK, "flattop", "#ffffff",
                     "apron", "smile", ""),
    "clara": Portrait(("#f7b2d9", "#7a3fb5"), "rings", PALE, "#e8e1ea", "pixie", "#241b33",
                      "round", "glasses", "#d6336c"),
    "omar": Portrait(("#ffb37a", "#9c2f2f"), "sun", BROWN, BLACK, "bald", "#1d6f74",
                     "collar", "beard", "#2a1f1c"),
    "rose": Portrait(("#8fe3c8", "#20706e"), "moon", OLIVE, SILVER, "waves", "#c2255c",
                     "scarfed", "glasses", "#6b4f1d"),
    "jonas": Portrait(("#6f86ff", "#1d1f5e"), "stars", DARK, ESPRESSO, "locs", "#e8590c",
                      "hoodie", "headphones", "#f8f9fa"),
    "mod": Portrait(("#c3cad9", "#4a5878"), "hills", FAIR, BLACK, "plait", "#2b3a55",
                    "blazer", "smile", ""),
}  # fmt: skip


def draw(portrait: Portrait) -> Canvas:
    """Background, what is behind the head, body, face, hair, accessory: in this order."""
    canvas = Canvas(*portrait.sky)
    SCENES[portrait.scene](canvas)
    BEHIND.get(portrait.cut, _nothing)(canvas, portrait)
    _body(canvas, portrait)
    WEAR[portrait.wear](canvas, portrait)
    _face(canvas, portrait)
    CUTS[portrait.cut](canvas, portrait)
    EXTRAS.get(portrait.extra, _nothing)(canvas, portrait)
    return canvas


Part = Callable[[Canvas, Portrait], None]


def _nothing(canvas: Canvas, portrait: Portrait) -> None:
    """For those who have no such part."""


def shaded(colour: str, by: float) -> str:
    """The colour, darker below 1 (0.8: a fifth of the way to black), lighter above (to white)."""
    parts = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    if by < 1:
        return "#" + "".join(f"{round(part * by):02x}" for part in parts)
    towards = min(1.0, by - 1)
    return "#" + "".join(f"{round(part + (255 - part) * towards):02x}" for part in parts)


# Behind everything.


def _moon(canvas: Canvas) -> None:
    canvas.disc(78, 22, 13, 13, "#ffffffd0")
    canvas.disc(14, 30, 1.4, 1.4, "#ffffffc0")
    canvas.disc(26, 12, 1.0, 1.0, "#ffffffc0")
    canvas.disc(8, 54, 1.0, 1.0, "#ffffffa0")


def _sun(canvas: Canvas) -> None:
    canvas.disc(50, 44, 42, 42, "#ffffff38")
    canvas.disc(50, 44, 33, 33, "#ffffff30")


def _rings(canvas: Canvas) -> None:
    for radius in (14, 24, 34, 44, 54):
        canvas.ring(80, 18, radius, radius, 3.2, "#ffffff40")


def _dots(canvas: Canvas) -> None:
    for row in range(8):
        for column in range(8):
            canvas.disc(7 + 14 * column + 7 * (row % 2), 6 + 13 * row, 2.1, 2.1, "#ffffff48")


def _stars(canvas: Canvas) -> None:
    places = ((12, 14, 1.8), (30, 8, 1.0), (72, 10, 1.4), (88, 24, 2.0), (8, 40, 1.2),
              (92, 52, 1.2), (20, 28, 0.9), (82, 40, 0.9), (58, 6, 0.9))  # fmt: skip
    for x, y, size in places:
        canvas.polygon([(x, y - 3 * size), (x + size, y), (x, y + 3 * size), (x - size, y)],
                       "#ffffffd8")  # fmt: skip


def _waves(canvas: Canvas) -> None:
    for row in range(5):
        for step in range(6):
            canvas.arc(8 + 17 * step, 18 + 17 * row, 8.5, 5, 180, 360, 1.8, "#ffffff48")


def _hills(canvas: Canvas) -> None:
    canvas.disc(22, 24, 9, 9, "#ffffffb0")
    canvas.disc(86, 92, 50, 42, "#ffffff38")
    canvas.disc(8, 98, 46, 46, "#ffffff30")


def _leaves(canvas: Canvas) -> None:
    for x, y, lean in ((12, 20, 4), (88, 22, -4), (8, 58, 4), (92, 62, -4), (34, 6, 3)):
        canvas.blob([(x, y - 11), (x + lean + 4, y), (x, y + 11), (x + lean - 5, y)], "#ffffff45")


def _rails(canvas: Canvas) -> None:
    for begin, end in ((30, -6), (70, 106)):
        canvas.line([(50, -20), (begin, 40), (end, 110)], 2.4, "#ffffff48")
    for row in range(7):
        y = 4 + 14 * row
        canvas.line([(44 - 5 * row, y), (56 + 5 * row, y)], 2.2, "#ffffff38")


SCENES: dict[str, Callable[[Canvas], None]] = {
    "moon": _moon, "sun": _sun, "rings": _rings, "dots": _dots, "stars": _stars,
    "waves": _waves, "hills": _hills, "leaves": _leaves, "rails": _rails,
}  # fmt: skip

# Body and face.


def _body(canvas: Canvas, portrait: Portrait) -> None:
    canvas.blob(mirrored([(42, 73), (28, 79), (17, 88), (12, 108)]), portrait.shirt)
    canvas.box(42, 58, 16, 21, 7, shaded(portrait.skin, 0.88))
    canvas.disc(50, 77, 8.2, 5.2, shaded(portrait.skin, 0.88))


def _face(canvas: Canvas, portrait: Portrait) -> None:
    for x in (30.5, 69.5):
        canvas.disc(x, 47, 3.4, 5.2, shaded(portrait.skin, 0.9))
    canvas.blob(mirrored([(50, 22), (35, 27), (30, 43), (33, 58), (42, 68)]), portrait.skin)
    _features(canvas, portrait.skin)


def _features(canvas: Canvas, skin: str) -> None:
    dark = "#231a1e"
    for x in (38, 62):
        canvas.disc(x, 54, 4.0, 2.7, "#e8505038")
    for x in (41, 59):
        canvas.disc(x, 46, 1.9, 2.3, dark)
        canvas.disc(x + 0.6, 45.2, 0.6, 0.6, "#ffffff")
        canvas.arc(x, 42.5, 4.4, 2.6, 205, 335, 1.3, shaded(dark, 1.1))
    canvas.arc(50, 51, 2.2, 1.6, 20, 160, 1.1, shaded(skin, 0.74))
    canvas.arc(50, 57, 5.6, 3.8, 20, 160, 1.5, "#8f2f35")


# Clothes.


def _collar(canvas: Canvas, portrait: Portrait) -> None:
    light = shaded(portrait.shirt, 1.25)
    canvas.polygon([(42, 72), (33, 77), (42, 90), (50, 81)], light)
    canvas.polygon([(58, 72), (67, 77), (58, 90), (50, 81)], light)


def _turtleneck(canvas: Canvas, portrait: Portrait) -> None:
    canvas.box(40, 68, 20, 13, 5, shaded(portrait.shirt, 0.9))


def _stripes(canvas: Canvas, portrait: Portrait) -> None:
    for y in (86, 93, 100):
        canvas.line([(19, y), (81, y)], 2.6, "#ffffffe0")


def _hoodie(canvas: Canvas, portrait: Portrait) -> None:
    canvas.arc(50, 73, 15, 10, 10, 170, 6, shaded(portrait.shirt, 0.82))
    for x in (45, 55):
        canvas.line([(x, 83), (x, 93)], 1.5, "#ffffffe0")


def _vneck(canvas: Canvas, portrait: Portrait) -> None:
    canvas.polygon([(41, 73), (59, 73), (50, 88)], shaded(portrait.skin, 0.88))


def _round(canvas: Canvas, portrait: Portrait) -> None:
    canvas.arc(50, 75, 10, 7, 10, 170, 2.6, shaded(portrait.shirt, 0.8))


def _overalls(canvas: Canvas, portrait: Portrait) -> None:
    for x in (32, 62):
        canvas.box(x, 76, 6, 26, 1, "#3a5f9e")
    canvas.box(30, 91, 40, 14, 2, "#3a5f9e")


def _apron(canvas: Canvas, portrait: Portrait) -> None:
    canvas.line([(41, 76), (37, 90)], 2.4, "#1f6f54")
    canvas.line([(59, 76), (63, 90)], 2.4, "#1f6f54")
    canvas.box(33, 88, 34, 16, 2, "#1f6f54")


def _scarfed(canvas: Canvas, portrait: Portrait) -> None:
    canvas.blob(mirrored([(50, 69), (38, 70), (36, 77), (42, 82), (50, 83)]), "#ffd8a8")
    canvas.box(53, 79, 8, 20, 2, "#f5c48b")


def _blazer(canvas: Canvas, portrait: Portrait) -> None:
    canvas.polygon([(41, 73), (59, 73), (50, 98)], "#ffffff")
    light = shaded(portrait.shirt, 1.15)
    canvas.polygon([(41, 72), (31, 79), (38, 86), (49, 100)], light)
    canvas.polygon([(59, 72), (69, 79), (62, 86), (51, 100)], light)


WEAR: dict[str, Part] = {
    "collar": _collar, "turtleneck": _turtleneck, "stripes": _stripes, "hoodie": _hoodie,
    "vneck": _vneck, "round": _round, "overalls": _overalls, "apron": _apron,
    "scarfed": _scarfed, "blazer": _blazer,
}  # fmt: skip

# Hair: some of it hangs behind the body, the rest lies over the face.


def _behind_bob(canvas: Canvas, portrait: Portrait) -> None:
    canvas.blob(mirrored([(50, 14), (29, 20), (23, 42), (25, 64), (34, 69)]), portrait.hair)


def _behind_long(canvas: Canvas, portrait: Portrait) -> None:
    canvas.blob(mirrored([(50, 14), (29, 20), (22, 45), (20, 76), (27, 92), (38, 90)]),
                shaded(portrait.hair, 0.85))  # fmt: skip


def _behind_waves(canvas: Canvas, portrait: Portrait) -> None:
    for x, y in ((28, 34), (25, 46), (26, 58), (30, 68), (72, 34), (75, 46), (74, 58), (70, 68)):
        canvas.disc(x, y, 9, 9, shaded(portrait.hair, 0.9))


def _behind_afro(canvas: Canvas, portrait: Portrait) -> None:
    canvas.disc(50, 36, 31, 30, portrait.hair)


def _behind_bun(canvas: Canvas, portrait: Portrait) -> None:
    canvas.disc(50, 12, 10, 9, shaded(portrait.hair, 0.9))
    canvas.disc(50, 38, 22, 23, portrait.hair)


def _behind_scarf(canvas: Canvas, portrait: Portrait) -> None:
    canvas.blob(mirrored([(50, 13), (29, 21), (23, 45), (24, 72), (34, 88)]),
                shaded(portrait.hair, 0.82))  # fmt: skip


def _behind_locs(canvas: Canvas, portrait: Portrait) -> None:
    for x, length in ((27, 74), (33, 80), (67, 80), (73, 74)):
        canvas.line([(x, 34), (x - 1, length)], 5.4, shaded(portrait.hair, 0.9))


def _behind_plait(canvas: Canvas, portrait: Portrait) -> None:
    canvas.disc(50, 38, 23, 24, portrait.hair)


BEHIND: dict[str, Part] = {
    "bob": _behind_bob, "long": _behind_long, "waves": _behind_waves, "afro": _behind_afro,
    "bun": _behind_bun, "scarf": _behind_scarf, "locs": _behind_locs, "plait": _behind_plait,
}  # fmt: skip


def _cap_of_hair(canvas: Canvas, colour: str, line: float) -> None:
    """Hair over the forehead down to height `line`, thinner towards the temples."""
    canvas.blob([(29, 46), (29, 30), (37, 18), (50, 15), (63, 18), (71, 30), (71, 46),
                 (67, 36), (60, line), (50, line - 2), (40, line), (33, 36)], colour)  # fmt: skip


def _bob(canvas: Canvas, portrait: Portrait) -> None:
    canvas.blob([(28, 58), (27, 32), (38, 17), (52, 15), (66, 20), (73, 34), (72, 58),
                 (68, 40), (60, 30), (46, 27), (38, 34), (32, 44)], portrait.hair)  # fmt: skip


def _short(canvas: Canvas, portrait: Portrait) -> None:
    _cap_of_hair(canvas, portrait.hair, 28)
    canvas.blob([(31, 28), (36, 15), (52, 12), (66, 17), (69, 29), (50, 23)], portrait.hair)


def _long(canvas: Canvas, portrait: Portrait) -> None:
    _cap_of_hair(canvas, portrait.hair, 29)


def _swept(canvas: Canvas, portrait: Portrait) -> None:
    canvas.blob([(29, 43), (28, 28), (38, 14), (58, 12), (72, 22), (71, 43), (67, 31),
                 (54, 29), (38, 31), (33, 35)], portrait.hair)  # fmt: skip
    canvas.line([(37, 27), (52, 20), (66, 22)], 1.2, shaded(portrait.hair, 1.3))


def _receding(canvas: Canvas, portrait: Portrait) -> None:
    temple = [(29.0, 48.0), (28.0, 34.0), (33.0, 24.0), (38.0, 22.0), (34.0, 34.0)]
    canvas.blob(temple, portrait.hair)
    canvas.blob([(100 - x, y) for x, y in temple], portrait.hair)
    canvas.blob([(36, 25), (43, 19), (57, 19), (64, 25), (50, 22)], portrait.hair)


def _afro(canvas: Canvas, portrait: Portrait) -> None:
    _cap_of_hair(canvas, portrait.hair, 28)


def _bun(canvas: Canvas, portrait: Portrait) -> None:
    canvas.blob([(28, 48), (29, 28), (42, 16), (58, 16), (71, 28), (72, 48), (66, 34),
                 (52, 27), (40, 31), (33, 38)], portrait.hair)  # fmt: skip


def _scarf(canvas: Canvas, portrait: Portrait) -> None:
    canvas.blob([(25, 50), (27, 28), (39, 15), (50, 13), (61, 15), (73, 28), (75, 50),
                 (70, 66), (58, 77), (50, 79), (42, 77), (30, 66)], portrait.hair)  # fmt: skip
    canvas.blob(mirrored([(50, 27), (37, 31), (32.5, 45), (35, 58), (43, 67)]), portrait.skin)
    _features(canvas, portrait.skin)
    canvas.arc(50, 70, 20, 12, 20, 150, 1.4, shaded(portrait.hair, 0.75))


def _curly(canvas: Canvas, portrait: Portrait) -> None:
    for x, y in ((31, 33), (33, 24), (40, 18), (49, 15), (58, 17), (66, 23), (69, 33),
                 (43, 25), (53, 23), (61, 27)):  # fmt: skip
        canvas.disc(x, y, 7, 6.6, portrait.hair)


def _beanie(canvas: Canvas, portrait: Portrait) -> None:
    canvas.blob(mirrored([(50, 8), (34, 14), (28, 32)]), "#e03131")
    canvas.box(26, 27, 48, 9, 4, "#b02525")
    canvas.disc(50, 8, 5, 5, "#ffffff")


def _flattop(canvas: Canvas, portrait: Portrait) -> None:
    canvas.box(30, 11, 40, 19, 5, portrait.hair)
    canvas.box(29, 24, 4, 20, 2, portrait.hair)
    canvas.box(67, 24, 4, 20, 2, portrait.hair)


def _pixie(canvas: Canvas, portrait: Portrait) -> None:
    canvas.blob([(29, 50), (27, 30), (38, 15), (54, 12), (70, 22), (72, 48), (67, 33),
                 (58, 33), (46, 24), (42, 34), (34, 36)], portrait.hair)  # fmt: skip


def _waves_over(canvas: Canvas, portrait: Portrait) -> None:
    for x, y in ((32, 30), (38, 21), (47, 17), (57, 18), (65, 24), (69, 32)):
        canvas.disc(x, y, 8, 7, portrait.hair)


def _locs(canvas: Canvas, portrait: Portrait) -> None:
    _cap_of_hair(canvas, portrait.hair, 27)
    for x in (34, 42, 50, 58, 66):
        canvas.line([(50, 13), (x, 27)], 4.6, shaded(portrait.hair, 1.12))


def _plait(canvas: Canvas, portrait: Portrait) -> None:
    _cap_of_hair(canvas, portrait.hair, 29)
    for step, y in enumerate((66, 73, 80, 87)):
        canvas.disc(70 + step * 0.6, y, 5, 4.6, shaded(portrait.hair, 1.0 + 0.12 * (step % 2)))


CUTS: dict[str, Part] = {
    "bob": _bob, "short": _short, "long": _long, "swept": _swept, "receding": _receding,
    "afro": _afro, "bun": _bun, "scarf": _scarf, "curly": _curly, "beanie": _beanie,
    "flattop": _flattop, "pixie": _pixie, "bald": _nothing, "waves": _waves_over,
    "locs": _locs, "plait": _plait,
}  # fmt: skip

# One thing more.


def _glasses(canvas: Canvas, portrait: Portrait) -> None:
    for x in (41, 59):
        canvas.ring(x, 46.5, 7, 6.2, 1.5, portrait.extra_colour)
    canvas.line([(48, 45.5), (52, 45.5)], 1.5, portrait.extra_colour)


def _earrings(canvas: Canvas, portrait: Portrait) -> None:
    for x in (29.5, 70.5):
        canvas.disc(x, 56, 2.2, 2.2, portrait.extra_colour)


def _hoops(canvas: Canvas, portrait: Portrait) -> None:
    for x in (29, 71):
        canvas.ring(x, 58, 4.6, 5.4, 1.4, portrait.extra_colour)


def _beard(canvas: Canvas, portrait: Portrait) -> None:
    canvas.blob([(30.5, 46), (33, 52), (42, 53), (50, 52.5), (58, 53), (67, 52), (69.5, 46),
                 (68, 60), (60, 70), (50, 72), (40, 70), (32, 60)], portrait.extra_colour)  # fmt: skip
    canvas.blob(mirrored([(50, 55.5), (44, 56), (43.5, 59), (50, 61.5)]), "#b0484c")


def _moustache(canvas: Canvas, portrait: Portrait) -> None:
    canvas.blob([(50, 53), (57, 53), (62, 57), (55, 57.5), (50, 56), (45, 57.5), (38, 57),
                 (43, 53)], portrait.extra_colour)  # fmt: skip


def _headphones(canvas: Canvas, portrait: Portrait) -> None:
    canvas.arc(50, 42, 24, 27, 188, 352, 3.4, portrait.extra_colour)
    for x in (22, 71):
        canvas.box(x, 38, 7, 16, 3.4, portrait.extra_colour)


def _fringe(canvas: Canvas, portrait: Portrait) -> None:
    canvas.blob([(32, 34), (36, 20), (50, 16), (64, 20), (68, 34), (58, 37), (50, 35), (42, 37)],
                portrait.extra_colour)  # fmt: skip


def _freckles(canvas: Canvas, portrait: Portrait) -> None:
    for x, y in ((36, 51), (39, 53), (41, 50.5), (59, 50.5), (61, 53), (64, 51)):
        canvas.disc(x, y, 0.6, 0.6, portrait.extra_colour)


def _smile(canvas: Canvas, portrait: Portrait) -> None:
    canvas.blob([(43.5, 57), (50, 58), (56.5, 57), (53.5, 62), (46.5, 62)], "#ffffff")


EXTRAS: dict[str, Part] = {
    "glasses": _glasses, "earrings": _earrings, "hoops": _hoops, "beard": _beard,
    "moustache": _moustache, "headphones": _headphones, "fringe": _fringe,
    "freckles": _freckles, "smile": _smile,
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "pictures")
    out: Path = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    for handle, portrait in PORTRAITS.items():
        draw(portrait).finished(SIDE).save(out / f"{handle}.webp", quality=QUALITY, method=6)
    sizes = [path.stat().st_size for path in out.glob("*.webp")]
    print(f"{len(sizes)} pictures, {sum(sizes)} bytes")


if __name__ == "__main__":
    main()
