"""The gates of one house, agreed on every ticket without the internet, by NATS JetStream.

Its libraries are the extra `venue`, and are imported only where a venue is used.
"""
