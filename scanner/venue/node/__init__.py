"""One node of a venue: its server, what it does for gates, and how all nodes are."""
