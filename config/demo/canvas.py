"""A small drawing surface for the demo's portraits: flat shapes in units of one hundredth."""

import math
from collections.abc import Sequence

from PIL import Image, ImageDraw

Point = tuple[float, float]
UNITS = 100  # the picture is 100 × 100 units, whatever its pixels
DETAIL = 9  # pixels per unit while drawing; scaling down makes the edges smooth


class Canvas:
    """Shapes are given in units; colours as `#rrggbb`, a fourth byte is opacity."""

    def __init__(self, top: str, bottom: str) -> None:
        """A square filled with a gradient from the upper left to the lower right."""
        side = UNITS * DETAIL
        ramp = Image.linear_gradient("L").rotate(45, expand=True).resize((2 * side, 2 * side))
        middle = side // 2
        mask = ramp.crop((middle, middle, middle + side, middle + side))
        self.image = Image.composite(
            Image.new("RGB", (side, side), bottom), Image.new("RGB", (side, side), top), mask
        )
        self._draw = ImageDraw.Draw(self.image, "RGBA")

    def disc(self, x: float, y: float, rx: float, ry: float, colour: str) -> None:
        self._draw.ellipse([(x - rx) * DETAIL, (y - ry) * DETAIL,
                            (x + rx) * DETAIL, (y + ry) * DETAIL], fill=colour)  # fmt: skip

    def ring(self, x: float, y: float, rx: float, ry: float, width: float, colour: str) -> None:
        self._draw.ellipse([(x - rx) * DETAIL, (y - ry) * DETAIL,
                            (x + rx) * DETAIL, (y + ry) * DETAIL],
                           outline=colour, width=round(width * DETAIL))  # fmt: skip

    def arc(self, x: float, y: float, rx: float, ry: float,
            begin: float, end: float, width: float, colour: str) -> None:  # fmt: skip
        """Part of an ellipse's outline with round ends; degrees clockwise from three o'clock."""
        turns = [math.radians(begin + (end - begin) * step / 40) for step in range(41)]
        self.line([(x + rx * math.cos(turn), y + ry * math.sin(turn)) for turn in turns],
                  width, colour)  # fmt: skip

    def line(self, points: Sequence[Point], width: float, colour: str) -> None:
        scaled = [(x * DETAIL, y * DETAIL) for x, y in points]
        self._draw.line(scaled, fill=colour, width=round(width * DETAIL), joint="curve")
        for x, y in (points[0], points[-1]):
            self.disc(x, y, width / 2, width / 2, colour)

    def polygon(self, points: Sequence[Point], colour: str) -> None:
        self._draw.polygon([(x * DETAIL, y * DETAIL) for x, y in points], fill=colour)

    def blob(self, points: Sequence[Point], colour: str) -> None:
        """A closed soft shape through the points (Catmull-Rom)."""
        self.polygon(_smooth(points), colour)

    def box(self, x: float, y: float, width: float, height: float,
            radius: float, colour: str) -> None:  # fmt: skip
        self._draw.rounded_rectangle(
            [x * DETAIL, y * DETAIL, (x + width) * DETAIL, (y + height) * DETAIL],
            radius=radius * DETAIL, fill=colour)  # fmt: skip

    def finished(self, side: int) -> Image.Image:
        """The picture, `side` pixels wide and high."""
        return self.image.resize((side, side), Image.Resampling.LANCZOS)


def _smooth(points: Sequence[Point]) -> list[Point]:
    count, curve = len(points), []
    for index in range(count):
        a, b, c, d = (points[(index + step) % count] for step in (-1, 0, 1, 2))
        for step in range(12):
            t = step / 12
            curve.append((_between(a[0], b[0], c[0], d[0], t), _between(a[1], b[1], c[1], d[1], t)))
    return curve


def _between(a: float, b: float, c: float, d: float, t: float) -> float:
    """Catmull-Rom: from b (t=0) to c (t=1), leaning on their neighbours a and d."""
    return 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )


def mirrored(points: Sequence[Point]) -> list[Point]:
    """A left half, from top to bottom, completed with its mirror image around x = 50."""
    return [*points, *((UNITS - x, y) for x, y in reversed(points))]
