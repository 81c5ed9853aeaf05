"""Addresses in a round's mails: the worker has no request to ask, so they begin with what the round keeps."""

from __future__ import annotations

from urllib.parse import urljoin

from django.urls import reverse

from organisations.inviting import token_of
from organisations.models import Invitation, Round


def link_for(within: Round, invitation: Invitation) -> str:
    """Where somebody who was invited joins."""
    return urljoin(within.origin, reverse("organisations:invitation", args=[token_of(invitation)]))


def start_page(within: Round) -> str:
    """Where somebody of a company that joined goes on; it asks them to sign in."""
    return urljoin(within.origin, reverse("assessments:home"))
