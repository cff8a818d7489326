"""Why a node can't be run."""

from scanner.facts import Code
from scanner.venue.errors import VenueError


class NodeFault(Code):
    """What keeps a node from running."""

    NO_SERVER = "node.no_server"
    SERVER_TOO_OLD = "node.server_too_old"
    SERVER_ENDED = "node.server_ended"
    SERVER_SILENT = "node.server_silent"
    NO_MAJORITY = "node.no_majority"
    NOT_A_NODE = "node.not_a_node"
    OTHER_SIZE = "node.other_size"
    SERVED_ALREADY = "node.served_already"
    SERVED_ELSEWHERE = "node.served_elsewhere"
    UNKNOWN = "node.unknown"
    NOT_LOST = "node.not_lost"
    OTHERS_NOT_LEVEL = "node.others_not_level"
    RUNS_ALREADY = "node.runs_already"


class NodeError(VenueError):
    """A node can't be run."""
