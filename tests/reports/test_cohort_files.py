"""A network's files: ordered once, made of figures that may be seen, and handed over only as long as they may."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from uuid import UUID, uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from cohorts.counting import count_companies
from cohorts.models import WorkshopPlan
from organisations.audit import Verb
from organisations.consent import What
from organisations.downloads import Withdrawn
from organisations.models import Affiliation, AuditLine, Body, Grant, Organisation, Round, User
from organisations.policy import BodyKind
from reports import cohort_paper, jobs, tasks
from reports.models import BodyFile
from reports.retention import tidy
from tests.builders import make_body, make_body_member, make_round
from tests.conftest import ClientOf
from tests.reports.crowds import Firm, make_firms, unnamed

pytestmark = pytest.mark.django_db

PAPER = b"%PDF-1.7 figures " + b"." * 200_000
OPEN = ["名出工業", *(f"名出{number}" for number in range(4))]
ANSWERS, SCORES = OPEN[0], "点数商会"
LONG_AGO = dt.timedelta(days=2)


@pytest.fixture
def within(network: Body) -> Round:
    return make_round(network, name="春の回")


@pytest.fixture
def companies(within: Round) -> dict[str, Organisation]:
    """Six companies in a block, five that share their answers by name, and one that shares its scores."""
    firms = [
        *unnamed(6),
        *(Firm(name, 23 + place, level=1, whats=(What.SCORES, What.ANSWERS)) for place, name in enumerate(OPEN)),
        Firm(SCORES, 66, level=3, whats=(What.SCORES,)),
    ]
    made = make_firms(within, firms)
    count_companies(within.pk, at_once=True)
    return {one.name: one for one in made}


@pytest.fixture
def plan(within: Round) -> WorkshopPlan:
    return WorkshopPlan.objects.create(body=within.body, round=within, title="秋の勉強会", topics=["A.sourcing"])


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was printed: reports and handouts; the paper is a few fake bytes, at once."""
    found: list[Any] = []

    def fake(context: Any) -> bytes:
        found.append(context)
        return PAPER

    monkeypatch.setattr(cohort_paper, "cohort_report", fake)
    monkeypatch.setattr(cohort_paper, "handout", fake)
    return found


@pytest.fixture
def browser(client_of: ClientOf, coordinator: User) -> Client:
    return client_of(coordinator)


def order_address(within: Round, plan: WorkshopPlan | None = None) -> str:
    rest = f"workshops/{plan.pk}/handout" if plan else "report"
    return f"/b/{within.body_id}/rounds/{within.pk}/{rest}"


def address(job: BodyFile, rest: str = "") -> str:
    return f"/b/{job.body_id}/files/{job.pk}/{rest}"


def make_job(within: Round, plan: WorkshopPlan | None = None, **fields: Any) -> BodyFile:
    kind = BodyFile.Kind.WORKSHOP_HANDOUT if plan else BodyFile.Kind.COHORT_REPORT
    given = {"language": "ja", "template_version": jobs.TEMPLATE_VERSION, "kind": kind, "plan": plan, **fields}
    return BodyFile.objects.create(body_id=within.body_id, round=within, **given)


def make_done(within: Round, plan: WorkshopPlan | None = None, **fields: Any) -> BodyFile:
    """A file that was made; `printed` must be in place."""
    job = make_job(within, plan, **fields)
    jobs.produce(job.pk)
    done = now_is(job)
    assert done.status == "done", done.reason
    return done


def now_is(job: BodyFile) -> BodyFile:
    return BodyFile.objects.select_related("round").get(pk=job.pk)


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def revoke(company: Organisation, *whats: What) -> None:
    rows = Grant.unscoped.filter(organisation=company, revoked_at__isnull=True)
    rows.filter(what__in=[what.value for what in whats or What]).update(revoked_at=timezone.now())


def grant(company: Organisation, within: Round, what: What) -> None:
    until = timezone.localdate() + dt.timedelta(days=9)
    Grant.unscoped.create(organisation=company, body_id=within.body_id, what=what.value, purpose="x", until=until)


# --- ordering ---------------------------------------------------------------------------------------------------------


def test_an_order_leads_to_the_page_of_its_job_and_a_second_one_to_the_same(
    browser: Client,
    within: Round,
    bells: list[UUID],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    places = []
    for _time in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            places.append(browser.post(order_address(within), {"language": "ja"}).headers["Location"])
    job = BodyFile.objects.get()
    assert places == [address(job)] * 2
    assert bells == [job.pk]
    assert (job.language, job.named, job.kind, job.plan) == ("ja", False, "cohort-report", None)


def test_each_language_and_choice_of_names_is_a_file_of_its_own(
    browser: Client, within: Round, plan: WorkshopPlan, bells: list[UUID]
) -> None:
    for given in ({"language": "ja"}, {"language": "en"}, {"language": "ja", "named": "on"}):
        assert browser.post(order_address(within), given).status_code == 302
    browser.post(order_address(within, plan), {"language": "ja", "named": "on"})
    found = set(BodyFile.objects.values_list("kind", "language", "named"))
    assert found == {
        ("cohort-report", "ja", False),
        ("cohort-report", "en", False),
        ("cohort-report", "ja", True),
        ("handout", "ja", False),
    }


@pytest.mark.parametrize(("language", "words"), [("", "言語を選んでください"), ("fr", "言語を選び直してください")])
def test_an_order_without_a_language_is_refused_and_what_was_ticked_stays(
    browser: Client, within: Round, language: str, words: str
) -> None:
    answer = browser.post(order_address(within), {"language": language, "named": "on"})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert words in html
    assert re.search(r'<input[^>]*name="named"[^>]* checked', html)
    assert not BodyFile.objects.exists()


def test_the_page_of_an_order_explains_what_is_made_and_lists_what_was(
    browser: Client, within: Round, plan: WorkshopPlan
) -> None:
    job = make_job(within, status="failed", reason="withdrawn")
    html = browser.get(order_address(within)).content.decode()
    assert "会社名の入った頁も含める" in html
    assert address(job) in html
    assert "同意が変わったため消しました" in html
    handout = browser.get(order_address(within, plan)).content.decode()
    assert "会社名の入った頁も含める" not in handout
    assert address(job) not in handout


def test_only_the_coordinator_of_the_network_orders_watches_and_takes(
    client_of: ClientOf,
    within: Round,
    plan: WorkshopPlan,
    companies: dict[str, Organisation],
    printed: list[Any],
    media: Path,
    assistant: User,
    supervisor: User,
    office: Body,
    owner: User,
) -> None:
    job = make_done(within)
    stranger = make_body_member(make_body(BodyKind.NETWORK))
    pages = [order_address(within), order_address(within, plan), address(job), address(job, "file")]
    for person, status in ((assistant, 403), (supervisor, 404), (stranger, 404), (owner, 404)):
        browser = client_of(person)
        assert [browser.get(page).status_code for page in pages] == [status] * 4
        assert [browser.post(page, {"language": "ja"}).status_code for page in pages[:2]] == [status] * 2
    foreign = make_round(make_body(BodyKind.NETWORK))
    of_office = f"/b/{office.pk}/rounds/{foreign.pk}/report"
    assert client_of(supervisor).post(of_office, {"language": "ja"}).status_code == 404
    assert client_of(supervisor).get(f"/b/{office.pk}/files/{job.pk}/").status_code == 404
    assert BodyFile.objects.count() == 1


def test_a_round_a_plan_or_a_file_of_another_network_does_not_exist(
    browser: Client, within: Round, plan: WorkshopPlan
) -> None:
    foreign = make_round(make_body(BodyKind.NETWORK))
    theirs = make_job(foreign)
    sibling = make_round(within.body, name="夏の回")
    for page in (
        f"/b/{within.body_id}/rounds/{foreign.pk}/report",
        f"/b/{within.body_id}/rounds/{sibling.pk}/workshops/{plan.pk}/handout",
    ):
        assert browser.post(page, {"language": "ja"}).status_code == 404
    for rest in ("", "file"):
        assert browser.get(f"/b/{within.body_id}/files/{theirs.pk}/{rest}").status_code == 404
    assert BodyFile.objects.count() == 1


def test_the_database_refuses_a_second_row_for_one_file_and_a_handout_without_a_workshop(
    within: Round, plan: WorkshopPlan
) -> None:
    make_job(within)
    make_job(within, plan)
    for fields in ({}, {"plan": plan, "kind": "handout"}, {"kind": "handout", "language": "en"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            make_job(within, **fields)


# --- made anew --------------------------------------------------------------------------------------------------------


def test_a_file_whose_figures_are_the_same_is_not_made_again(
    browser: Client, within: Round, companies: dict[str, Organisation], printed: list[Any], media: Path
) -> None:
    job = make_done(within)
    browser.post(order_address(within), {"language": "ja"})
    assert now_is(job).status == "done"
    assert len(printed) == 1


@pytest.mark.parametrize("change", ["a submission", "a plan", "the name of the round", "the layout"])
def test_a_file_whose_figures_changed_is_made_anew_and_the_old_one_goes(
    browser: Client,
    within: Round,
    companies: dict[str, Organisation],
    printed: list[Any],
    bells: list[UUID],
    media: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: str,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    job = make_done(within)
    if change == "a submission":
        make_firms(within, [Firm("新顔製作所", 31, whats=(What.SCORES,))])
    elif change == "a plan":
        WorkshopPlan.objects.create(body=within.body, round=within, title="x", topics=["A.sourcing"])
    elif change == "the name of the round":
        Round.objects.filter(pk=within.pk).update(name="夏の回")
    else:
        monkeypatch.setattr(jobs, "TEMPLATE_VERSION", "2099.1")
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(order_address(within), {"language": "ja"})
    waiting = now_is(job)
    assert (waiting.status, waiting.uses, waiting.file.name) == ("waiting", [], "")
    assert bells == [job.pk]
    assert files_in(media) == []
    jobs.produce(job.pk)
    assert now_is(job).status == "done"
    assert len(printed) == 2


# --- making -----------------------------------------------------------------------------------------------------------


def test_a_report_is_made_with_what_it_rests_on(
    within: Round, companies: dict[str, Organisation], printed: list[Any], media: Path
) -> None:
    job = make_done(within)
    (report,) = printed
    assert (report.cohort.n, report.network, report.language) == (12, within.body.name, "ja")
    shared = [(what, name) for what, names in (("scores", [*OPEN, SCORES]), ("answers", OPEN)) for name in names]
    assert job.uses == sorted(["block 1", *(f"{what} {companies[name].pk}" for what, name in shared)])
    assert [path.read_bytes() for path in files_in(media)] == [PAPER]
    assert (job.progress, job.attempts, job.size) == (100, 1, len(PAPER))


def test_companies_stand_by_name_only_where_the_coordinator_wants_that(
    within: Round, companies: dict[str, Organisation], printed: list[Any], media: Path
) -> None:
    for named in (False, True):
        make_done(within, named=named)
    plain, named_one = printed
    assert [name for name, _row in plain.companies] == []
    assert {name for name, _row in named_one.companies} == {*OPEN, SCORES}
    assert "名出" not in cohort_paper.cohort_report_html(plain)
    assert "名出" in cohort_paper.cohort_report_html(named_one)


def test_a_group_of_few_named_companies_is_in_no_report_that_is_passed_on(
    within: Round, printed: list[Any], media: Path
) -> None:
    lonely = Firm("離島水産", 91, level=4, whats=(What.SCORES, What.ANSWERS), facts={"prefecture": "47"})
    near = [Firm(name, 44, whats=(What.SCORES, What.ANSWERS)) for name in OPEN]
    make_firms(within, [*unnamed(12), *near, lonely])
    count_companies(within.pk, at_once=True)
    for named in (False, True):
        make_done(within, named=named)
    groups = [[row.name for row in report.cohort.breakdown("prefecture").rows] for report in printed]
    assert groups == [["静岡県"], ["静岡県", "沖縄県"]]
    assert printed[0].cohort.breakdown("prefecture").outside == 1


def test_a_few_companies_by_name_are_nothing_that_a_report_without_names_rests_on(
    browser: Client, within: Round, printed: list[Any], media: Path
) -> None:
    *_block, few = make_firms(within, [*unnamed(6), Firm(SCORES, 66, whats=(What.SCORES,))])
    count_companies(within.pk, at_once=True)
    plain, named = make_done(within), make_done(within, named=True)
    assert [report.cohort.n for report in printed] == [6, 7]
    assert plain.uses == ["block 1"]
    revoke(few)
    assert browser.get(address(plain, "file")).status_code == 200
    assert browser.get(address(named, "file")).status_code == 410


def test_a_handout_is_made_of_its_plan(
    within: Round, plan: WorkshopPlan, companies: dict[str, Organisation], printed: list[Any], media: Path
) -> None:
    job = make_done(within, plan, language="en")
    (workshop,) = printed
    assert (workshop.handout.title, workshop.language) == ("秋の勉強会", "en")
    assert "block 1" in job.uses


def test_a_report_of_a_round_without_figures_is_made_too(within: Round, printed: list[Any], media: Path) -> None:
    make_firms(within, unnamed(3))
    assert make_done(within).uses == []
    assert "まだ数字を出せません" in cohort_paper.cohort_report_html(printed[0])


# --- a consent that ends while the file is made -----------------------------------------------------------------------


def while_printing(monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]) -> None:
    def slow(context: Any) -> bytes:
        act()
        return PAPER

    monkeypatch.setattr(cohort_paper, "cohort_report", slow)


def test_a_file_during_which_a_consent_ended_is_thrown_away_and_made_anew(
    within: Round, companies: dict[str, Organisation], monkeypatch: pytest.MonkeyPatch, media: Path
) -> None:
    leaving = companies[ANSWERS]
    while_printing(monkeypatch, lambda: revoke(leaving))
    job = make_job(within, named=True)
    assert jobs.produce(job.pk), "it waits again"
    waiting = now_is(job)
    assert (waiting.status, waiting.renewals, waiting.attempts, waiting.reason) == ("waiting", 1, 0, "")
    assert (waiting.uses, files_in(media)) == ([], [])
    assert not jobs.produce(job.pk)
    done = now_is(job)
    assert done.status == "done"
    assert not [use for use in done.uses if str(leaving.pk) in use]
    assert len(files_in(media)) == 1


def test_the_bell_rings_again_at_once_for_a_file_that_is_made_anew(
    within: Round,
    companies: dict[str, Organisation],
    monkeypatch: pytest.MonkeyPatch,
    bells: list[UUID],
    media: Path,
) -> None:
    while_printing(monkeypatch, lambda: revoke(companies["無名000"]))
    job = make_job(within)
    tasks.produce(str(job.pk))
    assert bells == [job.pk]
    assert now_is(job).rung_at is not None
    tasks.produce(str(job.pk))
    assert bells == [job.pk]
    assert now_is(job).status == "done"


def test_consents_that_go_on_ending_are_told_after_a_few_times(
    browser: Client,
    within: Round,
    companies: dict[str, Organisation],
    monkeypatch: pytest.MonkeyPatch,
    media: Path,
) -> None:
    """Each time another company that the file rests on takes its consent back."""
    (late,) = make_firms(within, [Firm("後から来た会社", 50, whats=(What.SCORES,))])
    leaving = iter([companies["無名000"], companies[ANSWERS], companies[SCORES], late])
    while_printing(monkeypatch, lambda: revoke(next(leaving)))
    job = make_job(within)
    rung = [jobs.produce(job.pk) for _time in range(4)]
    assert rung == [True, True, True, False]
    failed = now_is(job)
    assert (failed.status, failed.reason) == ("failed", "unsteady")
    assert files_in(media) == []
    html = browser.get(address(job)).content.decode()
    assert "会社の同意が変わり、何度か作り直しても追いつきませんでした" in html
    assert f'action="{order_address(within)}"' in html


def test_a_new_consent_does_not_disturb_the_making(
    within: Round, companies: dict[str, Organisation], monkeypatch: pytest.MonkeyPatch, media: Path
) -> None:
    def more() -> None:
        make_firms(within, [Firm("新顔製作所", 31, whats=(What.SCORES,))])
        grant(companies[SCORES], within, What.ANSWERS)

    while_printing(monkeypatch, more)
    make_done(within, named=True)


# --- watching ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "words", "asks_again"),
    [
        ({"rung_at": timezone.now()}, "順番を待っています", True),
        ({"status": "running", "progress": 30, "renewals": 1}, "はじめから作り直しています", True),
        ({"status": "failed", "reason": "font", "detail": "BIZ.ttf"}, "BIZ.ttf", False),
        ({"status": "failed", "reason": "withdrawn"}, "もとになった会社の同意が変わりました", False),
    ],
)
def test_every_state_is_told_in_words_and_asks_again_only_while_something_may_change(
    browser: Client, within: Round, columns: dict[str, Any], words: str, asks_again: bool
) -> None:
    job = make_job(within, named=True, **columns)
    page = browser.get(address(job))
    fragment = browser.get(address(job), headers={"HX-Request": "true"})
    for response in (page, fragment):
        html = response.content.decode()
        assert words in html
        assert (f'hx-get="{address(job)}"' in html) == asks_again
        assert ('<input type="hidden" name="named" value="on">' in html) == (columns.get("status") == "failed")
    assert "<html" in page.content.decode()
    assert "<html" not in fragment.content.decode()


# --- taking it away ---------------------------------------------------------------------------------------------------


def name_of(response: Any) -> str:
    return unquote(response.headers["Content-Disposition"].partition("filename*=utf-8''")[2])


@pytest.mark.parametrize(("named", "verb"), [(True, Verb.FIGURES_TAKEN), (False, Verb.REPORT_TAKEN)])
def test_a_finished_file_is_handed_over_and_leaves_a_line(
    browser: Client,
    within: Round,
    companies: dict[str, Organisation],
    printed: list[Any],
    media: Path,
    named: bool,
    verb: Verb,
) -> None:
    job = make_done(within, named=named)
    assert address(job, "file") in browser.get(address(job)).content.decode()
    lines = AuditLine.objects.count()
    response = browser.get(address(job, "file"))
    assert b"".join(response.streaming_content) == PAPER
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Length"] == str(len(PAPER))
    assert "no-store" in response.headers["Cache-Control"]
    day = timezone.localdate().strftime("%Y%m%d")
    assert name_of(response) == f"経安カルテ_集計報告書_東海 経営者ネットワーク_春の回_{day}.pdf"
    assert AuditLine.objects.count() == lines + 1
    line = AuditLine.objects.latest("number")
    assert (line.verb, line.body, line.target, line.organisation) == (verb, within.body_id, str(within.pk), None)


@pytest.mark.parametrize("name", ["A/B\\C", "../../etc/passwd", 'こ"れ;x=y', "長" * 80, "<b>&</b>"])
def test_a_name_of_a_round_cannot_break_the_file_name(
    browser: Client, within: Round, printed: list[Any], media: Path, name: str
) -> None:
    Round.objects.filter(pk=within.pk).update(name=name)
    shown = name_of(browser.get(address(make_done(within), "file")))
    assert shown.startswith("経安カルテ_集計報告書_")
    assert not set(shown) & set('/\\:*?"<>|\r\n')
    assert len(shown.encode()) <= 255


@pytest.mark.parametrize("status", ["waiting", "running", "failed"])
def test_what_is_not_finished_leads_to_its_state(browser: Client, within: Round, status: str) -> None:
    job = make_job(within, status=status)
    response = browser.get(address(job, "file"))
    assert (response.status_code, response.headers["Location"]) == (302, address(job))


def test_a_file_that_was_lost_can_be_made_again(
    browser: Client, within: Round, printed: list[Any], bells: list[UUID], media: Path
) -> None:
    job = make_done(within)
    (media / job.file.name).unlink()
    response = browser.get(address(job, "file"))
    assert response.status_code == 410
    assert "失われています" in response.content.decode()
    browser.post(order_address(within), {"language": "ja"})
    assert now_is(job).status == "waiting"


# --- what it rests on ends --------------------------------------------------------------------------------------------


def leave(company: Organisation) -> None:
    Affiliation.unscoped.filter(organisation=company).update(ended_at=timezone.now())


def run_out(company: Organisation) -> None:
    Grant.unscoped.filter(organisation=company).update(until=timezone.localdate() - dt.timedelta(days=1))


def delete(company: Organisation) -> None:
    Organisation.objects.filter(pk=company.pk).delete()


ENDS: dict[str, Callable[[dict[str, Organisation]], None]] = {
    "one of the block no longer agrees": lambda those: revoke(those["無名003"]),
    "one of the block left the network": lambda those: leave(those["無名003"]),
    "one of the block is deleted": lambda those: delete(those["無名003"]),
    "the term of one by name is over": lambda those: run_out(those[SCORES]),
    "one by name no longer shares anything": lambda those: revoke(those[SCORES]),
    "one by name no longer shares its answers": lambda those: revoke(those[ANSWERS], What.ANSWERS),
}


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("what", ENDS)
def test_a_file_is_never_handed_out_after_what_it_rests_on_ended(
    browser: Client,
    within: Round,
    companies: dict[str, Organisation],
    printed: list[Any],
    media: Path,
    what: str,
    named: bool,
) -> None:
    job = make_done(within, named=named)
    assert browser.head(address(job, "file")).status_code == 200
    lines = AuditLine.objects.count()
    ENDS[what](companies)
    for method in (browser.head, browser.get):
        assert method(address(job, "file")).status_code in {410, 302}
    html = browser.get(address(job)).content.decode()
    assert "もとになった会社の同意が変わりました" in html
    assert f'action="{order_address(within)}"' in html
    assert address(job, "file") not in html
    assert (now_is(job).status, now_is(job).reason, files_in(media)) == ("failed", "withdrawn", [])
    assert AuditLine.objects.count() == lines


def test_the_answer_to_a_download_says_why_there_is_none(
    browser: Client, within: Round, companies: dict[str, Organisation], printed: list[Any], media: Path
) -> None:
    job = make_done(within)
    revoke(companies["無名000"])
    response = browser.get(address(job, "file"))
    assert response.status_code == 410
    assert "もとになった会社の同意が変わりました" in response.content.decode()
    browser.post(order_address(within), {"language": "ja"})
    jobs.produce(job.pk)
    assert browser.get(address(job, "file")).status_code == 200


def test_the_page_of_a_file_removes_it_too(
    browser: Client, within: Round, companies: dict[str, Organisation], printed: list[Any], media: Path
) -> None:
    job = make_done(within)
    revoke(companies["無名000"])
    assert "PDFを消しました" in browser.get(address(job)).content.decode()
    assert files_in(media) == []


def test_a_download_is_cut_at_the_moment_of_a_revoke(
    browser: Client, within: Round, companies: dict[str, Organisation], printed: list[Any], media: Path
) -> None:
    response = browser.get(address(make_done(within), "file"))
    pieces = iter(response.streaming_content)
    first = next(pieces)
    assert 0 < len(first) < len(PAPER)
    revoke(companies["無名000"])
    with pytest.raises(Withdrawn):
        next(pieces)


def test_what_does_not_take_anything_back_leaves_the_file(
    browser: Client, within: Round, companies: dict[str, Organisation], printed: list[Any], media: Path
) -> None:
    plain, named = make_done(within), make_done(within, named=True)
    grant(companies[SCORES], within, What.ANSWERS)
    (more,) = make_firms(within, [Firm("新顔製作所", 31, whats=(What.SCORES,))])
    revoke(more)
    make_firms(make_round(make_body(BodyKind.NETWORK)), unnamed(2))
    for job in (plain, named):
        assert browser.get(address(job, "file")).status_code == 200


def test_a_company_of_a_block_that_was_also_named_stays_counted_in_a_report_without_names(
    browser: Client, within: Round, companies: dict[str, Organisation], printed: list[Any], media: Path
) -> None:
    """Its block stands, and no page of the file shows it."""
    also = companies["無名000"]
    grant(also, within, What.SCORES)
    plain, named = make_done(within), make_done(within, named=True)
    revoke(also, What.SCORES)
    assert browser.get(address(plain, "file")).status_code == 200
    assert browser.get(address(named, "file")).status_code == 410


# --- what is cleared --------------------------------------------------------------------------------------------------


def test_the_daily_tidy_removes_files_that_rest_on_what_ended(
    within: Round, companies: dict[str, Organisation], printed: list[Any], media: Path
) -> None:
    later = timezone.localdate() + dt.timedelta(days=100)
    empty = make_round(within.body, name="空の回", opens_on=later, closes_on=later)
    gone, stays = make_done(within, named=True), make_done(empty)
    assert tidy().reports == 0
    revoke(companies[ANSWERS])
    assert tidy().reports == 1
    assert (now_is(gone).status, now_is(gone).reason) == ("failed", "withdrawn")
    assert [str(path.relative_to(media)) for path in files_in(media)] == [now_is(stays).file.name]


def test_old_files_go_where_it_is_set(within: Round, printed: list[Any], media: Path, settings: Settings) -> None:
    job = make_done(within)
    assert tidy(timezone.now() + dt.timedelta(days=3650)).reports == 0
    settings.RETENTION_REPORT_DAYS = 30
    assert tidy(timezone.now() + dt.timedelta(days=31)).reports == 1
    assert not BodyFile.objects.filter(pk=job.pk).exists()
    assert files_in(media) == []


def test_a_file_that_a_row_names_is_no_orphan(within: Round, printed: list[Any], media: Path) -> None:
    job = make_done(within)
    stray = default_storage.save(f"reports/{uuid4()}/x.pdf", ContentFile(b"x"))
    assert tidy(timezone.now() + LONG_AGO).files == 1
    assert not default_storage.exists(stray)
    assert default_storage.exists(job.file.name)


# --- lost workers -----------------------------------------------------------------------------------------------------


def test_a_job_whose_worker_was_lost_is_rung_for_and_made(within: Round, printed: list[Any], media: Path) -> None:
    job = make_job(
        within, status="running", claim=uuid4(), claimed_at=timezone.now() - LONG_AGO, attempts=1, progress=30
    )
    rung: list[UUID] = []
    assert jobs.sweep(rung.append) == 1
    assert rung == [job.pk]
    jobs.produce(job.pk)
    assert (now_is(job).status, now_is(job).attempts) == ("done", 2)
