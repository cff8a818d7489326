"""`scanner events`, `admissions` and `whoami`: what the API holds, to look up."""

from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli.api import ask
from scanner.cli.output import Done, print_json, print_table, tell
from scanner.cli.settings import Api, ApiKey, Json
from scanner.facts import Fact

if TYPE_CHECKING:
    from scanner.ticketing.client import TickeTing
    from scanner.ticketing.resources import Admission, Event, Page, PersonSession

PageNumber = Annotated[int, typer.Option("--page", min=1, help="Which page of the list.")]
Records = Annotated[int, typer.Option("--records", min=1, help="Entries on a page.")]


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
    page: PageNumber = 1,
    records: Records = 25,
    api: Api = None,
    api_key: ApiKey = None,
    as_json: Json = False,
) -> None:
    """List the events that the key may see, with the number that other commands want."""
    if published and status:
        raise typer.BadParameter("it goes without --published.", param_hint="'--status'")

    async def work(asked: "TickeTing") -> "Page[Event]":
        if published:
            return await asked.published_events(page=page, records=records, title=title)
        return await asked.events(page=page, records=records, title=title, status=status)

    found = ask(api, api_key, work)
    if as_json:
        for each in found.entries:
            print_json(_event(each))
        return
    rows = [
        (each.uri.rsplit("/", 1)[-1], each.title, each.status, each.start, _names(each))
        for each in found.entries
    ]
    heads = ("Number", "Title", "Status", "Start", "Sections")
    print_table(heads, rows, caption=_caption(found))


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
    page: PageNumber = 1,
    records: Records = 25,
    api: Api = None,
    api_key: ApiKey = None,
    as_json: Json = False,
) -> None:
    """List an event's admissions as the API holds them, of all gates."""
    from scanner.desk.tokens import event_uri

    async def work(asked: "TickeTing") -> "Page[Admission]":
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

    found = ask(api, api_key, work)
    if as_json:
        for each in found.entries:
            print_json(_admission(each))
        return
    rows = [
        (
            each.serial,
            each.section_name,
            each.admitted.isoformat() if each.admitted else None,
            each.redeemer,
            each.device,
        )
        for each in found.entries
    ]
    heads = ("Ticket", "Section", "Admitted", "By", "At")
    print_table(heads, rows, caption=_caption(found))


def whoami(*, api: Api = None, api_key: ApiKey = None, as_json: Json = False) -> None:
    """Say whose session the stored key belongs to, and whether it is still valid."""

    async def work(asked: "TickeTing") -> "PersonSession":
        return await asked.active_session()

    found = ask(api, api_key, work)
    account = found.account
    if as_json:
        facts = {
            "account": account.uri if account else None,
            "username": account.username if account else None,
            "started": found.started,
        }
        print_json(facts)
        return
    name = (account.username or account.number or account.uri) if account else None
    tell(Fact(Done.WHOAMI, {"name": name, "started": found.started}))


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


def _caption(page: "Page[Event] | Page[Admission]") -> str:
    pages = max(1, -(-page.total // max(1, page.records)))
    unread = f"; {len(page.faults)} of this page can't be read" if page.faults else ""
    return f"{page.total} in all; page {page.page} of {pages}{unread}"
