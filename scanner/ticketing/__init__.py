"""The TickeTing REST API v3, from a client's side."""
