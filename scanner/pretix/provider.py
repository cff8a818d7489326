"""How a gate gets its access to pretix: as a device, at a check-in list."""

from dataclasses import replace

from scanner.admission.code_form import CodeForm
from scanner.platform.access import PRETIX, GateCredentials, Pause, Request, without_pause
from scanner.platform.errors import Restricted, Unauthenticated
from scanner.platform.resources import Scope
from scanner.pretix import models
from scanner.pretix.client import Pretix, shaped
from scanner.pretix.door_calls import place_of
from scanner.pretix.errors import KeyRefused
from scanner.pretix.platform import PretixPlatform
from scanner.pretix.resources import Device
from scanner.pretix.setup import gate_credentials


class PretixProvider:
    """pretix.

    A request's `key` is the device's, and its `event` the URI of a check-in list; it has no code.
    See `scanner.pretix.setup` for how both are come by.

    Args:
        timeout: seconds between two bytes of an answer.
        pause: awaited again and again while a list is read.
        language: sections and events are called in this one where they can be.
    """

    name = PRETIX
    form = CodeForm.SECRET
    passages = True

    def __init__(
        self,
        timeout: float = 10.0,
        pause: Pause = without_pause,
        language: str = "en",
    ) -> None:
        self._timeout = timeout
        self._pause = pause
        self._language = language

    async def authenticate(self, request: Request) -> tuple[GateCredentials, Scope]:
        """Ask pretix which device has the key, and what the check-in list admits.

        Raises:
            SetupError: the request names no check-in list.
            KeyRefused: the key is not taken, or there is none.
            NoSuchToken, Restricted: the list is none, or none of the device's.
        """
        path = place_of(request.event or "")
        device = await self._device(request)
        held = gate_credentials(device, path)
        patient = PretixProvider(request.timeout, self._pause, self._language)
        platform = patient.connect(held, request.device)
        try:
            return held, await platform.scope()
        finally:
            await platform.close()

    async def check_server(self, request: Request) -> None:
        """Ask whether the address is a pretix's, and whether it takes the device's key.

        Raises:
            KeyRefused: the key is not taken, or there is none.
        """
        await self._device(request)

    def connect(self, credentials: GateCredentials, device: str) -> PretixPlatform:
        """Return what works at a check-in list with a device's key."""
        api = Pretix(credentials.api, credentials.key, timeout=self._timeout)
        return PretixPlatform(api, credentials, device, self._language, self._pause)

    async def directory(self, request: Request, credentials: GateCredentials, scope: Scope) -> None:
        """Return nothing: the gate's own list has the tickets of all products."""

    async def _device(self, request: Request) -> Device:
        async with Pretix(request.api, request.key, timeout=request.timeout) as api:
            try:
                found = await api.device_info()
            except (Unauthenticated, Restricted) as error:
                raise KeyRefused from error
            url = str(api.url)
        device = shaped(lambda body: models.read_device_info(body, url), found)
        return replace(device, key=request.key or "")
