"""A company's place beside its peers in words, pictures and tables; the figures are those of `cohorts.places`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from assessments.models import Submission
from assessments.scoring.cohort import Band, Distribution
from cohorts.places import AxisPlace, Peers, SectionPlace
from guidance.catalog import Catalog
from organisations.models import Round
from reports import cohort_charts
from reports.charts import Mark
from reports.cohort_charts import Bar, DotRow, Quartile
from reports.cohort_context import BLANK, signed, value_name, worded
from reports.cohort_pictures import Chart, Table, companies, made_on, of_round
from reports.context import short_title


@dataclass(frozen=True, slots=True)
class AxisView:
    """One axis: where the company stands, in a sentence, and the picture (None where there is nothing to show).

    `bins`: how many companies lie in each ten points, for the table.
    """

    title: str
    own: str
    sentence: str
    chart: Chart | None
    bins: Table | None


@dataclass(frozen=True, slots=True)
class PeersView:
    """The page's figures. `group`: with whom the company is compared, in words."""

    group: str
    axes: tuple[AxisView, ...]
    sections: Chart | None
    below: str
    """In which of the shown sections the company lies below its peers, in a sentence."""

    @property
    def charts(self) -> tuple[Chart, ...]:
        """Every picture of the page that has something to show."""
        return tuple(chart for chart in (*(axis.chart for axis in self.axes), self.sections) if chart is not None)


def peers_view(peers: Peers, catalog: Catalog, language: str) -> PeersView:
    with translation.override(language):
        titles: dict[str, str] = {axis.id: axis.title.get(language) for axis in catalog.axes}
        names = {section.id: short_title(section.title.get(language)) for section in catalog.sections()}
        group = _group(peers, language)
        return PeersView(
            group=group,
            axes=tuple(_axis(axis, titles[axis.id], group) for axis in peers.axes),
            sections=_sections(peers.sections, names, _whose(peers, language)) if peers.sections else None,
            below=_below(peers.sections, names),
        )


def _group(peers: Peers, language: str) -> str:
    if peers.industry is None:
        return _("このネットワークの%(n)d社") % {"n": peers.n}
    return _("業種が同じ（%(industry)s）%(n)d社") % {
        "industry": value_name("industry", peers.industry, language),
        "n": peers.n,
    }


def _whose(peers: Peers, language: str) -> str:
    """The same group without a number: more of it may be counted for a section than for the three scores."""
    if peers.industry is None:
        return _("このネットワークの会社")
    return _("業種が同じ会社（%(industry)s）") % {"industry": value_name("industry", peers.industry, language)}


def notes_of(within: Round, submission: Submission, language: str) -> list[str]:
    """What a file of these figures says of itself."""
    with translation.override(language):
        return [
            of_round(within.body.name, within.name, within.opens_on, within.closes_on),
            _("自社の点数は、第%(number)d回の提出（%(day)s）のものです。")
            % {"number": submission.number, "day": f"{timezone.localtime(submission.submitted_at):%Y/%m/%d}"},
            _("会社名を出さずに数えられた点数だけでできています。どの会社のものかは出ません。"),
            made_on(timezone.localdate()),
        ]


# --- the axes ---------------------------------------------------------------------------------------------------------


def _axis(axis: AxisPlace, title: str, group: str) -> AxisView:
    own = worded(axis.own) if axis.own is not None else ""
    if axis.spread is None:
        sentence = _("この点数をくらべられる会社が足りないため、分布は出ません。")
        return AxisView(title, own, sentence, None, None)
    if axis.place is None:
        sentence = _("自社の点数が未算定のため、位置は出ません。答えられる設問が増えると出ます。")
    else:
        sentence = _place(axis.place.band) % {"group": group}
    spread = axis.spread
    return AxisView(title, own, sentence, _spread(axis.id, title, own, sentence, spread), _bins(spread))


def _place(band: Band) -> str:
    return {
        "upper": _("%(group)sとくらべて、上位の3分の1にあたる点数です。"),
        "middle": _("%(group)sとくらべて、中ほどの3分の1にあたる点数です。"),
        "lower": _("%(group)sとくらべて、下位の3分の1にあたる点数です。"),
    }[band]


def _spread(axis: str, title: str, own: str, sentence: str, spread: Distribution) -> Chart:
    quarters = (
        (_("下から4分の1"), worded(spread.q1)),
        (_("真ん中"), worded(spread.median)),
        (_("上から4分の1"), worded(spread.q3)),
    )
    first, middle, last = (
        Quartile(float(points), _("%(name)s %(points)s") % {"name": name, "points": points})
        for name, points in quarters
    )
    message = _("%(axis)sの点数の分布。%(n)d社の真ん中は%(median)s点です。") % {
        "axis": title,
        "n": spread.n,
        "median": quarters[1][1],
    }
    if own:
        message += _("自社は%(points)s点です。") % {"points": own}
    slug = f"peers-{axis}"
    picture = cohort_charts.distribution(
        [Bar(one.low, one.high, one.n) for one in spread.bins],
        (first, middle, last),
        own=Quartile(float(own), _("自社 %(points)s") % {"points": own}) if own else None,
        title=message + sentence,
        prefix=slug,
    )
    rows = [(_("自社"), float(own) if own else BLANK)]
    rows += [(name, float(points)) for name, points in reversed(quarters)]
    table = Table((_("くらべるもの"), _("点数")), (*rows, (_("会社数"), companies(spread.n))))
    return Chart(slug, title, message, picture, table)


def _bins(spread: Distribution) -> Table:
    rows = tuple((_("%(low)d点から%(high)d点") % {"low": one.low, "high": one.high}, one.n) for one in spread.bins)
    return Table((_("点数"), _("会社数")), rows)


# --- the sections -----------------------------------------------------------------------------------------------------


def _sections(sections: Sequence[SectionPlace], names: dict[str, str], group: str) -> Chart:
    weakest = sections[0]
    message = _(
        "%(group)sの平均が低い分野を、低い順に%(count)d個。いちばん低いのは%(section)s（%(points)s点）です。"
    ) % {
        "group": group,
        "count": len(sections),
        "section": names[weakest.id],
        "points": worded(weakest.peers.points),
    }
    series = (_("ほかの会社の平均"), _("自社"))
    rows = [
        DotRow(names[one.id], (_mark(series[0], worded(one.peers.points)), _mark(series[1], _own(one))))
        for one in sections
    ]
    heads = (_("分野"), _("ほかの会社の平均"), _("数えた会社"), _("自社"), _("ほかの会社との差"))
    return Chart(
        "peers-sections",
        _("ほかの会社が弱い分野"),
        message,
        cohort_charts.dots(rows, series, title=message, prefix="peers-sections"),
        Table(heads, tuple(_row(one, names[one.id]) for one in sections)),
    )


def _row(one: SectionPlace, name: str) -> tuple[str | int | float, ...]:
    own = _own(one)
    difference = signed(one.own - one.peers.points) if one.own is not None else BLANK
    return name, float(worded(one.peers.points)), one.peers.n, float(own) if own != BLANK else BLANK, difference


def _own(one: SectionPlace) -> str:
    return worded(one.own) if one.own is not None else BLANK


def _mark(label: str, words: str) -> Mark:
    return Mark(label, None if words == BLANK else float(words), words)


def _below(sections: Sequence[SectionPlace], names: dict[str, str]) -> str:
    below = [names[one.id] for one in sections if one.own is not None and one.own < one.peers.points]
    if not below:
        return _("このうち、自社の点数がほかの会社の平均より低い分野はありません。")
    return _("このうち、自社の点数がほかの会社の平均より低い分野：%(sections)s。") % {"sections": _("、").join(below)}
