"""What pretix's own sentences mean, as it says them in English (pretix 2026.8)."""

import re

from scanner.platform.answers import OwnWords
from scanner.platform.errors import (
    Forbidden,
    NoSuchPage,
    NoSuchToken,
    NotFound,
    Restricted,
    Revoked,
    Unauthenticated,
)

OWN_WORDS: OwnWords = {
    Unauthenticated: (
        (re.compile(r"Device access has been revoked"), Revoked),
        (re.compile(r"Device has not been initialized"), Revoked),
        (re.compile(r"Invalid token"), Revoked),
    ),
    Forbidden: (
        (re.compile(r"denied by device security profile"), Restricted),
        (re.compile(r"do not have permission to perform this action"), Restricted),
    ),
    NotFound: (
        (re.compile(r"Invalid page"), NoSuchPage),
        (re.compile(r"No CheckinList matches"), NoSuchToken),
    ),
}
