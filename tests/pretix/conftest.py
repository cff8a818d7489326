from collections.abc import Iterator

import pytest

from tests.pretix.stand_in import StandIn, standing_in


@pytest.fixture
def pretix() -> Iterator[StandIn]:
    with standing_in() as served:
        yield served
