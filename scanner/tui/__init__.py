"""What the guard sees: screens and widgets that show values and know nothing of where they live."""

import os

ESCAPE_MS = 25
"""How long a terminal is given to make more of an Esc, where `ESCDELAY` (ncurses) doesn't say so.

An arrow key's three bytes come together, and Textual's own 100 ms are felt each time."""

os.environ.setdefault("ESCDELAY", str(ESCAPE_MS))  # Textual reads it as it is imported

FRAMES_A_SECOND = 120
"""How often a screen may be drawn. What comes just after a drawing, such as the clock's, waits for
the next: with Textual's own 60 a verdict waited up to 17 ms."""

os.environ.setdefault("TEXTUAL_FPS", str(FRAMES_A_SECOND))  # likewise
