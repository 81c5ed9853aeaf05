"""The rows of the export's workbook, a function a sheet: codes and ids in words, moments as on a clock in Japan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.utils.translation import get_language, gettext

from assessments.scoring.scorecard import axes_of
from guidance.profile import FACTS
from organisations.templatetags.seats import role_name, what_name
from reports.cohort_context import CHOICES, value_name
from reports.exports import listings
from reports.exports.holdings import Holdings
from reports.exports.wording import asked, catalog_of, kind_of, said, state, when, who

Value = str | int | float | dt.date | None
Values = Iterator[tuple[Value, ...]]
"""In the order of the sheet's columns."""


def company(held: Holdings) -> Values:
    own = held.organisation
    language = get_language() or "ja"
    yield gettext("会社名"), own.name
    yield gettext("法人番号"), own.corporate_number
    for key, value in own.profile().items():
        fact = FACTS[key]
        shown: Value = (gettext("はい") if value else gettext("いいえ")) if isinstance(value, bool) else value
        if fact.choices is not None and value in fact.choices:
            shown = fact.choices[str(value)].get(language)
        yield fact.text.get(language), shown
    yield gettext("登録した日時"), when(own.created_at)
    yield gettext("この日時のあとに削除"), when(own.delete_after)


def people(held: Holdings) -> Values:
    for row in held.rows[listings.PEOPLE]:
        yield row.user.name, row.user.email, role_name(row.role), when(row.created_at)


def assessments(held: Holdings) -> Values:
    for row in held.rows[listings.ASSESSMENTS]:
        origin = held.number(row.carried_from_id) if row.carried_from_id else None
        number = held.number(row.pk)
        yield number, row.catalog_ref, state(row.status), origin, who(row.created_by), when(row.created_at)


def answers(held: Holdings) -> Values:
    refs = _refs(held)
    for row in held.rows[listings.ANSWERS]:
        ref, name = refs[row.assessment_id], row.question_id
        chosen = said(ref, name, row.kind, row.level)
        told = (row.level, chosen, row.reason, row.note, row.explanation)
        number = held.number(row.assessment_id)
        yield (number, name, asked(ref, name), *told, who(row.updated_by), when(row.updated_at))


def submissions(held: Holdings) -> Values:
    language = get_language() or "ja"
    for row in held.rows[listings.SUBMISSIONS]:
        catalog = catalog_of(row.catalog_ref)
        titles: dict[str, str] = {axis.id: axis.title.get(language) for axis in catalog.axes} if catalog else {}
        steps = "\n".join(_step(step) for step in row.approvals)
        for name, axis in axes_of(row.scorecard):
            points = (axis["score"], axis["low"], axis["high"])
            yield (
                held.number(row.assessment_id),
                row.number,
                when(row.submitted_at),
                who(row.submitted_by),
                row.catalog_ref,
                titles.get(name, name),
                *(float(point) if point is not None else None for point in points),
                axis["stage"],
                steps,
            )


def _step(step: dict[str, str]) -> str:
    at = when(dt.datetime.fromisoformat(step["at"]))
    return f"{state(step['step'])} {step['name']} {at:%Y-%m-%d %H:%M}"


def submitted_answers(held: Holdings) -> Values:
    for row in held.rows[listings.SUBMISSIONS]:
        number = held.number(row.assessment_id)
        for name, entry in row.answers.items():
            chosen = said(row.catalog_ref, name, kind_of(entry), entry.get("level"))
            words = (entry.get("na", ""), entry.get("note", ""), entry.get("explanation", ""))
            yield number, row.number, name, asked(row.catalog_ref, name), entry.get("level"), chosen, *words


def carried(held: Holdings) -> Values:
    refs = _refs(held)
    for row in held.rows[listings.CARRIED]:
        ref = refs[row.assessment_id]
        older = "\n".join(_told(name, entry) for name, entry in row.entries.items())
        yield held.number(row.assessment_id), row.question_id, asked(ref, row.question_id), state(row.outcome), older


def _told(question_id: str, fields: dict[str, Any]) -> str:
    """An answer to another version in a line: which question, and everything that was said."""
    return " ".join(str(part) for part in (question_id, *fields.values()) if part not in (None, ""))


def uploads(held: Holdings) -> Values:
    """What people filled in and have not confirmed yet."""
    refs = _refs(held)
    for row in held.rows[listings.UPLOADS]:
        ref, number = refs[row.assessment_id], held.number(row.assessment_id)
        for entry in row.entries:
            name, level = entry["question"], entry["level"]
            chosen = said(ref, name, entry["kind"], level)
            told = (level, chosen, entry["reason"], entry["note"], entry["explanation"])
            yield (number, name, asked(ref, name), *told, row.file_name, who(row.uploaded_by), when(row.uploaded_at))


def assignments(held: Holdings) -> Values:
    for row in held.rows[listings.ASSIGNMENTS]:
        to = str(row.assignee) if row.assignee else (row.invitation.email or gettext("招待して加わった人"))
        yield (*_question(held, row), to, who(row.assigned_by), when(row.assigned_at))


def comments(held: Holdings) -> Values:
    for row in held.rows[listings.COMMENTS]:
        yield (*_question(held, row), row.text, who(row.author), when(row.created_at))


def followups(held: Holdings) -> Values:
    for row in held.rows[listings.FOLLOWUPS]:
        raised = (who(row.raised_by), when(row.raised_at))
        settled = (who(row.settled_by), when(row.settled_at)) if row.settled_at else ("", None)
        asked_of = str(row.asked_of) if row.asked_of else ""
        yield (*_question(held, row), state(row.kind), row.words, asked_of, *raised, *settled)


def approvals(held: Holdings) -> Values:
    for row in held.rows[listings.APPROVALS]:
        yield held.number(row.assessment_id), state(row.step), row.name, when(row.at)


def evidence(held: Holdings) -> Values:
    for row in held.rows[listings.EVIDENCE]:
        told = (row.name, row.kind, row.size, who(row.uploaded_by), when(row.uploaded_at))
        yield (*_question(held, row), *told, _place(held, row.pk))


def reports(held: Holdings) -> Values:
    submissions = {row.pk: row for row in held.rows[listings.SUBMISSIONS]}
    for row in held.rows[listings.REPORTS]:
        of = submissions[row.submission_id]
        ordered = (who(row.requested_by), when(row.requested_at))
        place = _place(held, row.pk)
        yield (
            held.number(of.assessment_id),
            of.number,
            state(row.kind),
            row.language,
            state(row.status),
            *ordered,
            place,
        )


def invitations(held: Holdings) -> Values:
    for row in held.rows[listings.INVITATIONS]:
        asked_in = (row.email, role_name(row.role), who(row.invited_by), when(row.created_at), when(row.expires_at))
        yield (*asked_in, when(row.accepted_at), when(row.revoked_at))


def affiliations(held: Holdings) -> Values:
    for row in held.rows[listings.AFFILIATIONS]:
        yield row.body.name, when(row.since), when(row.ended_at)


def consents(held: Holdings) -> Values:
    for row in held.rows[listings.CONSENTS]:
        given = (row.body.name, what_name(row.what), row.purpose, row.until, who(row.granted_by), when(row.granted_at))
        yield (*given, who(row.revoked_by) if row.revoked_at else "", when(row.revoked_at))


def rounds(held: Holdings) -> Values:
    for row in held.rows[listings.PARTICIPATIONS]:
        moments = (when(row.added_at), when(row.invited_at), when(row.joined_at))
        yield (
            row.body.name,
            row.round.name,
            row.name,
            row.corporate_number,
            row.email,
            *_sorted_by(row),
            state(row.source),
            *moments,
        )


def counted(held: Holdings) -> Values:
    submissions = {row.pk: row for row in held.rows[listings.SUBMISSIONS]}
    for row in held.rows[listings.COUNTED]:
        of = submissions[row.submission_id]
        yield row.body.name, row.round.name, gettext("集計"), held.number(of.assessment_id), of.number
    for row in held.rows[listings.COMPARED]:
        yield row.body.name, row.round.name, gettext("前の回との比較"), None, None


def outlines(held: Holdings) -> Values:
    submissions = {row.pk: row for row in held.rows[listings.SUBMISSIONS]}
    for row in held.rows[listings.OUTLINES]:
        of = submissions[row.submission_id]
        yield held.number(of.assessment_id), of.number, *_sorted_by(row)


def _sorted_by(row: Any) -> tuple[str, ...]:
    """What figures of groups sort companies by, in words."""
    language = get_language() or "ja"
    return tuple(value_name(dimension, getattr(row, dimension), language) for dimension in CHOICES)


def advice(held: Holdings) -> Values:
    """Enquiries of advisory offices with the replies, and their reports."""
    for row in held.rows[listings.ENQUIRIES]:
        asked_for = (row.question_id, row.words, row.reply, who(row.replied_by) if row.replied_at else "")
        yield row.body.name, gettext("問い合わせ"), *asked_for, when(row.asked_at)
    papers = held.rows[listings.PAPERS]
    for row in held.rows[listings.CLIENT_REPORTS]:
        signed = gettext("、").join(str(one["name"]) for one in row.signatures)
        places = gettext("、").join(_place(held, one.pk) for one in papers if one.revision_id == row.pk)
        report = gettext("確認報告書 第%(number)d版") % {"number": row.number}
        yield row.body.name, report, "", signed, places, "", when(row.made_at)


def log(held: Holdings) -> Values:
    for line in listings.Log(held.organisation).lines():
        at = dt.datetime.fromisoformat(line["at"])
        yield line["number"], when(at), line["actor"], line["body"], line["text"]


def _question(held: Holdings, row: Any) -> tuple[Value, ...]:
    ref = _refs(held)[row.assessment_id]
    return held.number(row.assessment_id), row.question_id, asked(ref, row.question_id)


def _refs(held: Holdings) -> dict[Any, str]:
    return {row.pk: row.catalog_ref for row in held.rows[listings.ASSESSMENTS]}


def _place(held: Holdings, key: Any) -> str:
    place = held.places.get(key, "")
    return gettext("失われています") if place in held.lost else place
