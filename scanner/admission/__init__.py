"""Ground floor: what a ticket is and who may enter. Values and pure functions; no I/O, no clock."""
