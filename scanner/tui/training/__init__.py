"""Training's screens: other colours than the gate's, and a banner on each."""
