"""Charts as files: picture, drawing and workbook, with the filter of the page, and nothing of who is not named."""

from __future__ import annotations

import re
from io import BytesIO
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest
from django.http import HttpResponseBase
from openpyxl import load_workbook
from PIL import Image

from cohorts.counting import count_companies
from organisations.audit import Verb
from organisations.consent import What
from organisations.models import AuditLine, Body, Organisation, Round, User
from reports import pictures
from reports.cohort_charts import group_bars
from reports.drawing import captioned
from tests.builders import make_round
from tests.conftest import ClientOf
from tests.reports.crowds import Firm, make_firms, unnamed
from tests.reports.test_dashboard import SECRET, SHOWN, Desk, revoke

pytestmark = pytest.mark.django_db

ALL = ("distribution-autonomy", "groups", "group-sections", "missed", "index", "companies", "outliers", "side-by-side")
FAR = Firm("遠井水産", 99, whats=(What.SCORES, What.ANSWERS))


@pytest.fixture
def within(network: Body) -> Round:
    return make_round(network, name="春の回")


@pytest.fixture
def companies(within: Round) -> dict[str, Organisation]:
    """A block of twelve (one of them SECRET), and ten by name, one of them far from the others."""
    crowd = [Firm(f"並{n}工業", 45 + n % 5, whats=(What.SCORES, What.ANSWERS)) for n in range(8)]
    made = make_firms(within, [*unnamed(11), SECRET, SHOWN, FAR, *crowd])
    count_companies(within.pk, at_once=True)
    return {one.name: one for one in made}


@pytest.fixture
def desk(coordinator: User, client_of: ClientOf, within: Round) -> Desk:
    return Desk(client_of(coordinator), within)


def take(desk: Desk, chart: str, form: str, query: str = "", status: int = 200) -> bytes:
    answer = desk.client.get(desk.at(f"figures/{chart}.{form}{query}"))
    assert answer.status_code == status
    return content(answer)


def content(answer: HttpResponseBase) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]


def sheet(found: bytes) -> list[tuple[object, ...]]:
    return [tuple(cell.value for cell in row) for row in load_workbook(BytesIO(found)).worksheets[0].iter_rows()]


def query_of(companies: dict[str, Organisation]) -> str:
    """A filter for the charts that have one, and companies for those that are of companies."""
    return "?industry=E&" + "&".join(f"c={companies[one.name].pk}" for one in (SHOWN, FAR, SECRET))


# --- what a file is ---------------------------------------------------------------------------------------------------


def test_every_chart_can_be_taken_in_three_forms(desk: Desk, companies: dict[str, Organisation]) -> None:
    query = query_of(companies)
    for chart in ALL:
        root = ET.fromstring(take(desk, chart, "svg", query))  # noqa: S314
        assert root.tag.endswith("svg")
        head, *rows = sheet(take(desk, chart, "xlsx", query))
        assert all(isinstance(one, str) for one in head)
        assert rows
    for chart in ("distribution-autonomy", "companies"):
        with Image.open(BytesIO(take(desk, chart, "png", query))) as picture:
            assert picture.format == "PNG"
            assert picture.width >= 500
            assert len(picture.convert("RGB").getcolors(1 << 16) or []) > 10  # something is drawn, and in words


def test_a_file_is_saved_and_never_shown(desk: Desk, companies: dict[str, Organisation]) -> None:
    answer = desk.client.get(desk.at("figures/groups.svg"))
    assert answer["Content-Type"] == "image/svg+xml"
    name = unquote(answer["Content-Disposition"])
    assert name.startswith("attachment;")
    assert re.search(r"業種別の三つの点数_春の回_\d{8}\.svg", name)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]
    assert int(answer["Content-Length"]) == len(content(answer))


def test_a_file_says_whose_figures_it_holds_and_which_filter(desk: Desk, companies: dict[str, Organisation]) -> None:
    drawing = take(desk, "groups", "svg", "?industry=E&by=prefecture").decode()
    # Lines are wrapped: what is said may go on in the next one.
    said = "".join(re.findall(r">([^<]+)</text>", drawing))
    for words in ("東海 経営者ネットワーク", "春の回", "業種＝製造業", "都道府県別の三つの点数", "5社に満たない"):
        assert words.replace(" ", "") in said.replace(" ", "")
    book = load_workbook(BytesIO(take(desk, "groups", "xlsx", "?industry=E")))
    assert [one.title for one in book.worksheets] == ["数字", "読み方"]
    assert any("業種＝製造業" in str(row[0].value) for row in book["読み方"].iter_rows())


def test_the_workbook_of_companies_has_all_of_them_and_the_picture_a_page(desk: Desk, within: Round) -> None:
    make_firms(within, [Firm(f"名{n:02}社", n, whats=(What.SCORES,)) for n in range(1, 56)])
    assert len(sheet(take(desk, "companies", "xlsx"))) == 56
    assert "名55社" not in take(desk, "companies", "svg").decode()
    assert "名55社" in take(desk, "companies", "svg", "?page=2").decode()


def test_a_name_that_looks_like_a_formula_stays_a_text(desk: Desk, within: Round) -> None:
    make_firms(within, [Firm('=HYPERLINK("http://x")', whats=(What.SCORES,))])
    cell = load_workbook(BytesIO(take(desk, "companies", "xlsx"))).worksheets[0]["A2"]
    assert (cell.data_type, cell.quotePrefix) == ("s", True)


# --- what is not there ------------------------------------------------------------------------------------------------


def test_what_does_not_exist_or_has_nothing_to_show_is_not_found(
    desk: Desk, companies: dict[str, Organisation]
) -> None:
    for chart, form, query in (
        ("nothing", "svg", ""),
        ("groups", "pdf", ""),
        ("index", "svg", ""),  # there is nothing to compare with
        ("changes", "svg", ""),  # there is no round before
        ("groups", "svg", "?industry=B"),
        ("distribution-autonomy", "xlsx", "?industry=B"),
        ("side-by-side", "png", ""),
        ("side-by-side", "png", f"?c={companies[SECRET.name].pk}"),
        ("side-by-side", "png", "?" + "&".join(f"c={one.pk}" for one in list(companies.values())[12:18])),
    ):
        take(desk, chart, form, query, status=404)


@pytest.mark.parametrize("chart", ALL)
def test_nothing_of_an_unnamed_company_is_in_any_file(
    desk: Desk, companies: dict[str, Organisation], chart: str
) -> None:
    query = query_of(companies)
    book = load_workbook(BytesIO(take(desk, chart, "xlsx", query)))
    cells = " ".join(str(cell.value) for one in book.worksheets for row in one.iter_rows() for cell in row)
    for found in (take(desk, chart, "svg", query).decode(), cells):
        assert SECRET.name not in found
        assert str(companies[SECRET.name].pk) not in found
        assert "91.3" not in found
        assert "無名" not in found


def test_after_a_consent_ends_the_next_file_holds_nothing_of_it(desk: Desk, companies: dict[str, Organisation]) -> None:
    assert SHOWN.name in take(desk, "companies", "svg").decode()
    revoke(companies[SHOWN.name])
    assert SHOWN.name not in take(desk, "companies", "svg").decode()
    assert "点" in take(desk, "distribution-autonomy", "svg").decode()
    take(desk, "side-by-side", "svg", f"?c={companies[SHOWN.name].pk}", status=404)


# --- the log ----------------------------------------------------------------------------------------------------------


def test_each_file_that_is_taken_leaves_one_line(desk: Desk, companies: dict[str, Organisation], within: Round) -> None:
    take(desk, "groups", "png")
    take(desk, "groups", "png")
    take(desk, "nothing", "png", status=404)
    desk.client.head(desk.at("figures/groups.png"))
    lines = AuditLine.objects.filter(verb=Verb.FIGURES_TAKEN.value)
    assert [(line.target, line.detail) for line in lines] == [(str(within.pk), {"chart": "groups", "form": "png"})] * 2


def test_a_file_of_companies_side_by_side_leaves_a_line_with_each_of_them(
    desk: Desk, companies: dict[str, Organisation]
) -> None:
    take(desk, "side-by-side", "svg", query_of(companies))
    seen = set(AuditLine.objects.filter(verb=Verb.READ.value).values_list("organisation", flat=True))
    assert seen == {companies[one.name].pk for one in (SHOWN, FAR)}


# --- pixels -----------------------------------------------------------------------------------------------------------


def test_a_large_picture_is_made_less_sharp_rather_than_larger() -> None:
    small = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 500 400" width="500" height="400"></svg>'
    large = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4000 4000" width="4000" height="4000"></svg>'
    for drawing, size in ((small, (1000, 800)), (large, (2449, 2449))):
        with Image.open(BytesIO(pictures.png(drawing))) as picture:
            assert picture.size == pytest.approx(size, abs=1)


def test_a_sign_that_no_font_has_is_drawn_as_a_geta() -> None:
    drawing = captioned(group_bars([], title="題", prefix="p"), "題", [], prefix="c")
    assert pictures.png(drawing.replace("題", "\U0001f600")) == pictures.png(drawing.replace("題", "〓"))


def test_only_our_own_pictures_are_made_into_pixels() -> None:
    with pytest.raises(ValueError, match="picture"):
        pictures.png('<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>')
