"""One widget a file, its bindings and style beside it."""
