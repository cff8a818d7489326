"""A gate's claims: asked for, mirrored, and settled with what its ledger has."""
