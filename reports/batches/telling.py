"""The mail to who ordered many reports, when they are done or cannot go on: a link and nothing else. Sent at most once
for each run.

It is claimed before it is sent. One whose worker was lost in between is not sent again: rather one mail too few.
"""

from __future__ import annotations

import datetime as dt
import logging
from urllib.parse import urljoin

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation

from organisations.mailing import NotMailed, post
from organisations.models import BodyMembership
from organisations.policy import BodyRole, Permission, allows
from reports.models import Batch

log = logging.getLogger(__name__)
Mail = Batch.Mail
OVER = Q(status=Batch.Status.DONE) | Q(status=Batch.Status.CANCELLED) & ~Q(halted="")
"""What nobody called off by hand."""
TRY_AGAIN_AFTER, GIVE_UP_AFTER = dt.timedelta(minutes=10), dt.timedelta(days=1)
"""For a mail server that takes nothing."""


def tell_due() -> int:
    """Send the mails of orders that are done. Returns how many went."""
    now = timezone.now()
    refused = Q(mail=Mail.REFUSED, mail_at__lt=now - TRY_AGAIN_AFTER, ended_at__gt=now - GIVE_UP_AFTER)
    due = Batch.objects.filter(OVER, Q(mail=Mail.NONE) | refused)
    return sum(_tell(batch) for batch in due.select_related("requested_by"))


def _tell(batch: Batch) -> bool:
    claim = Batch.objects.filter(OVER, pk=batch.pk, mail=batch.mail)
    if not claim.update(mail=Mail.CLAIMED, mail_at=timezone.now()):
        return False  # another worker has it, or it was taken up again
    ended = Mail.SENT
    if batch.requested_by is not None and _may_see(batch):
        link = urljoin(batch.origin, reverse("reports:batch", args=[batch.body_id, batch.pk]))
        try:
            with translation.override(batch.mail_language):
                template = "reports/mail/batch_halted" if batch.halted else "reports/mail/batch_done"
                post(template, batch.requested_by.email, {"link": link})
        except NotMailed:
            ended = Mail.REFUSED
    Batch.objects.filter(pk=batch.pk, mail=Mail.CLAIMED).update(mail=ended, mail_at=timezone.now())
    return ended == Mail.SENT


def _may_see(batch: Batch) -> bool:
    """Whether who ordered it still works there, in a role that may see it."""
    found = BodyMembership.objects.filter(user=batch.requested_by, body=batch.body_id).first()
    return found is not None and allows(BodyRole(found.role), Permission.SHARED)
