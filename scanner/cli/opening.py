"""`scanner open`: opens a session, and fetches the first ticket list."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli.api import name_server, read_key, secret
from scanner.cli.errors import Usage, UsageError
from scanner.cli.first_start import forget_start
from scanner.cli.settings import Api, ApiKey, database, load, load_with_server
from scanner.wording.catalogue import language, say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scanner.config import Config
    from scanner.desk.device_setup import Wanted, Which
    from scanner.desk.gate_card import GateCard
    from scanner.facts import Value
    from scanner.keystore import KeyStore
    from scanner.platform.access import Request
    from scanner.pretix.setup import NewDevice
    from scanner.store.writer import Writer
    from scanner.sync.opening import Opened

_NAME_BYTES = 2
_LONGEST_CODE = 4096


def register(app: typer.Typer) -> None:
    """Add the command."""
    example = "Example: scanner open A0F9GG8D --name Lee --device north-1"
    app.command("open", epilog=example)(open_session)


def open_session(
    code: Annotated[
        str | None,
        typer.Argument(
            help="The admission token's code, a gate card's line, or what pretix shows for a new "
            "device; - reads it from standard input. A device that was set up needs none.",
            show_default=False,
        ),
    ] = None,
    *,
    name: Annotated[
        str | None, typer.Option(help="Who stands at the gate; goes with every admission.")
    ] = None,
    device: Annotated[
        str | None,
        typer.Option(help="This gate's own name, unlike any other's; made up when not given."),
    ] = None,
    event: Annotated[
        str | None, typer.Option(help="With pretix: the event, by its title or short name.")
    ] = None,
    check_in_list: Annotated[
        str | None,
        typer.Option("--list", help="With pretix: the check-in list, by its name or number."),
    ] = None,
    api: Api = None,
    api_key: ApiKey = None,
) -> None:
    """First: join an event with what staff were given, and fetch its tickets. Shows no screen.

    A gate is opened once for each token or check-in list; it stays open over restarts.
    """
    from scanner.desk.device_setup import Wanted
    from scanner.desk.gate_card import GateCard, read_card
    from scanner.pretix.setup import read_new_device

    code = _read_code() if code == "-" else code
    new = read_new_device(code) if code else None
    if new or (code is None and (event or check_in_list)):
        for option, given in (("--api", api), ("--api-key", api_key)):
            if given:
                raise UsageError(Usage.NOT_AT_PRETIX, name=option)
        _open_device(new, Wanted(event, check_in_list), name, device)
        return
    if code is None:
        if not _is_device():
            raise UsageError(Usage.MISSING, name="CODE")
        _open_device(None, Wanted(), name, device)
        return
    for option, given in (("--event", event), ("--list", check_in_list)):
        if given:
            raise UsageError(Usage.ONLY_AT_PRETIX, name=option)
    card = read_card(code) or GateCard(token=code)
    if "://" in code and card.token == code:
        raise UsageError(Usage.ADDRESS_ALONE)
    _open_token(card, name, device, api, api_key)


def _open_token(
    card: "GateCard", name: str | None, device: str | None, api: str | None, api_key: str | None
) -> None:
    """Open a gate with an admission token."""
    from scanner.store.sessions import TICKETING

    config = load_with_server(
        name=name, device=device, api=api or card.api, api_key=read_key(api_key) or card.key
    )
    if not config.name:
        raise UsageError(Usage.MISSING, name="--name")
    code = card.token or ""

    def request(writer: "Writer", keys: "KeyStore") -> "Request":
        return _request(config, keys, code, config.device or device_name(writer))

    _open(config, TICKETING, request)


def _open_device(
    new: "NewDevice | None", wanted: "Wanted", name: str | None, device: str | None
) -> None:
    """Open a gate as a device of a pretix: as a new one, or as the one that this computer is."""
    import asyncio

    from scanner.cli.output import remind
    from scanner.desk import device_setup
    from scanner.platform.access import PRETIX
    from scanner.pretix.choices import Choices
    from scanner.pretix.resources import read_list_path
    from scanner.pretix.setup import profile_warning
    from scanner.store.sessions import read_session

    config = load(name=name, device=device)

    def request(writer: "Writer", keys: "KeyStore") -> "Request":
        session = writer.submit(read_session).result()
        guard = config.name or (session.name if session else None)
        if not guard:
            raise UsageError(Usage.MISSING, name="--name")
        path = read_list_path(session.event) if session else None

        async def chosen() -> "Request":
            timeout = config.timeout_seconds
            if new:
                found = await device_setup.set_up(new, keys, timeout_seconds=timeout)
            else:
                found = device_setup.kept_device(keys)
            if warning := profile_warning(found):
                remind(warning)
            place = wanted.list or (new.place if new else None)
            meant = wanted._replace(list=place, here=path.event if path else None)
            async with Choices(found, language(), timeout=timeout) as choices:
                ask = _ask if sys.stdin.isatty() else None
                choice = await device_setup.choose(choices, meant, ask)
            for caution in device_setup.cautions(choice):
                remind(caution)
            own_name = config.device or device_name(writer)
            return device_setup.request_at(
                found, choice.path.at(found.url), config, name=guard, own_name=own_name
            )

        return asyncio.run(chosen())

    _open(config, PRETIX, request)


def _is_device() -> bool:
    """Tell whether this computer was set up as a device of a pretix."""
    from scanner.desk.device_setup import kept_device
    from scanner.desk.errors import NoDevice
    from scanner.keystore import open_keystore

    try:
        kept_device(open_keystore(load().home))
    except NoDevice:
        return False
    return True


def _read_code() -> str:
    """Read what opens a gate from standard input; what pretix shows may be of several lines."""
    text = secret(say("Token code"))
    if sys.stdin.isatty():
        return text
    begins = text.lstrip().startswith(("{", "http")) or len(text.split()) > 1
    more = sys.stdin.read(_LONGEST_CODE) if begins else ""
    return f"{text}\n{more}" if more.strip() else text


def _ask(which: "Which", labels: "Sequence[str]") -> int:
    """Have a person choose one of several in a terminal; returns its index."""
    from scanner.cli.output import print_line
    from scanner.desk.device_setup import Which
    from scanner.wording.plain import plain

    for number, label in enumerate(labels, 1):
        print_line(f"{number:>4}  {plain(label, 100)}", err=True)
    asked = {Which.EVENT: say("Number of the event"), Which.LIST: say("Number of the list")}[which]
    while True:
        given = str(typer.prompt(asked, err=True)).strip()
        if given.isdecimal() and 1 <= int(given) <= len(labels):
            return int(given) - 1
        print_line(say("Type one of the numbers 1 to {last}.", last=len(labels)), err=True)


def _open(
    config: "Config", platform: str, request_of: "Callable[[Writer, KeyStore], Request]"
) -> None:
    """Open a gate, and tell what it is open for."""
    from scanner.cli.output import Done, remind, tell
    from scanner.facts import Fact
    from scanner.keystore import open_keystore
    from scanner.store.anchor import keyed
    from scanner.store.writer import Writer
    from scanner.sync.clock import utc_now

    keys = open_keystore(config.home)
    with (
        Writer(database(config)) as writer,
        keyed(writer, keys, utc_now, create=False),  # another session's end is noted
    ):
        opened = _open_with_progress(request_of(writer, keys), platform, writer, keys)
    forget_start(keys)
    for warning in opened.warnings:
        remind(warning)
    session = opened.session
    name_server(session.api)
    told: dict[str, Value] = {
        "event": session.title,
        "sections": ", ".join(opened.sections),
        "tickets": opened.tickets,
        "name": session.name,
        "device": session.device,
    }
    tell(Fact(Done.OPENED, told))


def _request(config: "Config", keys: "KeyStore", code: str, device: str) -> "Request":
    from scanner.desk.errors import NotLoggedIn
    from scanner.desk.login import credential, gate_key
    from scanner.platform.access import Request

    api, key = config.api, None
    try:
        found = credential(config, keys)
        api, key = found.api, found.key
    except NotLoggedIn:
        pass  # the API says whether it wants a key
    application = gate_key(api, config, keys)
    return Request(
        api=api,
        code=code,
        name=config.name or "",
        device=device,
        key=key or application,
        application=application,
        timeout=config.timeout_seconds,
        records=config.page_records,
        names=config.names,
    )


def _open_with_progress(
    request: "Request", platform: str, writer: "Writer", keys: "KeyStore"
) -> "Opened":
    import asyncio

    from scanner.app.platforms import provider_of
    from scanner.cli.output import bar
    from scanner.sync.clock import utc_now
    from scanner.sync.opening import open_gate

    with bar(say("Fetching tickets")) as show:
        provider = provider_of(platform, timeout=request.timeout)
        opening = open_gate(request, provider, writer, keys, utc_now, on_progress=show)
        return asyncio.run(opening)


def device_name(writer: "Writer") -> str:
    """Return the ledger's name for this device, or make one up that no other gate has."""
    import platform
    import secrets

    from scanner.store.sessions import read_session

    session = writer.submit(read_session).result()
    if session:
        return session.device
    host = platform.node().split(".")[0] or "gate"
    return f"{host}-{secrets.token_hex(_NAME_BYTES)}"
