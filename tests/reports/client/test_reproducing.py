"""`manage.py verify_reports`: every signed paper is printed again from what was frozen, and compared."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.core.management.base import CommandError

from advising.models import Revision
from organisations.models import Body, Organisation, User
from organisations.scoping import scope
from reports import jobs
from reports.client import paper, reproducing
from reports.client.reproducing import Finding
from reports.models import ClientFile
from reports.rendering import RenderingError
from tests.builders import FAKE_PDF, FIRST, make_finding, make_review, make_revision, make_submission

pytestmark = pytest.mark.django_db


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What a print gives now: some fake bytes, or an error."""
    now: dict[str, Any] = {"pdf": FAKE_PDF}

    def fake(*_given: Any, **_signed: Any) -> bytes:
        if isinstance(now["pdf"], Exception):
            raise now["pdf"]
        pdf: bytes = now["pdf"]
        return pdf

    monkeypatch.setattr(paper, "printed", fake)
    return now


@pytest.fixture
def signed(
    company: Organisation, office: Body, owner: User, advisor: User, supervisor: User, media: Path, printed: Any
) -> ClientFile:
    """The paper of a released revision, made."""
    review = make_review(make_submission(company, by=owner), office, by=advisor)
    make_finding(review, FIRST, 1, by=advisor)
    revision = make_revision(review, by=advisor, supervisor=supervisor, owner=owner, languages=["ja"])
    with scope(company.pk):
        (job,) = jobs.order_of_client(revision, by=owner, ring=lambda _job: None)
    jobs.produce(job.pk)
    return ClientFile.unscoped.get(status="done")


def found() -> list[Finding]:
    return [one.finding for one in reproducing.look_at_all()]


def test_a_paper_that_is_as_it_was_is_the_same(signed: ClientFile) -> None:
    out = StringIO()
    call_command("verify_reports", stdout=out)
    assert found() == [Finding.SAME]
    assert "1 通すべて" in out.getvalue()


def test_another_context_than_was_signed_is_found(signed: ClientFile) -> None:
    revision = Revision.unscoped.get()
    Revision.unscoped.update(context={**revision.context, "number": 99})
    assert found() == [Finding.OTHER_CONTEXT]


def test_another_or_a_lost_file_is_found(signed: ClientFile) -> None:
    name = str(signed.file.name)
    default_storage.delete(name)
    assert found() == [Finding.LOST]
    default_storage.save(name, ContentFile(b"%PDF-another"))
    assert found() == [Finding.OTHER_FILE]


@pytest.mark.parametrize(
    ("now", "finding"), [(b"%PDF-newer", Finding.OTHER_PRINT), (RenderingError("x"), Finding.NOT_PRINTED)]
)
def test_what_prints_differently_or_not_at_all_is_told_and_ends_with_an_error(
    signed: ClientFile, printed: dict[str, Any], now: Any, finding: Finding
) -> None:
    printed["pdf"] = now
    assert found() == [finding]
    out = StringIO()
    with pytest.raises(CommandError, match="1 of 1"):
        call_command("verify_reports", stdout=out)
    assert str(signed.pk) in out.getvalue()
