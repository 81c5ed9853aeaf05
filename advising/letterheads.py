"""How an office stands on its reports: changing its letterhead."""

from __future__ import annotations

from django.db import transaction

from advising.logos import logo_from
from advising.models import Letterhead
from organisations.audit import Verb, record
from organisations.models import Body, User


def letterhead_of(body: Body) -> Letterhead:
    """The office's letterhead; an empty one where none was ever saved."""
    return Letterhead.objects.filter(body=body).first() or Letterhead(body=body)


@transaction.atomic
def change(
    body: Body, words: dict[str, str], *, logo: bytes | None = None, without_logo: bool = False, by: User
) -> Letterhead:
    """Keep the words, and the logo where one was uploaded. Reports that were signed keep the one that they have.

    Raises NotALogo; then nothing is changed.
    """
    head = letterhead_of(body)
    for name, value in words.items():
        setattr(head, name, value)
    if logo is not None:
        head.logo = logo_from(logo)
    elif without_logo:
        head.logo = None
    head.save()
    record(Verb.LETTERHEAD_CHANGED, actor=by, body=body.pk)
    return head
