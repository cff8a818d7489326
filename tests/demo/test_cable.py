import socket
from collections.abc import Iterator

import pytest

from scanner.demo.cable import Cable

LIMIT = 10


@pytest.fixture
def echo() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(LIMIT)
        yield listener


def _connected(cable: Cable, listener: socket.socket) -> tuple[socket.socket, socket.socket]:
    near = socket.create_connection(("127.0.0.1", cable.port), LIMIT)
    far, _ = listener.accept()
    far.settimeout(LIMIT)
    return near, far


def test_bytes_pass_both_ways(echo: socket.socket) -> None:
    with Cable(echo.getsockname()[1]) as cable:
        near, far = _connected(cable, echo)
        with near, far:
            near.sendall(b"to the server")
            assert far.recv(100) == b"to the server"
            far.sendall(b"and back")
            assert near.recv(100) == b"and back"


def test_the_end_of_a_request_is_passed_on_while_the_answer_still_comes(
    echo: socket.socket,
) -> None:
    with Cable(echo.getsockname()[1]) as cable:
        near, far = _connected(cable, echo)
        with near, far:
            near.shutdown(socket.SHUT_WR)
            assert far.recv(100) == b""
            far.sendall(b"late")
            assert near.recv(100) == b"late"


def test_cutting_it_breaks_what_is_connected_and_refuses_what_is_new(
    echo: socket.socket,
) -> None:
    with Cable(echo.getsockname()[1]) as cable:
        near, far = _connected(cable, echo)
        with near, far:
            cable.cut()
            assert not cable.connected
            assert near.recv(100) == b""
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", cable.port), LIMIT)


def test_put_back_it_is_on_the_port_where_it_was(echo: socket.socket) -> None:
    with Cable(echo.getsockname()[1]) as cable:
        port = cable.port
        assert not cable.toggle()
        assert cable.toggle()
        assert cable.port == port
        near, far = _connected(cable, echo)
        with near, far:
            near.sendall(b"again")
            assert far.recv(100) == b"again"


def test_a_server_that_is_gone_ends_the_connection(echo: socket.socket) -> None:
    port = echo.getsockname()[1]
    echo.close()
    with (
        Cable(port) as cable,
        socket.create_connection(("127.0.0.1", cable.port), LIMIT) as near,
    ):
        assert near.recv(100) == b""
