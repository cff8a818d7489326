"""The names of the keys in the guard's language, put in when a screen appears."""

from dataclasses import replace

from textual.dom import DOMNode

from scanner.wording.catalogue import say


def translate_keys(node: DOMNode) -> None:
    """Put the chosen language's words on a node's own keys; English ones are the originals."""
    bindings = node._bindings.key_to_bindings
    originals = type(node)._merged_bindings
    if originals is None:
        return
    for key, found in originals.key_to_bindings.items():
        bindings[key] = [
            replace(
                each,
                description=say(each.description),
                tooltip=say(each.tooltip),
                key_display=say(each.key_display or "") or None,
            )
            for each in found
        ]
