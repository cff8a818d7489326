"""The demo: a mock server, a simulated crowd and camera, and a network that can be cut."""
