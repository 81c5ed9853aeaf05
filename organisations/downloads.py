"""Files as they leave: to be saved and never shown by the browser; to an outsider only while the consent holds."""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.core.files.base import File
from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from organisations.access import shared_now
from organisations.consent import What

log = logging.getLogger(__name__)
PIECE = 64 * 1024


class Withdrawn(ConnectionResetError):
    """The consent ended during the download. As an error of the connection it makes the server cut it: whoever was
    reading has fewer bytes than were announced, and takes them for no whole file."""

    def __init__(self) -> None:
        super().__init__(errno.ECONNRESET, "no longer shared")


class Pieces(Iterator[bytes]):
    """An open file, 64 KB at a time; closed with the response that sends it."""

    size = PIECE

    def __init__(self, stream: File[Any]) -> None:
        self.stream = stream

    def __next__(self) -> bytes:
        piece: bytes = self.stream.read(self.size)
        if not piece:
            raise StopIteration
        return piece

    def close(self) -> None:
        self.stream.close()


class PiecesWhile(Pieces):
    """The same for somebody who may have it only as long as `holds` says so, which is asked before each piece.

    `what`: how the log calls a download that was cut.
    """

    def __init__(self, stream: File[Any], holds: Callable[[], bool], *, what: str) -> None:
        super().__init__(stream)
        self.holds, self.what = holds, what

    def __next__(self) -> bytes:
        if not self.holds():
            log.warning("download cut: %s", self.what)
            raise Withdrawn
        return super().__next__()


class PiecesWhileShared(PiecesWhile):
    """For another body, as long as the company shares `what` with it."""

    def __init__(self, stream: File[Any], *, body_id: UUID, organisation_id: UUID, what: What) -> None:
        def holds() -> bool:
            return what in shared_now(body_id, organisation_id)

        super().__init__(stream, holds, what=f"company {organisation_id} shares it no longer with body {body_id}")


def attachment(
    pieces: Iterator[bytes], *, name: str, size: int | None = None, media_type: str
) -> StreamingHttpResponse:
    """The response that hands `pieces` over under `name`; without a `size` where nobody knows it before the end. Its
    views stand behind a door, which adds no-store."""
    disposition = content_disposition_header(as_attachment=True, filename=name)
    return StreamingHttpResponse(
        pieces,
        content_type=media_type,
        headers={
            **({} if size is None else {"Content-Length": str(size)}),
            "Content-Disposition": disposition or "attachment",
            "X-Content-Type-Options": "nosniff",
            # Should a browser show it after all: with no rights, and not as a page of this site.
            "Content-Security-Policy": "sandbox; default-src 'none'",
        },
    )
