"""The rows of this room, by noun."""

from advising.models.reports import ClientReport, Letterhead, Revision
from advising.models.reviews import Enquiry, FindingRow, PrivateNote, Review

__all__ = ["ClientReport", "Enquiry", "FindingRow", "Letterhead", "PrivateNote", "Review", "Revision"]
