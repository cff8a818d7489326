"""What an organiser does on pretix's pages, because a team's token may not."""

import re

import httpx


class RefusedError(Exception):
    """pretix did not do what filling it asked for; its answer's beginning is in it."""


def sign_in(browser: httpx.Client, user: str, password: str) -> None:
    """Sign in as an administrator who may do everything.

    Raises:
        RefusedError: a page did not take it; so with all here.
    """
    _submit(browser, "/control/login", email=user, password=password)
    _submit(browser, "/control/sudo/")


def found_organiser(browser: httpx.Client, slug: str) -> None:
    """Make an organiser; afterwards the browser may call its API too."""
    _submit(browser, "/control/organizers/add", name=slug.title(), slug=slug)
    browser.headers["X-CSRFToken"] = browser.cookies["pretix_csrftoken"]
    browser.headers["Referer"] = str(browser.base_url)


def device_row(browser: httpx.Client, organiser: str, serial: str) -> int:
    """The number that pages call a device by: the database's, not that of the API."""
    listed = browser.get(f"/control/organizer/{organiser}/devices", params={"query": serial}).text
    rows = re.findall(r"/device/(\d+)/edit", listed)
    if len(set(rows)) != 1:
        raise RefusedError(f"{len(rows)} devices have the serial {serial}")
    return int(rows[0])


def revoke_device(browser: httpx.Client, organiser: str, row: int) -> None:
    """Withdraw a device's access."""
    _submit(browser, f"/control/organizer/{organiser}/device/{row}/revoke")


def sign_secrets(browser: httpx.Client, organiser: str, event: str) -> None:
    """Have tickets of an event carry signed secrets from now on."""
    _submit(
        browser,
        f"/control/event/{organiser}/{event}/settings/tickets",
        ticket_secret_generator="pretix_sig1",
        ticket_secret_length="32",
        ticket_download_date_0="unset",
    )


def _submit(browser: httpx.Client, path: str, **fields: str) -> None:
    page = browser.get(path)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    if token is None:
        raise RefusedError(f"GET {path}: {page.status_code}, no form")
    answer = browser.post(
        path,
        data={**fields, "csrfmiddlewaretoken": token[1]},
        headers={"Referer": str(browser.base_url)},
    )
    if answer.status_code != httpx.codes.FOUND:
        raise RefusedError(f"POST {path}: {answer.status_code}, the form again")
