from scanner.venue.discovery import Announcement, Found, announced, search, together

HERE = ["127.0.0.1"]
ONE = Announcement("Haus Süd", "01" * 8, "node-0a", ("127.0.0.1",), 7422, 7522)
TWO = Announcement("Haus Süd", "01" * 8, "node-0b", ("127.0.0.2", "fe80::1"), 7422, 7522)
OTHER = Announcement("Arena", "02" * 8, "node-0c", ("127.0.0.3",), 7422, 7522)


def test_nodes_of_one_venue_are_one_venue() -> None:
    assert together([TWO, OTHER, ONE]) == [
        Found("Arena", "02" * 8, ("127.0.0.3:7422",)),
        Found("Haus Süd", "01" * 8, ("127.0.0.1:7422", "127.0.0.2:7422", "[fe80::1]:7422")),
    ]


async def test_a_node_that_announces_itself_is_found() -> None:
    async with announced(ONE, HERE), announced(OTHER, HERE):
        assert await search(10, HERE, venue=ONE.venue) == [
            Found("Haus Süd", "01" * 8, ("127.0.0.1:7422",))
        ]


async def test_without_a_node_no_venue_is_found() -> None:
    assert await search(0.1, HERE) == []
