"""What a venue's node says, and what keeps one from running."""

from scanner.wording.catalogue import say
from scanner.wording.plain import plain
from scanner.wording.sentences import Params, Plural, Sentence


def _installed(params: Params) -> str:
    return f"""
{say("Then:")}
  systemctl --user daemon-reload
  systemctl --user enable --now scanner-venue
  sudo loginctl enable-linger {params["user"]}     {say("so that it runs without a login")}
"""


def _removed(_: Params) -> str:
    return f"""{say("Then:")}
  systemctl --user disable --now scanner-venue; systemctl --user daemon-reload"""


def _missing(params: Params) -> str:
    numbers = {"up": plain(str(params["up"])), "of": plain(str(params["of"]))}
    if away := str(params.get("away") or ""):
        return say("Only {up} of {of} nodes are there; start {away}.", **numbers, away=plain(away))
    return say("Only {up} of {of} nodes are there; start the others.", **numbers)


SENTENCES: dict[str, Sentence] = {
    "node.no_server": "nats-server is missing; install scanner[venue].",
    "node.server_too_old": "{file} is nats-server {version}; a venue needs 2.12 or later.",
    "node.server_ended": "The node's server ended: {why}",
    "node.server_silent": "The node's server does not answer; see {file}.",
    "node.no_majority": "Of {count} nodes too few are there to agree; start the others.",
    "node.not_a_node": "This computer is no node of the venue {name}; join it with the file "
    "that scanner venue init wrote for nodes.",
    "node.other_size": "{folder} belongs to a venue of another number of nodes than {count}; "
    "move it away, and start again.",
    "node.served_already": "This computer was a node already; move {folder} away first.",
    "node.served_elsewhere": "This node is served already, by another process.",
    "node.unknown": "The venue has no node {node}; its nodes are {nodes}.",
    "node.not_lost": "{node} is there; it can't be replaced.",
    "node.others_not_level": "A node can be replaced only while all others are there and "
    "up to date; see scanner venue status.",
    "node.runs_already": "A server runs already at {address}.",
    "node.waits": "Waiting for the other nodes: {known} of {of} found.",
    "node.serves": "This node of {name} answers at {address}.",
    "node.state": "Nodes: {up} of {of}; leader: {leader}.",
    "node.tolerant": Plural(
        "Fault-tolerant: one node may fail.", "Fault-tolerant: {count} nodes may fail."
    ),
    "node.restarts": "The server ended ({why}); it starts again in {seconds} s.",
    "node.renewed": "This node has a new certificate.",
    "node.moved": "A node has another address; this one follows.",
    "node.one_node": "Not fault-tolerant: while the only node is down, each gate decides alone.",
    "node.missing": _missing,
    "node.no_leader": "{up} of {of} nodes are there, and choose a leader; that takes some seconds.",
    "node.no_majority_now": "With {up} of {of} nodes nothing can be agreed; start another.",
    "node.not_synced": "Not fault-tolerant: {node} answers before its disk has it, "
    "so a power cut can lose claims; start it by scanner venue serve.",
    "node.too_old": "Not fault-tolerant: {node} is nats-server {version}; "
    "a venue needs 2.12 or later.",
    "node.behind": "{node} is not up to date yet.",
    "node.unchecked": "How the nodes keep what they confirm is told at a node alone.",
    "node.installed": _installed,
    "node.removed": _removed,
    "node.request_not_understood": "The venue's nodes don't understand what this gate asked; "
    "it may be of another version.",
    "node.not_now": "The venue's nodes can't do that now; try again in a moment.",
}
