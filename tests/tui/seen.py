"""What a person sees on a running app's screen."""

from textual.app import App


def seen(app: App[None]) -> str:
    """Return the characters of the whole screen, row by row."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)
