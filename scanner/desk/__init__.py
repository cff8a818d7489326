"""The supervisor's work: logging in, and the tokens that open gates."""
