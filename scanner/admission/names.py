"""The names that go with every admission: how they are compared, and the tag before a device's.

A server may trim names, change their case or their Unicode form, or cut them short. A gate sends
its device's name with a short random tag at the front (`7k3q north-1`), and knows its admissions
by that tag. People are shown the name without it.
"""

import re
import unicodedata

TAG_CHARACTERS = "23456789bcdfghjkmnpqrstvwxz"
"""No two of them look alike, no vowel makes a word, and none changes with a language's case."""

TAG_LENGTH = 4

_TAGGED = re.compile(
    rf"(?=\D{{0,{TAG_LENGTH - 1}}}\d)([{TAG_CHARACTERS}]{{{TAG_LENGTH}}})(?![^\W_])[\s_+.:-]*",
    re.IGNORECASE | re.ASCII,
)
"""At least one digit, and nothing that would go on the word: few people name a gate so."""

_SHORTEST_CUT = 19
"""Characters. Shorter names are not taken for another name's beginning."""


def normalised(name: str) -> str:
    """Return a name in NFC, trimmed, with single spaces; what is no character is replaced."""
    text = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode())
    return " ".join(text.split())


def tagged(tag: str | None, device: str) -> str:
    """Return a device's name as it is sent."""
    return f"{tag} {device}" if tag else device


def tag_of(device: str | None) -> str | None:
    """Return the tag of a device's name, in lower case; nothing where it has none."""
    found = _TAGGED.match(normalised(device or ""))
    return found[1].lower() if found else None


def without_tag(device: str) -> str:
    """Return a device's name as people know it; a tag alone stays."""
    name = normalised(device)
    return name[found.end() :] or name if (found := _TAGGED.match(name)) else name


def is_same_device(sent: str, found: str | None) -> bool:
    """Tell whether a server's name for a device is the one that was sent.

    Both have the same tag; where none was sent, the whole names are compared.
    """
    tag = tag_of(sent)
    return tag_of(found) == tag if tag else is_same_name(sent, found)


def is_namesake(name: str, device: str | None) -> bool:
    """Tell whether a server's name for a device is another gate's of this name.

    With a tag or without; a server that cuts names counts the tag.
    """
    whole = normalised(device or "")
    if len(whole) < _SHORTEST_CUT:
        return is_same_name(name, without_tag(whole))
    return normalised(name).casefold().startswith(without_tag(whole).casefold())


def is_same_name(sent: str, found: str | None) -> bool:
    """Tell whether a server's name is the one that was sent, or its beginning."""
    one, other = (normalised(each or "").casefold() for each in (sent, found))
    return one == other or (len(other) >= _SHORTEST_CUT and one.startswith(other))
