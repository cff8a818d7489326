"""The screen of a self-service lane: it speaks to patrons, and no key of theirs leaves it."""
