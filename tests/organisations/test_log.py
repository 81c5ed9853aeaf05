"""The log as a company reads it, and the check of the whole as the administrator sees it."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.utils import timezone

from organisations import membership
from organisations.audit import Verb, record, state
from organisations.audit_words import FAULTS, SENTENCES, VERBS_OF, fault_words
from organisations.models import AuditLine, Body, Organisation, User
from organisations.policy import Role
from organisations.sealing import Fault
from organisations.views import log
from tests.builders import make_member, make_user
from tests.conftest import ClientOf
from tests.organisations.test_audit import change, protection, run

pytestmark = pytest.mark.django_db


def text_of(browser: Client, address: str) -> str:
    response = browser.get(address)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def test_the_log_tells_a_company_its_own_lines_in_words_and_no_others(
    company: Organisation, elsewhere: Organisation, owner: User, editor: User, network: Body, client_of: ClientOf
) -> None:
    membership.change_role(company, editor.memberships.get().key, Role.VIEWER, by=owner)
    record(Verb.GRANTED, actor=owner, organisation=company.pk, body=network.pk, what=["scores"], until="2027-03-31")
    record(Verb.DELETION_ASKED, actor=owner, organisation=elsewhere.pk)
    record(Verb.SIGNED_IN, actor=owner)
    text = text_of(client_of(owner), f"/o/{company.pk}/log")
    assert f"{owner.name} {editor.name}の役割を、編集者から閲覧者に変えました。" in text
    assert f"{network.name}に点数を見せることにしました（2027/03/31まで）。" in text
    assert "会社を登録しました。" in text
    assert "削除を申し込みました" not in text
    assert text.index("見せることにしました") < text.index("会社を登録しました")
    assert "書き換えることも消すこともできません" in text


def test_people_and_bodies_that_are_gone_are_not_named(
    company: Organisation, owner: User, network: Body, client_of: ClientOf
) -> None:
    guest = make_member(company, Role.EDITOR, name="客 五郎")
    membership.remove_member(company, guest.memberships.get().key, by=guest)
    record(Verb.REVOKED, actor=guest, organisation=company.pk, body=network.pk, what=["scores"])
    browser = client_of(owner)
    assert "客 五郎 会社から抜けました。" in text_of(browser, f"/o/{company.pk}/log")
    guest.delete()
    network.delete()
    text = text_of(browser, f"/o/{company.pk}/log")
    assert "客 五郎" not in text
    assert "退会した人 会社から抜けました。" in text
    assert "いまはない団体に点数を見せるのをやめました。" in text


def test_topics_narrow_the_log_and_pages_of_a_hundred_go_back_to_its_beginning(
    company: Organisation, owner: User, client_of: ClientOf
) -> None:
    for number in range(1, 251):
        verb = Verb.SUBMITTED if number % 2 else Verb.EXPORTED
        record(verb, actor=owner, organisation=company.pk)
    browser, address, seen = client_of(owner), f"/o/{company.pk}/log", []
    while address:
        response = browser.get(address)
        seen.append(response.content.decode().count('<th scope="row">'))
        older = re.search(r'href="(\?[^"]*before=\d+)"', response.content.decode())
        address = f"/o/{company.pk}/log{older[1]}".replace("&amp;", "&") if older else ""
    assert seen == [100, 100, 51]
    narrowed = browser.get(f"/o/{company.pk}/log?topic=data").content.decode()
    assert narrowed.count('<th scope="row">') == 100
    assert "診断を提出しました" not in narrowed
    assert "topic=data&amp;before=" in narrowed


@pytest.mark.parametrize("query", ["topic=everything", "before=x", "before=-1", "before=" + "9" * 40, "before=１"])
def test_an_address_that_no_link_makes_is_not_found(
    query: str, company: Organisation, owner: User, client_of: ClientOf
) -> None:
    assert client_of(owner).get(f"/o/{company.pk}/log?{query}").status_code == 404


def test_the_log_costs_the_same_with_few_lines_as_with_many(
    company: Organisation, owner: User, network: Body, client_of: ClientOf, django_assert_max_num_queries: Any
) -> None:
    browser = client_of(owner)
    for number in range(60):
        actor = make_user(name=f"人 {number}") if number % 20 == 0 else owner
        record(Verb.READ, actor=actor, organisation=company.pk, body=network.pk, target=UUID(int=number), what="notes")
    with django_assert_max_num_queries(9):
        assert browser.get(f"/o/{company.pk}/log").status_code == 200


def test_a_word_of_another_version_is_told_without_an_accident(
    company: Organisation, owner: User, client_of: ClientOf
) -> None:
    line = record(Verb.GRANTED, actor=owner, organisation=company.pk, what=["secrets"], until="2027-01-01")
    assert line.verb in SENTENCES
    AuditLine.objects.create(
        number=line.number + 1, at=timezone.now(), verb="flown", organisation=company.pk, seal="", actor="x"
    )
    assert "そのほかの操作をしました。" in text_of(client_of(owner), f"/o/{company.pk}/log")


def test_every_verb_of_a_company_has_a_sentence_and_one_topic() -> None:
    sorted_verbs = [verb for verbs in VERBS_OF.values() for verb in verbs]
    of_no_company = {
        Verb.SIGNED_IN,
        Verb.SIGNED_OUT,
        Verb.SIGN_IN_FAILED,
        Verb.LOCKED_OUT,
        Verb.BODY_MADE,
        Verb.ROUND_MADE,
        Verb.ROUND_CHANGED,
        Verb.LIST_CHANGED,
        Verb.ROUND_OPENED,
        Verb.ROUND_INVITED,
        Verb.REMINDED,
        Verb.BATCH_CANCELLED,
        Verb.BATCH_TAKEN_UP,
        Verb.WORKSHOP_PLANNED,
        Verb.WORKSHOP_REMOVED,
        Verb.LETTERHEAD_CHANGED,
    }
    assert len(sorted_verbs) == len(set(sorted_verbs))
    assert set(sorted_verbs) == set(SENTENCES) == set(Verb) - of_no_company


@pytest.mark.parametrize("kind", [kind for kind in FAULTS if kind != "missing more"])
def test_every_fault_has_words(kind: str) -> None:
    assert "7" in fault_words(Fault(kind, 7))


def test_the_administrator_sees_length_and_seal_and_checks_on_press(
    company: Organisation, administrator: User, client_of: ClientOf
) -> None:
    run(*protection.UNDO[connection.vendor])
    for _number in range(5):
        record(Verb.READ, actor=None, organisation=company.pk)
    browser = client_of(administrator)
    number, last = state()
    before = browser.get("/platform/audit").content.decode()
    assert f"{number}:{last}" in before
    assert "書いたときのままです" not in before
    whole = browser.post("/platform/audit").content.decode()
    assert f"{number}行すべて、書いたときのままです。" in whole
    change(3, verb="granted")
    broken = browser.post("/platform/audit").content.decode()
    assert "3行目：中身が、書いたときから変わっています。" in broken
    assert company.name not in before + whole + broken


def test_a_log_with_many_faults_is_told_in_part_with_how_many_more(administrator: User, client_of: ClientOf) -> None:
    for _number in range(60):
        record(Verb.READ, actor=None)
    with override_settings(AUDIT_KEY="somebody else's key"):
        html = client_of(administrator).post("/platform/audit").content.decode()
    assert html.count("行目") == 50
    assert re.search(r"ほかに \d+ 件あります", html)


def test_nobody_but_the_administrator_sees_the_check(owner: User, coordinator: User, client_of: ClientOf) -> None:
    for person in (owner, coordinator):
        assert client_of(person).get("/platform/audit").status_code == 404
        assert client_of(person).post("/platform/audit").status_code == 404


def test_a_log_that_is_too_long_for_a_page_is_left_to_the_command(
    administrator: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _number in range(3):
        record(Verb.READ, actor=None)
    monkeypatch.setattr(log, "LONGEST_CHECKED_HERE", 2)
    browser = client_of(administrator)
    for response in (browser.get("/platform/audit"), browser.post("/platform/audit")):
        assert "サーバーで verify_audit を実行してください" in response.content.decode()
        assert "書いたときのままです" not in response.content.decode()
