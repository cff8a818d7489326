"""The network between gate and API: a TCP relay on loopback that can be cut."""

import asyncio
import threading

from scanner.demo.relay import Relay

_START_SECONDS = 10.0


class Cable:
    """Relays TCP connections to a local port, in its own thread; a context manager.

    `target_port` may change at any time. A cut aborts every connection, and new ones are refused.
    """

    def __init__(self, target_port: int) -> None:
        self._relay = Relay(target_port)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="cable", daemon=True)
        self._ready = threading.Event()

    @property
    def target_port(self) -> int:
        """Where it leads."""
        return self._relay.target_port

    @target_port.setter
    def target_port(self, port: int) -> None:
        self._relay.target_port = port

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._relay.port

    @property
    def connected(self) -> bool:
        """Tell whether the network is up."""
        return self._relay.is_open

    def __enter__(self) -> "Cable":
        self._thread.start()
        if not self._ready.wait(_START_SECONDS):
            raise TimeoutError("the cable's thread did not start")
        self.restore()
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def cut(self) -> None:
        """Cut the network; returns when all connections are gone."""
        asyncio.run_coroutine_threadsafe(self._relay.cut(), self._loop).result()

    def restore(self) -> None:
        """Restore the network, on the same port."""
        asyncio.run_coroutine_threadsafe(self._relay.open(), self._loop).result()

    def toggle(self) -> bool:
        """Cut or restore the network; return whether it is up now."""
        (self.cut if self.connected else self.restore)()
        return self.connected

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.call_soon(self._ready.set)
        self._loop.run_forever()
