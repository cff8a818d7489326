"""What every sentence for a person must be."""

import re
from collections.abc import Iterable


def assert_one_sentence(text: str, secrets: Iterable[str] = ()) -> None:
    """One printable sentence that says what happened and what to do, and gives nothing away."""
    assert text.isprintable()
    assert text[0].isupper()
    assert re.search(r"[^.]\.$", text)
    assert not re.search(r"[.!?]\s", text), text
    assert ";" in text, "what to do follows what happened"
    for secret in secrets:
        assert secret not in text
