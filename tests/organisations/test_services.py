"""Founding and changing companies."""

from __future__ import annotations

import pytest

from guidance.profile import FACTS
from organisations.models import Membership, Organisation, User
from organisations.policy import Role
from organisations.services import found_organisation, update_organisation
from tests.builders import make_organisation, make_user

pytestmark = pytest.mark.django_db

DETAILS = {"name": "株式会社はまかぜ", "industry": "E", "prefecture": "14", "employees": 5, "sales_band": "100m-1b"}


def test_who_founds_a_company_owns_it() -> None:
    user = make_user()
    organisation = found_organisation(by=user, details=DETAILS)
    membership = Membership.objects.get()
    assert (membership.user, membership.organisation, membership.role) == (user, organisation, Role.OWNER)


def test_a_company_without_an_owner_is_not_founded() -> None:
    with pytest.raises(ValueError, match="unsaved"):
        found_organisation(by=User(email="ghost@x.example"), details=DETAILS)
    assert Organisation.objects.count() == 0


def test_a_profile_has_every_fact_and_each_is_of_its_kind() -> None:
    organisation = make_organisation(facts={"imports": True})
    profile = organisation.profile()
    assert profile.keys() == FACTS.keys() - {"investment_size"}, "what was left empty is not known"
    assert all(FACTS[key].accepts(value) for key, value in profile.items())
    assert profile["imports"] is True
    assert profile["exports"] is False


def test_a_fact_that_was_never_asked_is_no() -> None:
    organisation = make_organisation()
    organisation.facts = {}
    assert organisation.profile()["makes_products"] is False


def test_a_change_is_of_this_company_alone() -> None:
    changed, other = make_organisation(), make_organisation()
    update_organisation(changed, {"name": "改名株式会社", "employees": 7})
    changed.refresh_from_db()
    other.refresh_from_db()
    assert (changed.name, changed.employees) == ("改名株式会社", 7)
    assert other.name == "株式会社みなと精密加工"
