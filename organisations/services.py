"""Writes on companies and memberships, each in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from organisations.audit import Verb, record
from organisations.models import Membership, Organisation, User
from organisations.policy import Role


@transaction.atomic
def found_organisation(*, by: User, details: Mapping[str, Any], name: str = "") -> Organisation:
    """Create a company with `by` as its owner, who may give a `name` on the way."""
    if name:
        by.name = name
        by.save(update_fields=["name"])
    organisation = Organisation.objects.create(**details)
    Membership.objects.create(user=by, organisation=organisation, role=Role.OWNER)
    record(Verb.COMPANY_FOUNDED, actor=by, organisation=organisation.pk)
    return organisation


def update_organisation(organisation: Organisation, details: Mapping[str, Any]) -> None:
    """Change a company's own details."""
    for name, value in details.items():
        setattr(organisation, name, value)
    organisation.save(update_fields=[*details])
