"""The questions and actions of the current catalog, each with an address of its own. No account, no database."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from guidance.catalog import Action, Axis, Catalog, Section
from guidance.citations import citations
from guidance.conditions_in_words import condition_in_words
from guidance.connections import connect
from guidance.registry import current_catalog, library
from guidance.views.trail import frame, language, say, step


def _catalog_with(has: Callable[[Catalog], bool]) -> Catalog:
    """The current catalog if it has what is asked for, else the latest version that has it. Raises Http404."""
    others = sorted((loaded.catalog for loaded in library().catalogs.values()), key=lambda item: item.version)
    for catalog in (current_catalog(), *reversed(others)):
        if has(catalog):
            return catalog
    raise Http404


def _axis_of(catalog: Catalog, section: Section) -> Axis:
    return next(axis for axis in catalog.axes if section in axis.sections)


@login_not_required
@require_safe
def questions(request: HttpRequest) -> HttpResponse:
    return render(request, "guidance/questions.html", {**frame(_("設問の一覧")), "catalog": current_catalog()})


@login_not_required
@require_safe
def question(request: HttpRequest, question_id: str) -> HttpResponse:
    """One question: its levels, what it counts for, who is asked, where it comes from, and what raises it."""
    catalog = _catalog_with(lambda item: question_id in item.questions)
    found, section = catalog.questions[question_id], catalog.section_of[question_id]
    raised = connect(catalog).raised_by.get(question_id, ())
    weights = sum(other.weight for other in section.questions)
    context = {
        **frame(found.id, step(_("設問の一覧"), "questions")),
        "question": found,
        "axis": _axis_of(catalog, section),
        "section": section,
        "weights": weights,
        "share": round(100 * found.weight / weights),
        "applies": condition_in_words(found.applies_when, catalog, language()) if found.applies_when else "",
        "citations": citations(found),
        "raised": [(item.action, item.level, found.levels[item.level]) for item in raised],
        "catalog": catalog,
        "current": current_catalog(),
    }
    return render(request, "guidance/question.html", context)


@login_not_required
@require_safe
def actions(request: HttpRequest) -> HttpResponse:
    """All actions, each under the section of the first question that it raises."""
    catalog = current_catalog()
    by_section: dict[str, list[Action]] = {section.id: [] for section in catalog.sections()}
    for item in catalog.actions:
        by_section[catalog.section_of[item.raises[0].question].id].append(item)
    groups = [
        (axis, [(section, by_section[section.id]) for section in axis.sections if by_section[section.id]])
        for axis in catalog.axes
    ]
    context = {**frame(_("行動の一覧")), "groups": groups, "catalog": catalog}
    return render(request, "guidance/actions.html", context)


@login_not_required
@require_safe
def action(request: HttpRequest, action_id: str) -> HttpResponse:
    """One action: how to begin, what it raises, what it costs, and what must stand before it."""
    catalog = _catalog_with(lambda item: action_id in item.actions_by_id)
    found = catalog.actions_by_id[action_id]
    raises = [(catalog.questions[item.question], item.to) for item in found.raises]
    measures = library().measures
    context = {
        **frame(say(found.title), step(_("行動の一覧"), "actions")),
        "action": found,
        "raises": [(asked, level, asked.levels[level]) for asked, level in raises],
        "requires": [catalog.actions_by_id[name] for name in found.requires],
        "needed_by": connect(catalog).needed_by.get(action_id, ()),
        "measures": [measures[name] for name in found.support if name in measures],
        "catalog": catalog,
        "current": current_catalog(),
    }
    return render(request, "guidance/action.html", context)
