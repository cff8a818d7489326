"""`scanner open`: opens a session with a token, and fetches the first ticket list."""

from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli.api import name_server, read_key, secret
from scanner.cli.errors import Usage, UsageError
from scanner.cli.first_start import forget_start
from scanner.cli.settings import Api, ApiKey, database, load_with_server
from scanner.wording.catalogue import say

if TYPE_CHECKING:
    from scanner.config import Config
    from scanner.facts import Value
    from scanner.keystore import KeyStore
    from scanner.platform.access import Request
    from scanner.store.writer import Writer
    from scanner.sync.opening import Opened

_NAME_BYTES = 2


def register(app: typer.Typer) -> None:
    """Add the command."""
    example = "Example: scanner open A0F9GG8D --name Lee --device north-1"
    app.command("open", epilog=example)(open_session)


def open_session(
    code: Annotated[
        str,
        typer.Argument(
            help="The admission token's code, or a gate card's line; - reads it from standard "
            "input."
        ),
    ],
    *,
    name: Annotated[
        str | None, typer.Option(help="Who stands at the gate; goes with every admission.")
    ] = None,
    device: Annotated[
        str | None,
        typer.Option(help="This gate's own name, unlike any other's; made up when not given."),
    ] = None,
    api: Api = None,
    api_key: ApiKey = None,
) -> None:
    """First: join an event with a token's code, and fetch its tickets. Shows no screen.

    A gate is opened once for each token; it stays open over restarts.
    """
    from scanner.cli.output import Done, remind, tell
    from scanner.desk.gate_card import GateCard, read_card
    from scanner.facts import Fact
    from scanner.keystore import open_keystore
    from scanner.store.anchor import keyed
    from scanner.store.writer import Writer
    from scanner.sync.clock import utc_now

    code = secret(say("Token code")) if code == "-" else code
    card = read_card(code) or GateCard(token=code)
    config = load_with_server(
        name=name, device=device, api=api or card.api, api_key=read_key(api_key) or card.key
    )
    if not config.name:
        raise UsageError(Usage.MISSING, name="--name")
    code = card.token or ""
    keys = open_keystore(config.home)
    with (
        Writer(database(config)) as writer,
        keyed(writer, keys, utc_now, create=False),  # another session's end is noted
    ):
        request = _request(config, keys, code, config.device or device_name(writer))
        opened = _open_with_progress(request, writer, keys)
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


def _open_with_progress(request: "Request", writer: "Writer", keys: "KeyStore") -> "Opened":
    import asyncio

    from scanner.app.platforms import provider_of
    from scanner.cli.output import bar
    from scanner.sync.clock import utc_now
    from scanner.sync.opening import open_gate

    with bar(say("Fetching tickets")) as show:
        provider = provider_of(timeout=request.timeout)
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
