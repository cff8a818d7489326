"""An evening at the door without a venue: a server, a crowd, a camera, a cable to pull."""
