"""The background work between store and API: pull, replay, settle, and the state of the link."""
