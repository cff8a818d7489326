"""`scanner events`, `admissions` and `whoami`: what the API holds, to look up."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from scanner.cli.api import ask, ask_whole, counted, name_server, require_whole
from scanner.cli.errors import Usage, UsageError
from scanner.cli.output import Done, print_json, print_line, print_table, tell
from scanner.cli.settings import Api, ApiKey, Json
from scanner.facts import Fact
from scanner.wording.catalogue import say
from scanner.wording.plain import day_and_time

if TYPE_CHECKING:
    from scanner.platform.paged_list import WholeList
    from scanner.platform.resources import Admission, Page
    from scanner.ticketing.client import TickeTing
    from scanner.ticketing.resources import Event, PersonSession

T = TypeVar("T")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(epilog="Example: scanner events --published")(events)
    app.command(epilog='Example: scanner admissions 16993717817996 --device "7k3q north-1"')(
        admissions
    )
    app.command(epilog="Example: scanner whoami")(whoami)


def events(
    *,
    published: Annotated[
        bool, typer.Option("--published", help="Only those that are open to everybody.")
    ] = False,
    title: Annotated[str | None, typer.Option(help="The title.")] = None,
    status: Annotated[
        str | None, typer.Option(help="Draft, Published, …; not with --published.")
    ] = None,
    api: Api = None,
    api_key: ApiKey = None,
    as_json: Json = False,
) -> None:
    """List the events that the key may see, with the number that other commands want."""
    if published and status:
        raise UsageError(Usage.EXCLUDES, name="--status", other="--published")

    async def page_of(asked: "TickeTing", page: int, records: int) -> "Page[Event]":
        if published:
            return await asked.published_events(page=page, records=records, title=title)
        return await asked.events(page=page, records=records, title=title, status=status)

    found, server = ask_whole(api, api_key, page_of, lambda each: each.uri)
    if as_json:
        _print_objects(found, server, _event)
        return
    rows = [
        (
            each.uri.rsplit("/", 1)[-1],
            each.title,
            each.status,
            day_and_time(each.start),
            _names(each),
        )
        for each in found.entries
    ]
    heads = (say("Number"), say("Title"), say("Status"), say("Start"), say("Sections"))
    name_server(server)
    print_table(heads, rows, caption=counted(found))
    require_whole(found)


def admissions(
    event: Annotated[str, typer.Argument(help="The event's number or URI.")],
    *,
    redeemer: Annotated[str | None, typer.Option(help="Who let the patron in.")] = None,
    device: Annotated[
        str | None, typer.Option(help="At which gate: its name as the API has it, with its tag.")
    ] = None,
    ticket: Annotated[str | None, typer.Option(help="A ticket's serial.")] = None,
    patron: Annotated[str | None, typer.Option(help="An account's number or URI.")] = None,
    section: Annotated[str | None, typer.Option(help="A section's number.")] = None,
    api: Api = None,
    api_key: ApiKey = None,
    as_json: Json = False,
) -> None:
    """List an event's admissions as the API holds them, of all gates."""
    from scanner.desk.tokens import event_uri

    async def page_of(asked: "TickeTing", page: int, records: int) -> "Page[Admission]":
        return await asked.admissions(
            event_uri(event),
            page=page,
            records=records,
            redeemer=redeemer,
            device=device,
            ticket=ticket,
            patron=patron,
            section=section,
        )

    found, server = ask_whole(
        api, api_key, page_of, lambda each: (each.serial, each.uri, each.admitted)
    )
    if as_json:
        _print_objects(found, server, _admission)
        return
    rows = [
        (
            each.serial,
            each.section_name,
            day_and_time(each.admitted) if each.admitted else None,
            each.redeemer,
            each.device,
        )
        for each in found.entries
    ]
    heads = (say("Ticket"), say("Section"), say("Admitted"), say("By"), say("At"))
    name_server(server)
    print_table(heads, rows, caption=counted(found))
    require_whole(found)


def whoami(*, api: Api = None, api_key: ApiKey = None, as_json: Json = False) -> None:
    """Say whose session the stored key belongs to, and whether it is still valid."""

    async def work(asked: "TickeTing") -> "PersonSession":
        return await asked.active_session()

    found, server = ask(api, api_key, work)
    account = found.account
    if as_json:
        facts = {
            "api": server,
            "account": account.uri if account else None,
            "username": account.username if account else None,
            "started": found.started,
        }
        print_json(facts)
        return
    name = (account.username or account.number or account.uri) if account else None
    name_server(server)
    tell(Fact(Done.WHOAMI, {"name": name, "started": found.started}))


def _print_objects(
    found: "WholeList[T]", api: str, shown: Callable[[T], dict[str, object]]
) -> None:
    for each in found.entries:
        print_json({"api": api, **shown(each)})
    if found.faults:
        print_line(counted(found), err=True)
    require_whole(found)


def _event(each: "Event") -> dict[str, object]:
    return {
        "uri": each.uri,
        "title": each.title,
        "status": each.status,
        "start": each.start,
        "end": each.end,
        "sections": [{"uri": part.uri, "name": part.name} for part in each.sections],
    }


def _admission(each: "Admission") -> dict[str, object]:
    return {
        "ticket": each.serial,
        "section": each.section,
        "admitted": each.admitted.isoformat() if each.admitted else None,
        "redeemer": each.redeemer,
        "device": each.device,
    }


def _names(event: "Event") -> str:
    return ", ".join(section.name for section in event.sections)
