"""What people of a network, an office or the service type: addresses to invite, new bodies, days, which companies."""

from __future__ import annotations

import datetime as dt
import unicodedata
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisations.forms import one_line
from organisations.models import Body
from organisations.policy import ROLES_OF, BodyKind, BodyRole
from organisations.templatetags.seats import KIND_NAMES, ROLE_NAMES

FIRST_DAY = dt.date(2020, 1, 1)
YEARS_AHEAD = 5


class AddressForm(forms.Form):
    """One mail address."""

    email = forms.EmailField(
        label=_("メールアドレス"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class CompanyInvitationForm(AddressForm):
    """The owner of a company who is to bring it into the body."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("会社の責任者のメールアドレス")


class StaffInvitationForm(AddressForm):
    """Somebody who is to work in the body, in one of its roles."""

    role = forms.ChoiceField(label=_("役割"))

    def __init__(self, *args: Any, body: Body, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The one that directs stands last: nobody gets it by not choosing.
        self.fields["role"].choices = role_choices(body)[::-1]  # type: ignore[attr-defined]

    def clean_role(self) -> BodyRole:
        return BodyRole(self.cleaned_data["role"])


class BodyRoleForm(forms.Form):
    """Another role for somebody of the body."""

    role = forms.ChoiceField(label=_("役割"))

    def __init__(self, *args: Any, body: Body, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = role_choices(body)  # type: ignore[attr-defined]


def role_choices(body: Body) -> list[tuple[str, str]]:
    """The roles of the body's kind, the one that directs it first."""
    return [(role.value, str(ROLE_NAMES[role])) for role in ROLES_OF[BodyKind(body.kind)]]


class NewBodyForm(AddressForm):
    """A network or an office, and the mail address of who will direct it."""

    kind = forms.ChoiceField(label=_("種類"))
    name = forms.CharField(label=_("名称"), max_length=120, validators=[one_line])
    field_order = ("kind", "name", "email")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.value, str(KIND_NAMES[kind])) for kind in BodyKind]  # type: ignore[attr-defined]
        self.fields["email"].label = _("最初に受け持つ人のメールアドレス")
        self.fields["email"].help_text = _("コーディネーター（ネットワーク）または責任者（相談窓口）として招待します。")

    def clean_name(self) -> str:
        """A name stands once; the database has the last word where two are founded at the same moment."""
        name = str(self.cleaned_data["name"])
        if Body.objects.filter(name__iexact=name).exists():
            raise forms.ValidationError(_("同じ名称のネットワークか相談窓口が、もうあります。"))
        return name


class DayField(forms.DateField):
    """A day, as a browser sends it or as people type it: full-width, with slashes."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日"],
            error_messages={"invalid": _("日付として読めません。2026-04-01 のように書いてください。")},
            **kwargs,
        )

    def to_python(self, value: Any) -> dt.date | None:
        if isinstance(value, str):
            value = unicodedata.normalize("NFKC", value).strip()
        return super().to_python(value)

    def validate(self, value: Any) -> None:
        """Neither a slip of the keyboard in the year nor a day that no date can be counted from."""
        super().validate(value)
        if value is not None and value < FIRST_DAY:
            raise forms.ValidationError(_("2020年以後の日にしてください。"))
        if value is not None and value.year > timezone.localdate().year + YEARS_AHEAD:
            raise forms.ValidationError(_("5年より先の日にはできません。"))


class MembersFilterForm(forms.Form):
    """Which companies of the body to list. Where something in the address cannot be read, all are listed."""

    q = forms.CharField(
        label=_("会社名"), required=False, max_length=120, widget=forms.TextInput(attrs={"class": "form-control"})
    )
    submitted = forms.ChoiceField(
        label=_("提出"),
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
        choices=[("", _("すべて")), ("yes", _("提出した会社")), ("no", _("まだの会社"))],
    )

    @property
    def name(self) -> str:
        return self._given("q")

    @property
    def wants_submitted(self) -> bool | None:
        """Only those that submitted, only the others, or (None) both."""
        return {"yes": True, "no": False}.get(self._given("submitted"))

    def _given(self, field: str) -> str:
        return str(self.cleaned_data.get(field, "")) if self.is_bound and self.is_valid() else ""
