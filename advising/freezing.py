"""A client report's whole context as plain data: made from the rows at the moment of signing, and never read from them
again. What the company did not share with the office is not in it.

The form, `schema` 1:
{"schema", "template", "catalog", "engine", "number", "submitted_on", "dated", "company": {"name"}, "shared": [...],
 "answers": contracts §2, "own": contracts §3, "verified": contracts §3, "findings": [...], "office": {...},
 "sections", "languages", "text": {"ja", "en"}, "actions": [...], "revision": n, "before": the same of the revision
 before (without its own "before"), or null}
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from advising.findings import Finding, standing
from advising.models import ClientReport, Letterhead, Review
from advising.reviews import findings_of, verified_of
from assessments.answers_file import entry_of
from assessments.frozen import answers_of
from assessments.scoring.answers import Answer
from assessments.scoring.scorecard import to_json
from organisations.consent import What

SCHEMA = 1
TEMPLATE_VERSION = "2026.1"
OF_A_REVISION = {"revision", "dated", "before"}
NOT_SHARED = "—"
"""In place of the reason of a 該当なし that the company did not share."""


def context_of(
    report: ClientReport,
    *,
    shared: frozenset[What],
    revision: int,
    before: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The report as it would be signed now. `shared`: what the company shares with the office at this moment;
    `before`: the context of the last released revision. Within both scopes."""
    review: Review = report.review
    submission = review.submission
    frozen = answers_of(submission)
    findings = findings_of(review)
    verified = verified_of(review, findings)
    notes = What.NOTES in shared
    return {
        "schema": SCHEMA,
        "template": TEMPLATE_VERSION,
        "catalog": submission.catalog_ref,
        "engine": submission.engine,
        "number": submission.number,
        "submitted_on": timezone.localtime(submission.submitted_at).date().isoformat(),
        "dated": timezone.localdate().isoformat(),
        "company": {"name": frozen.company.name},
        "shared": [what.value for what in What if what in shared],
        "answers": {name: entry_of(answer if notes else _bare(answer)) for name, answer in frozen.answers.items()},
        "own": submission.scorecard,
        "verified": to_json(verified.card),
        "findings": [_entry(found) for found in standing(findings, review.lead_id).values()],
        "office": _office(report),
        "sections": report.sections,
        "languages": report.languages,
        "text": {"ja": report.text_ja, "en": report.text_en},
        "actions": report.actions,
        "revision": revision,
        "before": {name: value for name, value in before.items() if name != "before"} if before else None,
    }


def digest_of(context: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical JSON: sorted keys, no spaces, UTF-8. A database that gives keys back in another order
    changes nothing."""
    text = json.dumps(context, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def same_contents(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two contexts say the same, whatever their number, their day and what came before them."""
    ours, theirs = ({key: value for key, value in it.items() if key not in OF_A_REVISION} for it in (one, other))
    return digest_of(ours) == digest_of(theirs)


def _bare(answer: Answer) -> Answer:
    """Without what only the consent for notes opens."""
    return Answer(answer.kind, answer.level, NOT_SHARED if answer.kind == "na" else "")


def _entry(found: Finding) -> dict[str, Any]:
    return {
        "question": found.question_id,
        "advisor": found.advisor_name,
        "answer": entry_of(found.answer) if found.answer else None,
        "quality": found.quality.value,
        "comment": {"ja": found.comment, "en": found.comment_en},
        "recommendation": {"ja": found.recommendation, "en": found.recommendation_en},
    }


def _office(report: ClientReport) -> dict[str, str]:
    head = Letterhead.objects.filter(body=report.body_id).first() or Letterhead(body=report.body)
    name = head.name_ja or report.body.name
    return {
        "name_ja": name,
        "name_en": head.name_en or name,
        "contact_ja": head.contact_ja,
        "contact_en": head.contact_en or head.contact_ja,
        "logo": base64.b64encode(bytes(head.logo)).decode() if head.logo else "",
    }
