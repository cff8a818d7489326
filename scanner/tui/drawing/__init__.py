"""What is drawn with characters: verdicts, shapes, pictures and colours. Pure."""
