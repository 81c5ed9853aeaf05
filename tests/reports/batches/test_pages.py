"""The pages of an order of many reports: counting, ordering, watching, calling off, and what a mistake is told."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from organisations.audit import Verb
from organisations.consent import What
from organisations.models import Affiliation, AuditLine, Body, Organisation, User
from reports import paper
from reports.models import Batch
from reports.rendering import RenderingError
from tests.builders import FAKE_PDF, make_grant, make_round
from tests.conftest import ClientOf
from tests.reports.batches.conftest import (
    OPEN,
    SCORED,
    SILENT,
    Order,
    answer_bells,
    make_company,
    now_is,
    revoke,
    states,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(client_of: ClientOf, coordinator: User) -> Client:
    return client_of(coordinator)


def address(body: Body, rest: str = "") -> str:
    return f"/b/{body.pk}/batches/{rest}"


def of(batch: Batch, rest: str = "") -> str:
    return f"/b/{batch.body_id}/batches/{batch.pk}/{rest}"


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


# --- before the order -------------------------------------------------------------------------------------------------


def test_the_page_says_how_many_are_in_and_how_many_are_not_and_names_nobody(
    browser: Client, network: Body, companies: dict[str, Organisation]
) -> None:
    make_company(network, "かもめ印刷", What.ANSWERS, submits=False)
    response = browser.get(address(network, "new"))
    text = text_of(response)
    assert "報告書を作る会社 4 社" in text
    assert "まだ提出していない 1 社" in text
    assert "点数を共有していない 1 社" in text
    assert not any(name in text for name in (*OPEN, SCORED, SILENT))


def test_an_order_leads_to_its_page_and_the_nav_to_the_list(
    browser: Client,
    network: Body,
    companies: dict[str, Organisation],
    bells: list[UUID],
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        response = browser.post(address(network, "new"), {"languages": "ja,en", "key": str(uuid4())})
    batch = Batch.objects.get()
    assert response.headers["Location"] == of(batch)
    assert (batch.spoken, batch.origin, batch.items.count()) == (["ja", "en"], "http://testserver/", 8)
    assert len(bells) == settings.BATCH_AHEAD
    html = browser.get(address(network)).content.decode()
    assert of(batch) in html
    assert "（8件のうち0件）" in html
    assert f'href="{address(network)}"' in browser.get(f"/b/{network.pk}/").content.decode()


def test_companies_ticked_on_the_list_are_ordered_and_only_those_with_a_report_can_be_ticked(
    browser: Client, network: Body, companies: dict[str, Organisation], bells: list[UUID]
) -> None:
    html = browser.get(f"/b/{network.pk}/").content.decode()
    ticks = set(re.findall(r'name="company" value="([0-9a-f-]+)"', html))
    assert ticks == {str(companies[name].pk) for name in (*OPEN, SCORED)}
    wanted = {"pick": "1", "company": [str(companies[OPEN[0]].pk), str(companies[SCORED].pk)]}
    page = browser.get(address(network, "new"), wanted)
    assert "報告書を作る会社 2 社" in text_of(page)
    carried = re.findall(r'type="hidden" name="(company|pick)" value="([0-9a-f-]+)"', page.content.decode())
    assert {value for name, value in carried if name == "company"} == set(wanted["company"])
    browser.post(address(network, "new"), {**wanted, "languages": "ja", "key": str(uuid4())})
    assert Batch.objects.get().items.count() == 2


def test_a_list_on_which_nobody_was_ticked_is_an_order_of_nobody(
    browser: Client, network: Body, companies: dict[str, Organisation]
) -> None:
    assert "報告書を作る会社 0 社" in text_of(browser.get(address(network, "new"), {"pick": "1"}))


def test_an_office_orders_for_its_clients_and_is_offered_no_facts_of_them(
    client_of: ClientOf, supervisor: User, advisor: User, office: Body, bells: list[UUID]
) -> None:
    make_company(office, "きりん工業", What.SCORES)
    browser = client_of(advisor)
    html = browser.get(address(office, "new"), {"industry": "E"}).content.decode()
    assert 'name="industry"' not in html
    assert "報告書を作る会社 1 社" in re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
    browser.post(address(office, "new"), {"languages": "ja", "key": str(uuid4()), "industry": "A"})
    assert Batch.objects.get().items.count() == 1


# --- mistakes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"languages": ""}, "言語を選んでください"),
        ({"languages": "fr"}, "言語を選び直してください"),
        ({"key": "x"}, "この画面を開き直して"),
        ({"industry": "ZZ"}, "業種を読み取れません"),
        ({"prefecture": "99"}, "都道府県を読み取れません"),
        ({"round": "nonsense"}, "回を読み取れません"),
        ({"company": "nonsense"}, "選んだ会社を読み取れません"),
    ],
)
def test_an_order_with_something_wrong_is_refused_and_never_one_of_more_companies(
    browser: Client, network: Body, companies: dict[str, Organisation], given: dict[str, str], words: str
) -> None:
    right = {"languages": "en", "key": str(uuid4()), "prefecture": "22"}
    response = browser.post(address(network, "new"), {**right, **given})
    html = response.content.decode()
    assert response.status_code == 422
    assert words in html
    assert not Batch.objects.exists()
    if "prefecture" not in given:
        assert re.search(r'<option value="22" selected', html), "what was chosen stays"
    if "languages" not in given:
        assert re.search(r'value="en"[^>]* checked', html)


def test_a_condition_in_an_address_that_cannot_be_read_is_left_out_and_said(
    browser: Client, network: Body, companies: dict[str, Organisation]
) -> None:
    foreign = make_round(make_foreign())
    text = text_of(browser.get(address(network, "new"), {"industry": "ZZ", "round": str(foreign.pk)}))
    assert "回、業種は読めないため、使っていません" in text
    assert "報告書を作る会社 4 社" in text


def make_foreign() -> Body:
    return Body.objects.create(kind="network", name="よそのネット")


def test_an_order_of_nobody_and_one_of_too_many_are_refused_in_words(
    browser: Client, network: Body, companies: dict[str, Organisation], settings: Settings
) -> None:
    given = {"languages": "ja", "key": str(uuid4())}
    nobody = browser.post(address(network, "new"), {**given, "pick": "1"})
    assert (nobody.status_code, "報告書を作れる会社がありません" in nobody.content.decode()) == (422, True)
    settings.BATCH_MOST_FILES = 3
    many = browser.post(address(network, "new"), given)
    assert (many.status_code, "一度に頼めるのは3件まで" in many.content.decode()) == (422, True)
    assert not Batch.objects.exists()


def test_orders_are_counted_and_beyond_the_limit_refused(
    browser: Client, network: Body, companies: dict[str, Organisation], bells: list[UUID], settings: Settings
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "batch": "1/1h/key"}
    found = [
        browser.post(address(network, "new"), {"languages": "ja", "key": str(uuid4())}).status_code for _turn in "12"
    ]
    assert found == [302, 429]


# --- watching ---------------------------------------------------------------------------------------------------------


def test_the_page_asks_again_by_itself_until_the_order_is_done(
    browser: Client, order: Order, companies: dict[str, Organisation], bells: list[UUID], printer: list[Any],
    media: Path,
) -> None:  # fmt: skip
    batch = order()
    page = browser.get(of(batch)).content.decode()
    assert f'hx-get="{of(batch)}"' in page
    assert "順番を待っています" in page
    assert f'<noscript><p><a href="{of(batch)}">' in page
    answer_bells(bells, 2)
    fragment = browser.get(of(batch), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert "2 / 4 件" in fragment
    assert "<button" not in fragment, "it would be taken from under a finger"
    answer_bells(bells)
    assert browser.get(of(batch), headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    done = browser.get(of(batch)).content.decode()
    assert "hx-get" not in done
    assert "終わりました" in done
    assert of(batch, "zip") in done


def test_what_went_wrong_is_listed_by_company_with_its_reason(
    browser: Client,
    order: Order,
    companies: dict[str, Organisation],
    bells: list[UUID],
    monkeypatch: pytest.MonkeyPatch,
    media: Path,
) -> None:
    def fake(context: Any) -> bytes:
        if context.company.name == OPEN[1]:
            raise RenderingError("書体にない文字")
        return FAKE_PDF

    monkeypatch.setattr(paper, "action_plan", fake)
    batch = order()
    revoke(companies[OPEN[2]])
    answer_bells(bells)
    text = text_of(browser.get(of(batch)))
    assert f"{OPEN[1]}（日本語）：紙面を組めませんでした" in text
    assert f"{OPEN[2]}（日本語）：会社が共有を終えました" in text
    assert "書体にない文字" in text
    assert "作れなかったもの：1件" in text
    assert "会社が共有を終えたため渡せないもの：1件" in text


def test_called_off_and_taken_up_by_press(
    browser: Client,
    order: Order,
    companies: dict[str, Organisation],
    bells: list[UUID],
    printer: list[Any],
    media: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    batch = order()
    answer_bells(bells, 1)
    told = browser.post(of(batch, "cancel"), follow=True).content.decode()
    assert "できていた報告書は、そのまま受け取れます" in told
    assert "作る前に取り消したもの：3件" in told
    assert "もう終わっていたので" in browser.post(of(batch, "cancel"), follow=True).content.decode()
    answer_bells(bells)
    with django_capture_on_commit_callbacks(execute=True):
        assert "もう一度作ります：3件" in browser.post(of(batch, "again"), follow=True).content.decode()
    answer_bells(bells)
    assert (now_is(batch).status, states(batch)) == ("done", ["done"] * 4)
    assert "作り直すものはありませんでした" in browser.post(of(batch, "again"), follow=True).content.decode()


def test_a_company_that_left_the_body_is_not_named_any_more(
    browser: Client, order: Order, companies: dict[str, Organisation], bells: list[UUID], printer: list[Any],
    media: Path,
) -> None:  # fmt: skip
    batch = order()
    answer_bells(bells)
    Affiliation.unscoped.filter(organisation=companies[OPEN[0]]).update(ended_at=timezone.now())
    text = text_of(browser.get(of(batch)))
    assert OPEN[0] not in text
    assert "いまは所属していない会社" in text
    assert OPEN[1] in text


def test_a_page_costs_the_same_with_few_rows_as_with_many(
    browser: Client, network: Body, order: Order, companies: dict[str, Organisation],
    django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    batch = order("ja", "en")
    with django_assert_max_num_queries(14):
        browser.get(of(batch))
    with django_assert_max_num_queries(11):
        browser.get(address(network))


# --- one file ---------------------------------------------------------------------------------------------------------


def test_one_file_is_handed_over_and_recorded_for_its_company(
    browser: Client, order: Order, companies: dict[str, Organisation], bells: list[UUID], printer: list[Any],
    media: Path,
) -> None:  # fmt: skip
    batch = order()
    answer_bells(bells)
    item = batch.items.get(position=1)
    browser.head(of(batch, f"files/{item.pk}"))
    assert not AuditLine.objects.filter(verb=Verb.COPY_TAKEN).exists()
    response = browser.get(of(batch, f"files/{item.pk}"))
    assert b"".join(response.streaming_content) == FAKE_PDF
    line = AuditLine.objects.get(verb=Verb.COPY_TAKEN)
    assert (line.organisation, line.body) == (companies[OPEN[0]].pk, batch.body_id)


def test_one_file_is_not_handed_over_after_the_consent_ended_or_where_it_was_lost(
    browser: Client, order: Order, companies: dict[str, Organisation], network: Body, bells: list[UUID],
    printer: list[Any], media: Path,
) -> None:  # fmt: skip
    batch = order()
    answer_bells(bells)
    first, second, *_rest = batch.items.order_by("position").select_related("file")
    revoke(companies[OPEN[0]], What.ANSWERS)
    response = browser.get(of(batch, f"files/{first.pk}"))
    assert (response.status_code, response.streaming) == (410, False)
    assert "この報告書は渡せません" in response.content.decode()
    assert "会社が共有を終えました" in response.content.decode()
    second.file.file.storage.delete(second.file.file.name)
    assert browser.get(of(batch, f"files/{second.pk}")).status_code == 410
    assert states(batch) == ["done", "failed", "done", "done"]
    make_grant(companies[OPEN[0]], network, What.ANSWERS)
    assert browser.get(of(batch, f"files/{first.pk}")).status_code == 200, "shared again, as it was made"


def test_an_order_or_a_row_of_another_body_does_not_exist(
    client_of: ClientOf, office: Body, supervisor: User, order: Order, companies: dict[str, Organisation]
) -> None:
    batch = order()
    item = batch.items.first()
    assert item is not None
    browser = client_of(supervisor)
    for rest in ("", "zip", f"files/{item.pk}"):
        assert browser.get(f"/b/{office.pk}/batches/{batch.pk}/{rest}").status_code == 404
    for rest in ("cancel", "again"):
        assert browser.post(f"/b/{office.pk}/batches/{batch.pk}/{rest}").status_code == 404
    assert now_is(batch).under_way
