"""How a gate stands with its venue: the value is on the ground floor, since all screens read it."""

from scanner.admission.venue_status import GateSeen, VenueStatus

__all__ = ["GateSeen", "VenueStatus"]
