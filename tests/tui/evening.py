"""An evening in numbers, and its present moment."""

from datetime import UTC, datetime, timedelta

from scanner.admission.verdict import Kind, Reason
from scanner.store.statistics import Arrivals, Evening, GateFigure, SectionFigure

NOW = datetime(2026, 6, 12, 21, 4, 7, tzinfo=UTC)

_CAME = (2, 3, 4, 6, 9, 13, 17, 21, 24, 26, 27, 26, 24, 21, 18, 15, 12, 9, 7, 5)
"""Hundreds of patrons in each five minutes up to NOW, at all gates."""

EVENING = Evening(
    (
        SectionFigure("Balcony", 3, 1_333, 1_500, permitted=False),
        SectionFigure("Floor", 28_487, 30_000, 30_000),
        SectionFigure("VIP Lounge", 310, 350),
    ),
    28_800,
    tuple(
        Arrivals(
            NOW.replace(second=0) - timedelta(minutes=4 + 5 * back - minute), 4 * count, 20 * count
        )
        for back, count in enumerate(reversed(_CAME))
        for minute in range(5)
    ),
    (
        GateFigure("gate-a", 1_206, NOW - timedelta(seconds=9), ours=True),
        GateFigure("gate-b", 15_794, NOW - timedelta(minutes=1)),
        GateFigure("north door", 11_800),
    ),
    (
        (Reason.ADMITTED_ELSEWHERE, 41),
        (Reason.NOT_ON_LIST, 12),
        (Reason.NOT_A_TICKET, 9),
        (Reason.OTHER_SECTION, 1),
        (Kind.WITHDRAWN, 1),
    ),
    4.25,
)
