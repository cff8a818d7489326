"""A world before a camera that isn't there: drawn tickets that patrons hold up, for the demo."""
