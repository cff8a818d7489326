"""Tells a ticket's code from any other text, by the form of the codes that the session has."""

from collections.abc import Callable

from scanner.admission.cleaning import clean
from scanner.admission.code_form import CodeForm, may_be_ticket, parse, unlisted
from scanner.admission.serial import Fingerprint, LooksLike, NotATicket, Secret, Serial

FEWEST_OPAQUE = 16
"""Characters without a space that are taken for an opaque code as they stand, without an end or
another sign that a scanner sent them. Nobody types so many in one go."""


def holds_ticket(text: str, form: CodeForm = CodeForm.SERIAL) -> bool:
    """Tell whether exactly one ticket's code can be read in a text.

    An opaque code can't be told for sure; what is long and in one piece is taken for one.
    """
    parsed = parse(form, text)
    if isinstance(parsed, Secret):
        in_one_piece = parsed.value.isprintable() and " " not in parsed.value
        return in_one_piece and len(parsed.value) >= FEWEST_OPAQUE and may_be_ticket(parsed)
    return not isinstance(parsed, NotATicket)


def is_random(text: str) -> bool:
    """Tell whether a text is letters and digits at random: some code, and nothing that people type.

    For where no session tells the form yet.
    """
    mixed = any(map(str.isdigit, text)) and any(map(str.isalpha, text))
    return mixed and len(text) >= FEWEST_OPAQUE and text.isascii() and text.isalnum()


class TicketCodes:
    """The codes of the tickets that a gate reads.

    Args:
        form: tells their form now; it may change while the gate is open. Called from any thread,
            often, and never waits.
    """

    def __init__(self, form: Callable[[], CodeForm] = lambda: CodeForm.SERIAL) -> None:
        self._form = form

    @property
    def form(self) -> CodeForm:
        """Their form now."""
        return self._form()

    @property
    def opaque(self) -> bool:
        """Tell whether a code may be any text: then it is of one line, and ends with that."""
        return self._form() is CodeForm.SECRET

    def is_whole(self, text: str) -> bool:
        """Tell whether a text is, or holds, a ticket's code, whatever comes next."""
        return holds_ticket(text, self._form())

    def looks_like(self, text: str) -> LooksLike | None:
        """Return what a text is that has no ticket's form; None where it has, or holds several."""
        parsed = unlisted(parse(self._form(), text))
        if isinstance(parsed, NotATicket) and parsed.looks_like is not LooksLike.SEVERAL_TICKETS:
            return parsed.looks_like
        return None

    def of(self, text: str) -> str | None:
        """Return a ticket's code without what else is in the text; nothing where it has none."""
        if not self.is_whole(text):
            return None
        return self._told(text)

    def identity(self, text: str) -> str:
        """Return what two readings of one code have in common, however they came."""
        return self._told(text) or clean(text)

    def _told(self, text: str) -> str | None:
        match parse(self._form(), text):
            case Serial(value) | Secret(value):
                return value
            case Fingerprint(digest):
                return digest
            case _:
                return None
