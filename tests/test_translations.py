"""The English: every message has one, it fits its Japanese, and no page or paper in English shows Japanese."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from html.parser import HTMLParser
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from assessments.scoring.answers import Answer
from cohorts.counting import count_companies
from guidance.catalog import Text
from guidance.registry import current_catalog, library
from organisations.consent import What
from organisations.models import User
from organisations.policy import PlatformRole, Role
from reports import paper
from tests.builders import (
    PASSWORD,
    make_assessment,
    make_assignment,
    make_body,
    make_body_member,
    make_grant,
    make_invitation,
    make_member,
    make_organisation,
    make_participant,
    make_platform_member,
    make_round,
    make_submission,
    make_user,
)
from tests.reports import samples
from tests.reports.crowds import Firm, make_firms

ROOT = Path(settings.BASE_DIR)
CATALOG = ROOT / "locale/en/LC_MESSAGES/django.po"
ROOMS = ("advising", "assessments", "cohorts", "config", "guidance", "organisations", "reports", "templates")
"""Where messages are written."""

JAPANESE = re.compile(r"[\u3001-\u303f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff01-\uffef]+")
"""Kana, kanji, full-width signs and 「」、。・〜: all but the full-width space, which is only a gap."""
IN_ENGLISH = frozenset({"〓"})
"""Japanese signs that an English message names on purpose."""
SUBJECT_PREFIX = settings.ACCOUNT_EMAIL_SUBJECT_PREFIX
"""The product's Japanese name, before the subject of every mail."""

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}")
TAG = re.compile(r"</?\w[^>]*>")

Key = tuple[str, str, str]


def _key(entry: polib.POEntry | polib.MOEntry) -> Key:
    return (entry.msgctxt or "", entry.msgid, entry.msgid_plural or "")


def _said(entry: polib.POEntry | polib.MOEntry) -> list[str]:
    """The English of an entry: one text, or one for each number."""
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


@pytest.fixture(scope="module")
def po() -> polib.POFile:
    return polib.pofile(str(CATALOG))


# --- the catalog of messages ------------------------------------------------------------------------------------------


@pytest.mark.pure
def test_every_message_has_its_english(po: polib.POFile) -> None:
    assert len(po) > 400
    assert [entry.msgid for entry in po if not all(_said(entry))] == []
    assert [entry.msgid for entry in po.fuzzy_entries()] == []
    assert [entry.msgid for entry in po.obsolete_entries()] == []
    assert [entry.msgid for entry in po if entry.msgid_plural and len(_said(entry)) != 2] == []


@pytest.mark.pure
def test_the_english_has_the_same_placeholders_and_tags(po: polib.POFile) -> None:
    for entry in po:
        for form in _said(entry):
            assert set(PLACEHOLDER.findall(form)) == set(PLACEHOLDER.findall(entry.msgid)), entry.msgid
            assert sorted(TAG.findall(form)) == sorted(TAG.findall(entry.msgid)), entry.msgid


@pytest.mark.pure
def test_no_english_message_holds_japanese(po: polib.POFile) -> None:
    assert {sign for entry in po for form in _said(entry) for sign in JAPANESE.findall(form)} <= IN_ENGLISH


@pytest.mark.pure
def test_a_message_can_stand_in_an_attribute(po: polib.POFile) -> None:
    """Templates put messages between straight quotes; English quotes are “ ”."""
    assert [entry.msgid for entry in po for form in _said(entry) if '"' in TAG.sub("", form)] == []


@pytest.mark.pure
def test_the_compiled_catalog_says_the_same(po: polib.POFile) -> None:
    """The demo machine has no gettext: after a change, run `manage.py compilemessages -l en`."""
    compiled = polib.mofile(str(CATALOG.with_suffix(".mo")))
    assert {_key(entry): _said(entry) for entry in compiled} == {_key(entry): _said(entry) for entry in po}


def test_the_catalog_has_just_the_messages_of_the_sources(po: polib.POFile, tmp_path: Path) -> None:
    """A message that is missing, or that nobody says any more: run `manage.py makemessages -l en --no-obsolete`."""
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__", "library"))
    shutil.copy(ROOT / "manage.py", tmp_path)
    (tmp_path / "locale").mkdir()
    command = [sys.executable, "manage.py", "makemessages", "-l", "en", "--no-location", "--no-wrap"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    found = {_key(entry) for entry in polib.pofile(str(tmp_path / CATALOG.relative_to(ROOT)))}
    ours = {_key(entry) for entry in po}
    assert sorted(found - ours) == [], "without English"
    assert sorted(ours - found) == [], "no longer said"


@pytest.mark.pure
def test_messages_are_written_with_names_that_makemessages_knows() -> None:
    alias = re.compile(r"gettext(?:_lazy)? as (?!_\b)\w+")
    hidden = [
        str(file) for room in ROOMS for file in (ROOT / room).rglob("*.py") if alias.search(file.read_text("utf-8"))
    ]
    assert hidden == [], "makemessages reads gettext, gettext_lazy and _ only"


@pytest.mark.pure
def test_catalog_and_sources_have_no_japanese_in_their_english() -> None:
    catalog = current_catalog()
    texts = [text for part in (catalog, *library().sources.values()) for text in _english(part)]
    assert len(texts) > 1000
    assert [text for text in texts if JAPANESE.search(text)] == []


def _english(value: object) -> Iterator[str]:
    """Every English text in a nest of catalog values."""
    if isinstance(value, Text):
        yield value.en or ""
    elif isinstance(value, tuple):
        for part in value:
            yield from _english(part)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _english(getattr(value, field.name))


# --- pages and paper --------------------------------------------------------------------------------------------------


class _Visible(HTMLParser):
    """What a reader or a screen reader meets, outside elements marked as Japanese."""

    VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})
    SPOKEN = ("alt", "aria-label", "placeholder", "title")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.words: list[str] = []

    @property
    def silent(self) -> bool:
        return any(silent for _tag, silent in self.open)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        hidden = tag in {"script", "style"} or given.get("lang") == "ja"
        if not hidden and not self.silent:
            texts = {name: text for name, text in given.items() if name in self.SPOKEN or name.startswith("data-text-")}
            if tag == "input" and given.get("type") in {"submit", "button"}:
                texts["value"] = given.get("value", "")
            self.words += texts.values()
        if tag not in self.VOID:
            self.open.append((tag, hidden))

    def handle_endtag(self, tag: str) -> None:
        while self.open:
            if self.open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.words.append(data)


def _japanese_in(html: str) -> list[str]:
    reader = _Visible()
    reader.feed(html)
    return [word.strip() for word in reader.words if JAPANESE.search(word)]


@pytest.fixture
def english() -> Client:
    browser = Client()
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return browser


ENTRANCES = ("/", "/quick/", "/account/login/", "/account/signup/", "/account/password/reset/", "/nowhere")
READING = (
    *(f"/guidance/{page}" for page in ("", "questions", "actions", "support", "glossary", "search")),
    *("/guidance/search?q=supplier", "/guidance/search?q=zzzz", "/guidance/support?employees=many&sales_band=1b-4b"),
    *(f"/guidance/sources/{name}" for name in library().sources),
    *(f"/guidance/clauses/{name}" for name in list(library().clauses)[::20]),
    *(f"/guidance/questions/{name}" for name in list(current_catalog().questions)[::10]),
    *(f"/guidance/actions/{name}" for name in list(current_catalog().actions_by_id)[::10]),
    *(f"/guidance/lists/{name}" for name in library().lists if name != "support-measures"),
    *(f"/guidance/support/{name}" for name in library().measures),
)


def _open(browser: Client, address: str) -> str:
    response = browser.get(address)
    assert response.status_code in {200, 404, 422}, address
    html: str = response.content.decode()
    assert '<html lang="en">' in html, address
    return html


@pytest.mark.pure
def test_the_reader_sees_what_people_see() -> None:
    html = '<p>A<br>点<b lang="ja">日本語</b><script>x="章"</script></p><img alt="図"><input type="hidden" value="値">'
    assert _japanese_in(html) == ["点", "図"]


@pytest.mark.django_db
@pytest.mark.parametrize("address", [*ENTRANCES, *READING])
def test_a_page_in_english_shows_no_japanese(english: Client, address: str) -> None:
    assert _japanese_in(_open(english, address)) == []


@pytest.mark.django_db
def test_the_quick_result_in_english_shows_no_japanese(english: Client) -> None:
    signs = ("2", "1", "unknown", "3")
    names = current_catalog().quick().questions
    choices = {name: signs[number % len(signs)] for number, name in enumerate(names)}
    response = english.post("/quick/result", choices)
    assert response.status_code == 200
    assert _japanese_in(response.content.decode()) == []


def _english_answers() -> dict[str, Answer]:
    """The sample's answers with what its people wrote in English."""
    given = samples.answers(current_catalog())
    return {
        name: replace(
            answer,
            reason="There is no such partner." if answer.reason else "",
            note="There is a list." if answer.note else "",
        )
        for name, answer in given.items()
    }


@pytest.fixture
def firm(english: Client) -> tuple[str, User]:
    """A company with an English name that its owner has open in English: its address."""
    user = make_user(name="Kate Minato")
    organisation = make_organisation(owner=user, name="Minato Precision Ltd")
    english.force_login(user)
    return f"/o/{organisation.pk}/", user


@pytest.mark.django_db
def test_a_company_in_english_sees_no_japanese(english: Client, firm: tuple[str, User]) -> None:
    root, user = firm
    organisation = user.memberships.get().organisation
    submission = make_submission(organisation, answers=_english_answers(), by=user)
    opened = make_assessment(organisation, answers=dict(list(_english_answers().items())[:9]), by=user)
    sections = [f"{root}a/{opened.pk}/s/{section.id}" for section in current_catalog().sections()]
    places = [root, f"{root}company", f"{root}submissions/{submission.pk}/", "/company/new", "/account/email/"]
    places += [f"{root}a/{opened.pk}/{page}" for page in ("", "submit", "result")]
    for address in places + sections:
        assert _japanese_in(_open(english, address)) == [], address


@pytest.mark.django_db
def test_colleagues_consent_and_data_in_english_show_no_japanese(english: Client, firm: tuple[str, User]) -> None:
    root, user = firm
    organisation = user.memberships.get().organisation
    body = make_body("network", name="North Network")
    make_grant(organisation, body, *What, by=user, purpose="To prepare the next meeting")
    colleague = make_member(organisation, Role.RESPONDENT, name="Ken Sato")
    make_member(organisation, Role.VIEWER, name="Mia Ito")
    make_submission(organisation, answers=_english_answers(), by=user)
    opened = make_assessment(organisation, answers=dict(list(_english_answers().items())[:9]), by=user)
    make_assignment(opened, "A-VIS-01", "A-VIS-02", to=colleague)
    make_invitation(organisation, by=user)
    ahead = [
        f"a/{opened.pk}/{page}" for page in ("review", "approval", "assign", "q/A-VIS-01/talk", "q/A-VIS-01/evidence")
    ]
    for page in ("people", "sharing", "log", "data", "deletion", "tasks", *ahead):
        assert _japanese_in(_open(english, root + page)) == [], page
    for typed in ({"text": ""}, {"text": "Who knows?"}):
        response = english.post(f"{root}a/{opened.pk}/q/A-VIS-01/talk", typed, follow=True)
        assert _japanese_in(response.content.decode()) == []
    for page, typed in (
        ("people", {"email": "no address", "role": "king"}),
        ("sharing/grant", {"body_id": str(body.pk), "what": "scores", "until": "2020-01-01"}),
        ("deletion", {"name": "Another name"}),
        (f"a/{opened.pk}/assign", {}),
        (f"a/{opened.pk}/q/A-VIS-01/followups", {"kind": "ask-back", "words": ""}),
    ):
        response = english.post(root + page, typed)
        assert response.status_code == 422, page
        assert _japanese_in(response.content.decode()) == [], page
    english.force_login(colleague)
    for page in ("tasks", f"a/{opened.pk}/tasks/A.visibility"):
        assert _japanese_in(_open(english, root + page)) == [], page


@pytest.mark.django_db
def test_what_a_network_and_the_service_see_in_english_shows_no_japanese(
    english: Client, firm: tuple[str, User]
) -> None:
    _root, user = firm
    organisation = user.memberships.get().organisation
    submission = make_submission(organisation, answers=_english_answers(), by=user)
    body = make_body("network", name="North Network")
    make_grant(organisation, body, *What, by=user, purpose="To prepare the next meeting")
    root, member = f"/b/{body.pk}/", f"c/{organisation.pk}/"
    english.force_login(make_body_member(body, name="Ann Mori"))
    for page in ("", "staff", "rounds", "companies/invite", member, f"{member}s/{submission.pk}/"):
        assert _japanese_in(_open(english, root + page)) == [], page
    for page, typed in (("staff", {"email": "x", "role": ""}), ("rounds", {"name": "", "opens_on": "x"})):
        assert _japanese_in(english.post(root + page, typed).content.decode()) == [], page
    english.force_login(make_platform_member(PlatformRole.ADMINISTRATOR, name="Jo Kita"))
    for page in ("/platform/", "/platform/audit", f"/platform/b/{body.pk}"):
        assert _japanese_in(_open(english, page)) == [], page


@pytest.mark.django_db
def test_a_round_in_english_shows_no_japanese(english: Client, firm: tuple[str, User]) -> None:
    """Every page of a round and its figures, with companies in blocks and by name, and a company's place among them."""
    home, owner = firm
    body = make_body("network", name="North Network")
    within = make_round(body, name="First round")
    unnamed = [Firm(f"Firm {number}", 20 + 5 * number, level=1 + number % 3) for number in range(7)]
    make_firms(within, [*unnamed, Firm("Open Works", 80, level=4, whats=(What.SCORES, What.ANSWERS))])
    make_participant(within, name="Invited Ltd", industry="E", prefecture="22", sales_band="1b-4b", size="to-20")
    organisation = owner.memberships.get().organisation
    make_submission(organisation, answers=_english_answers(), by=owner)
    make_grant(organisation, body, What.ANSWERS, by=owner, purpose="To compare ourselves")
    count_companies(within.pk, at_once=True)
    english.force_login(make_body_member(body, name="Ann Mori"))
    root = f"/b/{body.pk}/rounds/{within.pk}/"
    shown = f"c={organisation.pk}"
    pages = (
        "",
        "list",
        "board",
        "board?state=nowhere",
        "reminders",
        "figures",
        "figures?industry=E",
        "figures?by=size",
    )
    more = ("figures/companies", "figures/outliers", f"figures/side-by-side?{shown}", "report", "workshops/")
    for page in (*pages, *more):
        assert _japanese_in(_open(english, root + page)) == [], page
    bad = SimpleUploadedFile("list.csv", b"Company,Corporate number,Email\nAlpha Ltd,123,nowhere\n")
    for page, typed in (
        ("list", {"file": bad}),
        ("change", {}),
        ("reminders", {}),
        ("reminders/now", {}),
        ("workshops/", {"title": "", "seats": "1000"}),
    ):
        response = english.post(root + page, typed)
        assert response.status_code == 422, page
        assert _japanese_in(response.content.decode()) == [], page
    planned = {"title": "Autumn meeting", "count": "1", "minutes": "120", "seats": "12"}
    response = english.post(f"{root}workshops/", planned, follow=True)
    assert response.redirect_chain
    assert _japanese_in(response.content.decode()) == []
    assert _japanese_in(_open(english, f"{response.redirect_chain[-1][0]}handout")) == []
    english.force_login(owner)
    for page in (f"{home}peers", f"{home}sharing", "/join", f"/join?code={within.join_code}"):
        assert _japanese_in(_open(english, page)) == [], page


@pytest.mark.django_db
def test_ones_own_account_in_english_shows_no_japanese(english: Client) -> None:
    english.force_login(make_user(name="Kate Minato"))
    for page in ("/account/2fa/", "/account/sessions/", "/account/password/change/", "/account/delete-me", "/home"):
        assert _japanese_in(english.get(page, follow=True).content.decode()) == [], page
    assert _japanese_in(Client(headers={"accept-language": "en"}).get("/invitations/altered").content.decode()) == []


@pytest.mark.django_db
def test_refusals_in_english_show_no_japanese(english: Client, firm: tuple[str, User]) -> None:
    root, user = firm
    opened = make_assessment(user.memberships.get().organisation, by=user)
    question = f"{root}a/{opened.pk}/q/A-VIS-01"
    for address, typed in (
        ("/company/new", {"corporate_number": "123", "employees": "many"}),
        ("/quick/keep", {}),
        (question, {"choice": "9", "revision": "0"}),
        (question, {"choice": "na", "revision": "0"}),
        (question, {"choice": "1", "revision": "0", "note": "x" * 2001}),
        (f"{root}a/{opened.pk}/submit", {}),
    ):
        response = english.post(address, typed, follow=True)
        assert _japanese_in(response.content.decode()) == [], (address, typed)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "typed"),
    [
        ("/account/signup/", {"email": "new@minato.example", "password1": PASSWORD, "password2": PASSWORD}),
        ("/account/signup/", {"email": "known@minato.example", "password1": PASSWORD, "password2": PASSWORD}),
        ("/account/password/reset/", {"email": "known@minato.example"}),
        ("/account/password/reset/", {"email": "unknown@minato.example"}),
    ],
)
def test_a_mail_in_english_has_no_japanese(english: Client, address: str, typed: dict[str, str]) -> None:
    make_user("known@minato.example")
    english.post(address, typed)
    (sent,) = mail.outbox
    assert JAPANESE.findall(sent.subject.removeprefix(SUBJECT_PREFIX) + sent.body) == []


@pytest.mark.pure
@pytest.mark.parametrize("quick", [False, True])
def test_paper_in_english_has_no_japanese(quick: bool) -> None:
    company = replace(samples.COMPANY, name="Minato Precision Ltd")
    make = samples.quick_context if quick else samples.full_context
    context = make(company=company, given=_english_answers(), language="en", signer="Kate Minato")
    assert context.trace
    html = paper.quick_sheet_html(context) if quick else paper.action_plan_html(context)
    assert _japanese_in(html) == []
