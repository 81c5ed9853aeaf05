"""Whether the signed papers can still be made of what was frozen: each is printed again and compared byte by byte."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from advising.freezing import digest_of
from organisations.scoping import scope
from reports.client import paper
from reports.models import ClientFile
from reports.rendering import RenderingError


class Finding(StrEnum):
    """What was found of one paper."""

    SAME = "same"
    OTHER_CONTEXT = "other-context"  # what is stored is not what was signed
    OTHER_FILE = "other-file"  # the file is not the one that was made
    LOST = "lost"  # the file is not there
    OTHER_PRINT = "other-print"  # the same context prints differently: templates, fonts or libraries are others by now
    NOT_PRINTED = "not-printed"


@dataclass(frozen=True, slots=True)
class Looked:
    """One signed paper, and what was found of it."""

    file: ClientFile
    finding: Finding


def look_at_all() -> Iterator[Looked]:
    """Every signed paper that was made, the oldest first. Each is printed once, in its company's scope."""
    done = ClientFile.unscoped.filter(status=ClientFile.Status.DONE).order_by("finished_at", "pk")
    for key, organisation_id in list(done.values_list("pk", "organisation_id")):
        with scope(organisation_id):
            file = ClientFile.objects.select_related("revision").get(pk=key)
            yield Looked(file, look_at(file))


def look_at(file: ClientFile) -> Finding:
    """Compare one paper with its stored file, and with a print of its stored context."""
    revision = file.revision
    if digest_of(revision.context) != revision.digest:
        return Finding.OTHER_CONTEXT
    try:
        with file.file.open("rb") as stored:
            kept = sha256(stored.read()).hexdigest()
    except FileNotFoundError:
        return Finding.LOST
    if kept != file.sha256:
        return Finding.OTHER_FILE
    try:
        pdf = paper.printed(revision.context, file.language, signatures=revision.signatures, digest=revision.digest)
    except RenderingError:
        return Finding.NOT_PRINTED
    return Finding.SAME if sha256(pdf).hexdigest() == file.sha256 else Finding.OTHER_PRINT
