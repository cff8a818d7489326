"""What the guard sees: screens and widgets that show values and know nothing of where they live."""

import os

ESCAPE_MS = 25
"""How long a terminal is given to make more of an Esc, where `ESCDELAY` (ncurses) doesn't say so.

An arrow key's three bytes come together, and Textual's own 100 ms are felt each time."""

os.environ.setdefault("ESCDELAY", str(ESCAPE_MS))  # Textual reads it as it is imported
