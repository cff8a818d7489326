"""What happened to a call of the ticketing API."""

import re

from scanner.wording.catalogue import say
from scanner.wording.sentences import Params, Sentence, shown

_SENTENCE_END = re.compile(r"[.!?]+\s+")
_FIRST_SERVER_FAULT = 500


def _answered(params: Params) -> str:
    status, said = params["status"], shown(params.get("said"))
    return say(
        "The ticketing API answered {status}{words}; {advice}.",
        status=status,
        words=f": {_SENTENCE_END.sub('; ', said).rstrip('.')}" if said else "",
        advice=_advice(status if isinstance(status, int) else 0),
    )


def _advice(status: int) -> str:
    """Say what to do about an HTTP status."""
    if status == 429 or status >= _FIRST_SERVER_FAULT:  # noqa: PLR2004 - Too Many Requests
        return say("wait a little; a gate tries again by itself")
    return {
        401: say("log in again, or give a valid key"),
        403: say(
            "ask an administrator for the right to do this, or open a session with a valid token"
        ),
        412: say("install a newer version of scanner"),
    }.get(status) or say("check what was asked for")


SENTENCES: dict[str, Sentence] = {
    "ticketing.revoked": "The server no longer takes this gate's token or device ({said}); "
    "if it stays so for a minute, the gate closes.",
    "ticketing.bad_key": "The API key has characters that no key has; give it again.",
    "ticketing.bad_uri": "What was asked for does not fit into a web address; "
    "check the code and the names.",
    "ticketing.bad_address": "The API's address is no web address; give one like https://host/v3/.",
    "ticketing.bad_proxy": "The proxy that the environment names is no web address; "
    "correct HTTP_PROXY, HTTPS_PROXY or ALL_PROXY.",
    "ticketing.no_socks": "The environment names a SOCKS proxy, which this program can't use; "
    "name an HTTP proxy instead, or one as socks5:// with the Python package socksio.",
    "ticketing.proxy": "The proxy on the way to {host} does not let requests through; "
    "check HTTP_PROXY and HTTPS_PROXY, and the network.",
    "ticketing.proxy_away": "The proxy on the way to {host} can't be reached; "
    "check HTTP_PROXY and HTTPS_PROXY, and the network.",
    "ticketing.unencrypted": "Keys and the list of patrons go to {host} unencrypted; "
    "give the API's address with https://.",
    "ticketing.not_connected": "The ticketing API at {host} can't be reached; "
    "check the address and the network.",
    "ticketing.connect_timeout": "The ticketing API at {host} does not answer in time; "
    "check the address and the network.",
    "ticketing.timeout": "The ticketing API at {host} does not answer in time; "
    "check the address and the network.",
    "ticketing.broken_off": "The ticketing API at {host} broke off the connection; "
    "check the address and the network.",
    "ticketing.never_ends": "The ticketing API at {host} does not come to an end with its answer; "
    "check the network.",
    "ticketing.tls": "The connection to {host} is not private: its certificate can't be trusted; "
    "check the address, the date of this computer, and the network.",
    "ticketing.no_api": "There is no ticketing API at {host}; check the address.",
    "ticketing.unreadable": "The answer from {host} can't be read; check the network.",
    "ticketing.too_large": "The answer from {host} is too large to be the ticketing API's; "
    "check the address.",
    "ticketing.not_the_api": "Something other than the ticketing API answers at {host} ({what}); "
    "check the address, and whether the network wants a log-in page first.",
    "ticketing.redirect": "it sends requests elsewhere",
    "ticketing.empty": "its answer is empty",
    "ticketing.no_json": "its answer breaks off or is no JSON",
    "ticketing.other_type": "it sends {kind} instead of JSON",
    "ticketing.malformed": "The ticketing API's answer can't be used: {field} {problem}; "
    "check the address, or install a newer version of scanner.",
    "ticketing.outcome_malformed": "The ticketing API's answer can't be used: {field} {problem}; "
    "the outcome of an admission is not known yet.",
    "ticketing.answered": _answered,
    "ticketing.list_endless": "A list of the ticketing API does not come to an end; "
    "{came} entries came of the {total} that it reports, and the list from before stays.",
    "ticketing.list_short": "A list of the ticketing API breaks off; "
    "{came} entries came of the {total} that it reports, and the list from before stays.",
    "ticketing.field_missing": "is missing",
    "ticketing.field_no_object": "should be an object",
    "ticketing.field_no_list": "should be a list",
    "ticketing.field_no_texts": "should be a list of texts",
    "ticketing.field_no_text": "should be a text",
    "ticketing.field_too_long": "is too long",
    "ticketing.field_no_number": "should be a number",
    "ticketing.field_out_of_range": "is out of range",
    "ticketing.field_no_time": "should be a time",
    "ticketing.field_no_boolean": "should be true or false",
}
