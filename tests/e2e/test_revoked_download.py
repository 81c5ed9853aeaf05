"""A consent that is revoked while a file is on its way, over a real connection to the real server."""

from __future__ import annotations

import json
import re
import socket
from uuid import UUID

import pytest

from tests.e2e import live

MEGABYTES = 40
"""More than the buffers of both ends of a connection hold: what they hold when the consent ends has left already."""
SET_UP = f"""
import json
from uuid import uuid4
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from assessments.models import Evidence, Submission
from organisations.consent import What
from organisations.policy import BodyKind
from tests.builders import make_body, make_body_member, make_grant
submission = Submission.unscoped.order_by("submitted_at").select_related("organisation").last()
company, body = submission.organisation, make_body(BodyKind.NETWORK, name=uuid4().hex)
user = make_body_member(body, email=f"{{uuid4().hex}}@network.example")
make_grant(company, body, What.NOTES)
stored = default_storage.save(f"evidence/{{company.pk}}/{{uuid4()}}", ContentFile(bytes({MEGABYTES} * 2**20)))
row = Evidence.unscoped.create(organisation=company, assessment=submission.assessment, question_id="A-VIS-01",
    file=stored, name="a.txt", kind="text/plain", size={MEGABYTES} * 2**20, sha256="0" * 64)
Evidence.unscoped.filter(pk=row.pk).update(uploaded_at=submission.submitted_at)
session = SessionStore()
session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
session.create()
path = f"/b/{{body.pk}}/c/{{company.pk}}/evidence/{{row.pk}}"
print(json.dumps({{"path": path, "session": session.session_key, "body": str(body.pk)}}))
"""
REVOKE = """
from django.utils import timezone
from organisations.models import Grant
Grant.unscoped.filter(body="{body}").update(revoked_at=timezone.now())
"""


@pytest.mark.parametrize("revoked", [False, True])
def test_a_download_ends_with_the_consent_and_is_not_taken_for_a_whole_file(site: live.Site, revoked: bool) -> None:
    given = json.loads(site.run(SET_UP).splitlines()[-1])
    UUID(given["body"])
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
        connection.settimeout(30)
        connection.connect(("127.0.0.1", site.port))
        lines = (
            f"GET {given['path']} HTTP/1.1",
            f"Host: 127.0.0.1:{site.port}",
            f"Cookie: sessionid={given['session']}",
        )
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        head, _, begun = connection.recv(16 * 1024).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        announced = re.search(rb"Content-Length: (\d+)", head)
        assert announced
        assert int(announced[1]) == MEGABYTES * 2**20
        if revoked:
            site.run(REVOKE.format(**given))
        received = len(begun)
        while received < MEGABYTES * 2**20 and (piece := connection.recv(2**20)):
            received += len(piece)
    assert (received == MEGABYTES * 2**20) is not revoked
    if revoked:
        assert received < MEGABYTES * 2**20 // 2, "only what was on its way already"
        assert f"shares it no longer with body {given['body']}" in site.log.read_text(encoding="utf-8")
