"""What a venue's node says, and what keeps one from running."""

from scanner.wording.sentences import Sentence

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
    "node.runs_already": "A server runs already at {address}.",
    "node.request_not_understood": "The venue's nodes don't understand what this gate asked; "
    "it may be of another version.",
    "node.not_now": "The venue's nodes can't do that now; try again in a moment.",
}
