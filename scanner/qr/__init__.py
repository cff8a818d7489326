"""QR codes: a picture in, texts with corners out. Needs nothing of the rest of the program."""
