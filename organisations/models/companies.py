"""Companies, and who is what in which company."""

from __future__ import annotations

import uuid

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from guidance.profile import FLAGS, ProfileValue
from organisations.models.people import User
from organisations.policy import Role


class Organisation(models.Model):
    """A company: who it is, and the profile facts that decide which questions it is asked."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("会社名"), max_length=120)
    corporate_number = models.CharField(_("法人番号"), max_length=13, blank=True)
    industry = models.CharField(_("業種"), max_length=1)
    prefecture = models.CharField(_("本社の都道府県"), max_length=2)
    employees = models.PositiveIntegerField(_("従業員数"), validators=[MaxValueValidator(1_000_000)])
    sales_band = models.CharField(_("年間の売上高"), max_length=12)
    facts = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    delete_after = models.DateTimeField(null=True, blank=True)
    """Set by the owner's wish to delete the company: after this moment everything goes."""

    def __str__(self) -> str:
        return self.name

    def profile(self) -> dict[str, ProfileValue]:
        """The profile facts by key, as `guidance.profile` names them; what was left empty is not among them."""
        facts: dict[str, ProfileValue] = {fact.key: bool(self.facts.get(fact.key, False)) for fact in FLAGS}
        if size := self.facts.get("investment_size"):
            facts["investment_size"] = size
        return {
            "industry": self.industry,
            "prefecture": self.prefecture,
            "employees": self.employees,
            "sales_band": self.sales_band,
            **facts,
        }


class Membership(models.Model):
    """A person's role in a company. `key` names it in addresses and forms."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=12, choices=[(role.value, role.value) for role in Role])
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "organisation"], name="one_role_per_person_and_company"),
            models.CheckConstraint(
                condition=models.Q(role__in=[role.value for role in Role]), name="membership_role_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.organisation_id}"
