from collections.abc import Iterator

import pytest

from tests.venue.nodes import Nodes


@pytest.fixture(scope="module")
def one_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nodes]:
    """A venue of one node, for all tests of a module: each uses names of its own."""
    with Nodes(tmp_path_factory.mktemp("venue")) as nodes:
        yield nodes


@pytest.fixture
def three_nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nodes]:
    """A venue of three nodes, each of which can be cut off."""
    with Nodes(tmp_path_factory.mktemp("venue"), 3, cuttable=True) as nodes:
        yield nodes
