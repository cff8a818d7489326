"""Who belongs to a venue: keys, tokens, certificates, invitations, and the files of a home."""
