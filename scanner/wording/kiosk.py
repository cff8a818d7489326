"""What the kiosk, its turnstile and its service say, and how a patron reads a verdict."""

from dataclasses import dataclass

from scanner.admission.verdict import Kind
from scanner.wording.catalogue import say
from scanner.wording.sentences import Params, Sentence

_DATA, _USER = "/var/lib/scanner-kiosk", "scanner-kiosk"


def _installed(params: Params) -> str:
    program, kiosk = params["program"], params["kiosk"]
    as_user = f"sudo -u scanner-kiosk SCANNER_HOME={_DATA} SCANNER_KEYSTORE=file"
    return f"""
{say("Then, as root:")}
  systemd-sysusers && systemctl daemon-reload
  install -d -m 700 -o scanner-kiosk -g scanner-kiosk {_DATA}
  {as_user} {program} pin
  {as_user} {program} open CODE --name Lane --device lane-1
  systemctl enable --now scanner-kiosk
  systemctl set-default multi-user.target     {say("no desktop beside it")}

{say("The service runs on the first console.")}
{say("So that its keyboard reaches no other console, in /etc/systemd/logind.conf:")}
  [Login]
  NAutoVTs=0
  ReserveVT=0
{say("and in /etc/sysctl.d/50-kiosk.conf:")}
  kernel.sysrq = 0

{say("Or, without the service, by autologin on a console: `systemctl edit getty@tty1` with")}
  [Service]
  ExecStart=
  ExecStart=-/sbin/agetty --autologin scanner-kiosk --noclear %I $TERM
{say("and as the last line of ~scanner-kiosk/.bash_profile")}
  exec {kiosk}

{say("Or under a Wayland kiosk (packages cage and foot), as the last line of the same file")}
  exec cage -- foot --fullscreen {kiosk}
{say("(without cage's -s, so that its keyboard can't switch consoles).")}"""


def _removed(_: Params) -> str:
    return f"""{say("Then, as root:")}
  systemctl disable --now scanner-kiosk; systemctl daemon-reload
  systemctl start getty@tty1
{say("Its data stay in {folder}, and so does the user {user}.", folder=_DATA, user=_USER)}"""


SENTENCES: dict[str, Sentence] = {
    "kiosk.restarting": "This lane is starting again. Please use another lane.",
    "kiosk.turnstile_not_started": "The turnstile's command {command} can't be started ({why}); "
    "let the patron in by hand.",
    "kiosk.turnstile_timed_out": "The turnstile's command did not end within {seconds} s; "
    "let the patron in by hand.",
    "kiosk.turnstile_exit_code": "The turnstile's command failed with code {number}; "
    "let the patron in by hand.",
    "kiosk.turnstile_port": "The turnstile at {port} takes no line; check its cable, "
    "and let the patron in by hand.",
    "kiosk.turnstile_too_slow": "The turnstile is too slow; let patrons in by hand.",
    "kiosk.turnstile_too_late": "The turnstile came too late; let the patron in by hand.",
    "kiosk.turnstile_unexpected": "The turnstile failed; let the patron in by hand, "
    "and see the log.",
    "kiosk.turnstile_unpaired_quote": "The turnstile's command has a quotation mark "
    "without its pair; correct it.",
    "kiosk.turnstile_no_command": "The turnstile's command is empty; name a program.",
    "kiosk.turnstile_no_serial_library": "The library for serial ports is missing; "
    "install it with `pip install pyserial`.",
    "kiosk.turnstile_bad_line": r"The turnstile's line must be ASCII, "
    r"with \r, \n, \t or \xNN for what isn't a letter.",
    "kiosk.file_unwritable": "{file} can't be written ({why}); run this with sudo, or give --root.",
    "kiosk.file_unremovable": "{file} can't be removed ({why}); run this with sudo.",
    "kiosk.file_unreadable": "{file} can't be read ({why}); run this with sudo.",
    "kiosk.file_foreign": "{file} was not written by this program; move it away first.",
    "kiosk.unprintable_option": "The option {option} has characters that no service file can hold.",
    "kiosk.installed": _installed,
    "kiosk.removed": _removed,
}


@dataclass(frozen=True, slots=True)
class PatronWords:
    """What a kiosk says: a title in capitals, a sentence, and what to do."""

    title: str
    sentence: str
    advice: str


def patron_words(kind: Kind, section: str = "", *, unshown: bool = False) -> PatronWords:
    """Word a verdict for the patron; another patron's name, gate and time are not in it.

    Args:
        kind: what was decided.
        section: the ticket's section, fit to be shown, where it is known.
        unshown: whether the ticket was admitted before, and its light was never shown.
    """
    if unshown:
        return PatronWords(
            say("PLEASE WAIT"),
            say("Your ticket was read before, but the result was not shown."),
            say("A member of staff is coming."),
        )
    if kind is Kind.WRONG_SECTION and section:
        return PatronWords(
            say("OTHER ENTRANCE"),
            say("This ticket is for {section}.", section=section),
            say("Please go to {section}.", section=section),
        )
    staff = say("Please ask a member of staff.")
    return {
        Kind.ADMITTED: PatronWords(
            say("WELCOME"), say("Your ticket is valid."), say("Please go through.")
        ),
        Kind.ALREADY_ADMITTED: PatronWords(
            say("ALREADY USED"), say("Somebody has entered with this ticket."), staff
        ),
        Kind.WRONG_SECTION: PatronWords(
            say("OTHER ENTRANCE"), say("This ticket is for another section."), staff
        ),
        Kind.OTHER_EVENT: PatronWords(
            say("OTHER EVENT"), say("This ticket is for another event."), staff
        ),
        Kind.UNKNOWN: PatronWords(say("NOT FOUND"), say("This ticket is not on the list."), staff),
        Kind.WITHDRAWN: PatronWords(
            say("NOT VALID"), say("This ticket is no longer valid."), staff
        ),
        Kind.NOT_A_TICKET: PatronWords(
            say("NOT A TICKET"),
            say("This code is not a ticket's."),
            say("Please show the ticket's own code."),
        ),
        Kind.GATE_CLOSED: PatronWords(
            say("LANE CLOSED"), say("This lane is closed."), say("Please use another lane.")
        ),
        Kind.EXITED: PatronWords(
            say("GOODBYE"), say("Your exit is recorded."), say("Please go out.")
        ),
    }[kind]
