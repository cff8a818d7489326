"""Facts into sentences, for a language: the only prose outside the command line's own help."""
