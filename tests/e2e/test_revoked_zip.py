"""A consent that is revoked while a ZIP of many reports is on its way, over a real connection to the real server."""

from __future__ import annotations

import json
import socket

import pytest

from tests.e2e import live
from tests.e2e.test_revoked_download import MEGABYTES, REVOKE

SET_UP = f"""
import json
from uuid import uuid4
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from assessments.models import Submission
from organisations.consent import What
from organisations.policy import BodyKind
from reports.models import Batch, BatchItem, MemberFile
from tests.builders import make_body, make_body_member, make_grant
submission = Submission.unscoped.order_by("submitted_at").select_related("organisation").last()
company, body = submission.organisation, make_body(BodyKind.NETWORK, name=uuid4().hex)
user = make_body_member(body, email=f"{{uuid4().hex}}@network.example")
make_grant(company, body, What.ANSWERS)
stored = default_storage.save(f"reports/{{uuid4()}}/x.pdf", ContentFile(bytes({MEGABYTES} * 2**20)))
file = MemberFile.unscoped.create(organisation=company, body=body, submission=submission, shared="scores,answers",
    language="ja", template_version="1", status="done", file=stored, size={MEGABYTES} * 2**20,
    finished_at=timezone.now())
batch = Batch.objects.create(body=body, languages="ja", mail_language="ja", status="done", begun_at=timezone.now())
BatchItem.objects.create(batch=batch, file=file, position=1, state="done")
session = SessionStore()
session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
session.create()
path = f"/b/{{body.pk}}/batches/{{batch.pk}}/zip"
print(json.dumps({{"path": path, "session": session.session_key, "body": str(body.pk)}}))
"""
END = b"\r\n0\r\n\r\n"
"""The last chunk: without it nobody takes what came for the whole."""


@pytest.mark.parametrize("revoked", [False, True])
def test_a_zip_ends_with_the_consent_and_is_not_taken_for_a_whole_one(site: live.Site, revoked: bool) -> None:
    given = json.loads(site.run(SET_UP).splitlines()[-1])
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
        connection.settimeout(30)
        connection.connect(("127.0.0.1", site.port))
        lines = (
            f"GET {given['path']} HTTP/1.1",
            f"Host: 127.0.0.1:{site.port}",
            f"Cookie: sessionid={given['session']}",
            "Connection: close",
        )
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        head, _, begun = connection.recv(16 * 1024).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        assert b"chunked" in head
        if revoked:
            site.run(REVOKE.format(**given))
        received, last = len(begun), begun[-16:]
        try:
            while piece := connection.recv(2**20):
                received, last = received + len(piece), (last + piece)[-16:]
        except ConnectionResetError:
            assert revoked
    assert last.endswith(END) is not revoked
    assert (received > MEGABYTES * 2**20) is not revoked
    if revoked:
        assert received < MEGABYTES * 2**20 // 2, "only what was on its way already"
        assert "shares it no longer" in site.log.read_text(encoding="utf-8")
