"""What an owner chooses when asking somebody: whom, and what."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.assigning import Choice, NotAsked, NothingMeant, meant
from guidance.catalog import Catalog
from organisations.models import Invitation, Membership
from organisations.people_forms import AddressField

UNKNOWN = _("選ばれたものの中に、この会社の設問にないものがあります。ページを読み込み直して、もう一度選んでください。")


class AssignForm(forms.Form):
    """One person, from the list or by address, and sections, departments and questions, taken together."""

    who = forms.ChoiceField(
        required=False,
        error_messages={"invalid_choice": _("選んだ方は、いまは頼める人の中にいません。一覧から選び直してください。")},
    )
    email = AddressField(
        required=False,
        max_length=254,
        error_messages={
            "invalid": _("メールアドレスの形になっていません。例：tanaka@example.co.jp（1人分だけ書きます）"),
            "max_length": _("メールアドレスが長すぎます。"),
        },
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        people: Sequence[Membership],
        invitations: Sequence[Invitation],
        catalog: Catalog,
        asked: Collection[str],
    ) -> None:
        super().__init__(data)
        self.people = {f"person:{one.key}": one for one in people}
        self.invitations = {f"invitation:{one.pk}": one for one in invitations}
        self.catalog, self.asked = catalog, asked
        self.fields["who"].choices = [(name, name) for name in ("", *self.people, *self.invitations)]  # type: ignore[attr-defined]

    def chosen(self, name: str) -> list[str]:
        """The ticked values of `sections`, `departments` or `questions`, as they were sent."""
        return list(self.data.getlist(name)) if hasattr(self.data, "getlist") else []

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        named, typed = bool(data.get("who")), bool(data.get("email"))
        if named and typed:
            self.add_error("who", _("一覧から選ぶか、アドレスを書くか、どちらか一つにしてください。"))
        elif not named and not typed and not {"who", "email"} & set(self.errors):
            self.add_error("who", _("だれに頼むかを選んでください。一覧にいない方は、アドレスを書いてください。"))
        parts = {name: frozenset(self.chosen(name)) for name in ("sections", "departments", "questions")}
        try:
            data["questions"] = meant(self.catalog, self.asked, Choice(**parts))
        except NotAsked:
            self.add_error(None, UNKNOWN)
        except NothingMeant:
            self.add_error(None, _("頼む設問がまだ選ばれていません。分野・担当・設問のどれかに印を付けてください。"))
        return data

    def colleague(self) -> Membership | None:
        """Whoever was chosen from the company's people."""
        return self.people.get(self.cleaned_data["who"])

    def address(self) -> str:
        """The address that was typed, or that of who was chosen from the invitations."""
        invitation = self.invitations.get(self.cleaned_data["who"])
        return invitation.email if invitation is not None else self.cleaned_data["email"]
