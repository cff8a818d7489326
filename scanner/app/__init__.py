"""The one assembly: gate, engine, sources, link and sound, from a configuration."""
