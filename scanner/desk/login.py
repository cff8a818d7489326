"""The login that commands ask the API with: a person's session, or an integration key."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

import structlog

from scanner.config import Config
from scanner.desk.errors import LoginFault, LoginRefused, NotLoggedIn
from scanner.facts import Code, Fact
from scanner.keystore import KeyStore
from scanner.platform.connection import address
from scanner.platform.errors import Forbidden, NotFound, TicketingError, Unauthenticated
from scanner.platform.paged_list import PageSizes
from scanner.sync.credentials import application_key
from scanner.ticketing.client import TickeTing

if TYPE_CHECKING:
    from scanner.platform.resources import Owner

LOGIN = "login"
"""The secret's name in the key store."""

log = structlog.get_logger("desk")


class KeyKind(StrEnum):
    """What a stored key is: a session's, which a log-out ends, or one that stays valid."""

    SESSION = "session"
    KEY = "key"


class LoggedIn(Code):
    """How a login ended."""

    SESSION = "desk.session_started"
    KEY = "desk.key_kept"


class LoggedOut(Code):
    """How a log-out ended; the key is deleted in every case."""

    ENDED = "desk.session_ended"
    ALREADY_ENDED = "desk.session_already_ended"
    NOT_ENDED = "desk.session_not_ended"
    KEY_FORGOTTEN = "desk.key_forgotten"


@dataclass(frozen=True, slots=True)
class Credential:
    """An API's address and a key (secret) to ask it with."""

    api: str
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Login:
    """A stored login; `asked_with` is the digest of the key that the session was started with."""

    api: str
    key: str = field(repr=False)
    kind: KeyKind
    asked_with: str | None = field(default=None, repr=False)

    @property
    def host(self) -> str:
        """The API's host."""
        return address(self.api).host


@dataclass(frozen=True, slots=True)
class LogoutResult:
    """How a log-out ended, at which host, and why the session could not be ended."""

    outcome: LoggedOut
    host: str
    problem: Fact | None = None

    @property
    def fact(self) -> Fact:
        """What is told."""
        return Fact(self.outcome, {"host": self.host})


def connect(config: Config, credential: Credential) -> TickeTing:
    """Return a connection with this key; use as an async context manager."""
    sizes = PageSizes(config.home, config.page_records)
    return TickeTing(
        credential.api,
        credential.key,
        timeout=config.timeout_seconds,
        page_size=sizes.of(str(address(credential.api))),
    )


async def login(
    config: Config, keystore: KeyStore, identification: str, password: str
) -> "Owner | None":
    """Start a person's session and store its key; returns whose it is, where the API says it.

    Where the API wants a key before it starts a session, that is `config.api_key`.

    Raises:
        LoginRefused: the account, the password or the key to ask with is wrong, or is missing.
        TicketingError: the API doesn't answer as it should.
        KeyStoreError: the key can't be kept.
    """
    asking = _given_key(config)
    host = address(config.api).host
    async with TickeTing(config.api, asking, timeout=config.timeout_seconds) as api:
        try:
            session = await api.start_session(identification, password)
        except Unauthenticated as error:
            raise _not_authenticated(error, identification, host) from error
        except Forbidden as error:
            raise LoginRefused(LoginFault.KEY_STARTS_NO_SESSION, host=host) from error
        except NotFound as error:
            if "account" not in error.said.lower():  # the API has one status for both
                raise
            raise LoginRefused(LoginFault.NO_ACCOUNT, account=identification, host=host) from error
    _keep(keystore, Login(config.api, session.key, KeyKind.SESSION, _digest(asking)))
    return session.account


async def login_with_key(config: Config, keystore: KeyStore) -> None:
    """Store the integration key `config.api_key` once the API has accepted it.

    Raises:
        LoginRefused: no key is given, or the API doesn't accept it.
        TicketingError: the API doesn't answer as it should.
        KeyStoreError: the key can't be kept.
    """
    key = _given_key(config)
    if not key:
        raise LoginRefused(LoginFault.NO_KEY_GIVEN)
    async with connect(config, Credential(config.api, key)) as api:
        try:
            await api.events(records=1)
        except (Unauthenticated, Forbidden) as error:
            host = address(config.api).host
            raise LoginRefused(LoginFault.KEY_REFUSED, host=host, status=error.status) from error
    _keep(keystore, Login(config.api, key, KeyKind.KEY))


async def logout(config: Config, keystore: KeyStore) -> LogoutResult:
    """End the session at the API, and delete the key whatever the API answers.

    Raises:
        NotLoggedIn: there is nothing to end.
        KeyStoreError: the key can't be forgotten.
    """
    kept = stored_login(keystore)
    if kept is None:
        raise NotLoggedIn(LoginFault.NOTHING_TO_END)
    try:
        return await _end(config, kept)
    finally:
        keystore.delete(LOGIN)


def credential(config: Config, keystore: KeyStore) -> Credential:
    """Return the key to ask with: the given one, else that of the login.

    A given key that only started the login's session is not used: the session has the person's
    rights. A login's key is never sent to another API than its own.

    Raises:
        NotLoggedIn: there is no key for this API.
        LoginRefused: the given key can't be one.
        KeyStoreError: the login can't be read.
    """
    given = _given_key(config)
    kept = stored_login(keystore)
    ours = kept is not None and (not _api_given(config) or _same(config.api, kept.api))
    if kept is not None and ours and (not given or _digest(given) == kept.asked_with):
        return Credential(kept.api, kept.key)
    if given:
        return Credential(config.api, given)
    if kept is not None:
        raise NotLoggedIn(LoginFault.OTHER_API, kept=kept.api, asked=config.api)
    raise NotLoggedIn(LoginFault.NOT_LOGGED_IN)


def key_at(api: str, config: Config, keystore: KeyStore) -> str | None:
    """Return the key to ask this API with: given, its login's or its gate's; never another API's.

    Raises:
        LoginRefused: the given key can't be one.
        KeyStoreError: the login can't be read.
    """
    try:
        found = credential(config.model_copy(update={"api": api}), keystore)
    except NotLoggedIn:
        return application_key(keystore, api)
    return found.key if _same(found.api, api) else application_key(keystore, api)


def gate_key(api: str, config: Config, keystore: KeyStore) -> str | None:
    """Return the application's key for a gate of this API: given, of the login, or of the gate.

    A person's session is none: whoever held it would have that person's rights.

    Raises:
        LoginRefused: the given key can't be one.
        KeyStoreError: the login can't be read.
    """
    kept = stored_login(keystore)
    ours = kept and kept.kind is KeyKind.KEY and _same(api, kept.api)
    logged_in = kept.key if kept and ours else None
    return _given_key(config) or logged_in or application_key(keystore, api)


def stored_login(keystore: KeyStore) -> Login | None:
    """Return the stored login; `None` where there is none that can be used.

    Raises:
        KeyStoreError: the key store can't be read.
    """
    text = keystore.get(LOGIN)
    if text is None:
        return None
    try:
        found = json.loads(text)
        kept = Login(found["api"], found["key"], KeyKind(found["kind"]), found.get("asked_with"))
        address(kept.api)
    except (ValueError, KeyError, TypeError, AttributeError, TicketingError):
        log.warning("the kept login can't be read, and counts as none")
        return None
    return kept


async def _end(config: Config, kept: Login) -> LogoutResult:
    if kept.kind is KeyKind.KEY:
        return LogoutResult(LoggedOut.KEY_FORGOTTEN, kept.host)
    async with connect(config, Credential(kept.api, kept.key)) as api:
        try:
            await api.end_session()
        except (Unauthenticated, Forbidden):
            return LogoutResult(LoggedOut.ALREADY_ENDED, kept.host)
        except TicketingError as error:
            log.warning("the session could not be ended at the API", problem=str(error))
            return LogoutResult(LoggedOut.NOT_ENDED, kept.host, error.fact)
    return LogoutResult(LoggedOut.ENDED, kept.host)


def _keep(keystore: KeyStore, made: Login) -> None:
    keystore.set(LOGIN, json.dumps(asdict(made)))
    log.info("logged in", host=made.host, kind=made.kind.value)


def _not_authenticated(error: Unauthenticated, identification: str, host: str) -> LoginRefused:
    if "password" in error.said.lower():  # the API has one status for both
        return LoginRefused(LoginFault.WRONG_PASSWORD, host=host, account=identification)
    return LoginRefused(LoginFault.KEY_WANTED, host=host)


def _given_key(config: Config) -> str | None:
    key = config.api_key.get_secret_value().strip() if config.api_key else ""
    if not key.isascii() or not key.isprintable():
        raise LoginRefused(LoginFault.IMPOSSIBLE_KEY)
    return key or None


def _api_given(config: Config) -> bool:
    """Tell whether a flag, the environment or the file named the API, and not the default."""
    return "api" in config.model_fields_set


def _same(one: str, other: str) -> bool:
    return address(one) == address(other)


def _digest(key: str | None) -> str | None:
    return hashlib.sha256(key.encode()).hexdigest() if key else None
