"""Staff training: scenarios with a simulated crowd, at a gate with its own mock server."""
