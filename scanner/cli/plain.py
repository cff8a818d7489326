"""Foreign text on a terminal: from a code, another gate, or a damaged file."""


def plain(text: str) -> str:
    """Put a dot in the place of every character that a terminal might obey, or not show."""
    return "".join(each if each.isprintable() else "·" for each in text)
