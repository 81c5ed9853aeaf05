"""What happens here and matters to rooms further right, which listen: imports go left only."""

from __future__ import annotations

from django.dispatch import Signal

affiliated = Signal()
"""A company joined a body, within the transaction: `organisation` and `body` (rows), `invitation_id` (UUID or None)."""
