"""How much a colour stands out from another: WCAG 2.2, 1.4.3."""

from textual.color import Color


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in _rgb(colour)]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def _rgb(colour: str) -> tuple[float, float, float]:
    parsed = Color.parse(colour)
    return parsed.r / 255, parsed.g / 255, parsed.b / 255


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)
