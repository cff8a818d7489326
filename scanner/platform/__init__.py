"""What ticketing platforms have in common, from a client's side: calls, lists, errors, values."""
