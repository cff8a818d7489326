"""The gate's screen in browsers: the server, its password, and a gate for each window."""
