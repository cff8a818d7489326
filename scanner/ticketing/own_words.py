"""What TickeTing's own sentences mean (API reference 3.0.0, SDK 3.1)."""

import re

from scanner.platform.answers import OwnWords
from scanner.platform.errors import Forbidden, NoSuchPage, NoSuchToken, NotFound, Restricted

OWN_WORDS: OwnWords = {
    NotFound: (
        (re.compile(r"\bspecified page\b|\bpage number\b"), NoSuchPage),
        (re.compile(r"code does not belong to any event token"), NoSuchToken),
    ),
    Forbidden: ((re.compile(r"You are restricted from accessing this resource"), Restricted),),
}
