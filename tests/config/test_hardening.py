"""What protects the whole site: headers, cookies, the size of what is sent, and what a log line may not hold."""

from __future__ import annotations

import io
import json
import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from celery.signals import setup_logging
from django.conf import settings as configured
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client
from pytest_django import Settings

from config.browser import NOTHING_BUT_PASSKEYS
from config.file_cache import CountsOnFile
from config.masking import Masked, masked
from organisations.models import User
from tests.config.test_pages import Page, header_faults
from tests.config.test_starting import manage

KEY = "q8Zr2!vB7xL0pWm4sYd9Tg6Kc1Hn5Fj3Ra-Ue_Qo.Xi:Vz;Bw+Ly=Mt/Ps"
PUBLIC = {"SECRET_KEY": KEY, "SECURE": "1", "BEHIND_PROXY": "1", "ALLOWED_HOSTS": "keian.example.jp"}
PROVIDER = {
    "OIDC_NAME": "共通ID",
    "OIDC_CLIENT_ID": "client",
    "OIDC_CLIENT_SECRET": "secret",
    "OIDC_ISSUER_URL": "https://login.network.example/realm",
}
NAMES = [
    "SESSION_COOKIE_NAME",
    "CSRF_COOKIE_NAME",
    "SESSION_COOKIE_SECURE",
    "CSRF_COOKIE_SECURE",
    "SESSION_COOKIE_HTTPONLY",
    "CSRF_COOKIE_HTTPONLY",
    "SESSION_COOKIE_SAMESITE",
    "CSRF_COOKIE_SAMESITE",
    "SESSION_COOKIE_DOMAIN",
    "SESSION_COOKIE_PATH",
    "SESSION_COOKIE_AGE",
    "SECURE_HSTS_SECONDS",
    "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN",
    "OIDC_ENABLED",
    "OIDC_TRUST_EMAIL",
    "SOCIALACCOUNT_EMAIL_AUTHENTICATION",
    "ALLAUTH_TRUSTED_PROXY_COUNT",
    "UPLOAD_LIMIT_BYTES",
    "BODY_LIMIT_BYTES",
]


def production(var: Path, **environment: str) -> dict[str, Any]:
    """The settings of a public server, and the addresses for an outside sign-in, as a process of its own has them."""
    code = (
        "import json; from django.conf import settings; from django.urls import get_resolver;"
        f"found = {{name: getattr(settings, name) for name in {NAMES!r}}};"
        "found['form-action'] = settings.CONTENT_SECURITY_POLICY['DIRECTIVES']['form-action'];"
        "found['oidc'] = 'openid_connect_login' in get_resolver().reverse_dict;"
        "print(json.dumps(found))"
    )
    told = manage("shell", "--no-imports", "-c", code, var=var, **{**PUBLIC, **environment})
    assert told.returncode == 0, told.stderr
    found: dict[str, Any] = json.loads(told.stdout.splitlines()[-1])
    return found


# --- a public server -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("more", [{}, PROVIDER], ids=["plain", "with a provider"])
def test_the_checks_for_a_public_server_are_silent(more: dict[str, str], tmp_path: Path) -> None:
    checked = manage("check", "--deploy", "--fail-level=WARNING", var=tmp_path, **PUBLIC, **more)
    assert checked.returncode == 0, checked.stderr
    assert "0 silenced" in checked.stdout


def test_a_public_server_keeps_cookies_to_itself_and_passkeys_to_https(tmp_path: Path) -> None:
    found = production(tmp_path)
    assert found["SESSION_COOKIE_NAME"] == "__Host-sessionid"
    assert found["CSRF_COOKIE_NAME"] == "__Host-csrftoken"
    for name in ("SESSION", "CSRF"):
        assert found[f"{name}_COOKIE_SECURE"] is found[f"{name}_COOKIE_HTTPONLY"] is True
        assert found[f"{name}_COOKIE_SAMESITE"] == "Lax"
    assert (found["SESSION_COOKIE_DOMAIN"], found["SESSION_COOKIE_PATH"]) == (None, "/")
    assert found["SESSION_COOKIE_AGE"] == 12 * 3600
    assert found["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert found["MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN"] is False
    assert found["ALLAUTH_TRUSTED_PROXY_COUNT"] == 1


def test_an_outside_sign_in_is_off_until_the_operator_names_a_provider(tmp_path: Path) -> None:
    off, on = production(tmp_path), production(tmp_path, **PROVIDER)
    assert (off["OIDC_ENABLED"], off["oidc"], off["form-action"]) == (False, False, ["'self'"])
    assert (on["OIDC_ENABLED"], on["oidc"]) == (True, True)
    assert on["form-action"] == ["'self'", "https://login.network.example"]
    assert on["OIDC_TRUST_EMAIL"] is on["SOCIALACCOUNT_EMAIL_AUTHENTICATION"] is False


def test_the_operator_chooses_hours_and_megabytes(tmp_path: Path) -> None:
    found = production(tmp_path, SESSION_HOURS="2", UPLOAD_LIMIT_MB="20", OIDC_TRUST_EMAIL="1")
    assert found["SESSION_COOKIE_AGE"] == 7200
    assert (found["UPLOAD_LIMIT_BYTES"], found["BODY_LIMIT_BYTES"]) == (20 * 2**20, 22 * 2**20)
    assert found["SOCIALACCOUNT_EMAIL_AUTHENTICATION"] is True


# --- headers ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/account/login/", "/nowhere", "/static/css/theme.css"])
def test_every_answer_closes_the_browser_to_what_we_do_not_use(path: str) -> None:
    response = Client().get(path)
    assert header_faults(response) == []
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    policy = dict(part.split("=", 1) for part in response.headers["Permissions-Policy"].split(", "))
    assert {name for name, value in policy.items() if value != "()"} == {
        "publickey-credentials-create",
        "publickey-credentials-get",
    }
    assert {"camera", "microphone", "geolocation", "payment", "usb"} <= policy.keys() == NOTHING_BUT_PASSKEYS.keys()


def test_passwords_are_hashed_by_argon2() -> None:
    told = (Path(configured.BASE_DIR) / "config" / "settings.py").read_text(encoding="utf-8")
    assert told.index("Argon2PasswordHasher") < told.index("PBKDF2PasswordHasher")


# --- the size of what is sent ----------------------------------------------------------------------------------------


class Unread:
    """A body that must not be read."""

    def read(self, *_: object) -> bytes:
        raise AssertionError("the body was read")

    readline = readlines = __iter__ = read


class Started:
    """What the server was told to begin its answer with."""

    status = ""
    headers: dict[str, str] = {}

    def __call__(self, status: str, headers: list[tuple[str, str]], *_: object) -> None:
        self.status, self.headers = status, dict(headers)


def sent(length: str, *, path: str = "/quick/result", body: object = None) -> tuple[Started, str]:
    """A POST as the WSGI server hands it over."""
    environ: dict[str, Any] = {}
    setup_testing_defaults(environ)
    environ |= {"REQUEST_METHOD": "POST", "PATH_INFO": path, "HTTP_HOST": "testserver", "CONTENT_LENGTH": length}
    environ |= {"CONTENT_TYPE": "multipart/form-data; boundary=x", "wsgi.input": body or Unread()}
    started = Started()
    return started, b"".join(WSGIHandler()(environ, started)).decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "length",
    [
        str(2 * 2**30),
        str(12 * 2**20 + 1),
        "9" * 5000,
        "0" * 20 + "2147483648",
        "-1",
        "+5",
        "1e9",
        "ten",
        "１２",
        "1_0",
        " 5",
    ],
)
@pytest.mark.parametrize("path", ["/quick/result", "/account/login/", "/nowhere"])
def test_what_is_too_large_or_makes_no_sense_is_refused_unread(length: str, path: str) -> None:
    started, page = sent(length, path=path)
    assert started.status.startswith("413")
    assert "大きすぎます" in page
    assert "10MB" in page
    assert Page("/", page).faults == []
    assert started.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in started.headers["Content-Security-Policy"]


@pytest.mark.django_db
@pytest.mark.parametrize("length", ["", "0", "4", str(12 * 2**20)])
def test_what_fits_is_read(length: str) -> None:
    started, _ = sent(length, path="/nowhere", body=io.BytesIO(b"a=1\n"))
    assert not started.status.startswith("413")


def test_the_limit_is_asked_before_anything_that_reads_a_body() -> None:
    order = configured.MIDDLEWARE
    readers = ("django.middleware.csrf.CsrfViewMiddleware", "axes.middleware.AxesMiddleware")
    assert all(order.index("config.middleware.BodyLimit") < order.index(name) for name in readers)
    headers = {
        "django.middleware.security.SecurityMiddleware",
        "config.middleware.SiteHeaders",
        "csp.middleware.CSPMiddleware",
        "django_permissions_policy.PermissionsPolicyMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    }
    assert set(order[: order.index("config.middleware.BodyLimit")]) == headers


# --- the log ---------------------------------------------------------------------------------------------------------

TOKEN = "eyJpZCI6NDJ9:1tXyZ0:" + "aB3-_" * 9


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the one handler of the real configuration writes."""
    (handler,) = [h for h in logging.getLogger().handlers if any(isinstance(f, Masked) for f in h.filters)]
    assert isinstance(handler, logging.StreamHandler)
    written = io.StringIO()
    before = handler.setStream(written)
    yield written
    handler.setStream(before or written)


@pytest.mark.parametrize(
    "secret",
    ["kate@network.example", "kate.o'neil+x@mail.network.example", "kate%40network.example", "日本@例え.example",
     "192.0.2.17", "2001:db8::17", "::ffff:192.0.2.17", "fe80::1"],
)  # fmt: skip
def test_addresses_are_taken_out_wherever_they_stand(secret: str, log: io.StringIO) -> None:
    logger = logging.getLogger("anybody.at_all")
    logger.warning("from %s to (%s)", secret, secret)
    logger.warning(f"typed as {secret}.")
    logger.warning("a list: %s", [secret, {"login": secret}])
    try:
        raise ValueError(f"nobody is called {secret}")
    except ValueError:
        logger.exception("failed for <%s>", secret)
    told = log.getvalue()
    assert secret not in told
    assert "nobody is called" in told
    assert "ValueError" in told


@pytest.mark.parametrize(
    "word",
    ["keian@2026.1", "12:34:56", "2026-11-26 12:04:12,345", "65.21.1", "version 5.2.19", "A-VIS-01", "1:2:3",
     "/o/5f0c1c9e-6f7a-4c39-9d1e-8a7b6c5d4e3f/a/", "@login_required", "max-age=31536000"],
)  # fmt: skip
def test_what_is_no_address_stays_readable(word: str) -> None:
    assert masked(f"said {word} here") == f"said {word} here"


def test_the_token_of_a_link_is_taken_out_of_the_path(log: io.StringIO) -> None:
    assert len(TOKEN) > 40
    Client().get(f"/nowhere/{TOKEN}")
    Client().get(f"/nowhere/{TOKEN}/?next=/x")
    assert "Not Found: /nowhere/［…］" in log.getvalue()
    assert TOKEN[:20] not in log.getvalue()


@pytest.mark.django_db
def test_a_request_that_fails_tells_neither_token_nor_person(log: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no rows for kate@network.example at 192.0.2.17")

    monkeypatch.setattr("assessments.views.entry.current_catalog", fail)
    browser = Client(raise_request_exception=False)
    assert browser.get("/").status_code == 500
    told = log.getvalue()
    assert "RuntimeError: no rows for ［mail］ at ［ip］" in told
    assert "kate" not in told


@pytest.mark.django_db
def test_signing_in_and_failing_leaves_no_name_address_or_password_in_the_log(owner: User, log: io.StringIO) -> None:
    for word in ("wrong-password-1", "harbour-lamp-2026"):
        Client(REMOTE_ADDR="192.0.2.17").post("/account/login/", {"login": owner.email, "password": word})
    told = log.getvalue()
    for secret in (owner.email, "minato", "192.0.2.17", "wrong-password-1", "harbour-lamp-2026"):
        assert secret not in told


def test_no_logger_has_a_handler_that_passes_the_filter_by() -> None:
    loggers = [logging.getLogger(), *(logging.getLogger(name) for name in logging.root.manager.loggerDict)]
    ours = [
        (logger.name, handler)
        for logger in loggers
        for handler in logger.handlers
        if not isinstance(handler, logging.NullHandler) and not type(handler).__module__.startswith("_pytest")
    ]
    assert ours
    assert [name for name, handler in ours if not any(isinstance(f, Masked) for f in handler.filters)] == []
    assert {"root", "gunicorn.error", "gunicorn.access"} == {name for name, _ in ours}


def test_the_worker_keeps_this_configuration() -> None:
    assert setup_logging.receivers, "Celery would set up handlers of its own"


def test_arguments_that_do_not_fit_are_masked_too(log: io.StringIO) -> None:
    logging.getLogger("anybody").warning("%d things of %s", "kate@network.example")
    assert "kate" not in log.getvalue()
    assert "things of" in log.getvalue()


@pytest.mark.django_db
def test_the_limit_for_files_is_told_by_the_settings(settings: Settings) -> None:
    settings.BODY_LIMIT_BYTES = 100
    assert sent("101")[0].status.startswith("413")


# --- counts on file --------------------------------------------------------------------------------------------------


@pytest.fixture
def counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CountsOnFile:
    """A folder of counts that every write walks through, with room for ten."""
    monkeypatch.setattr("config.file_cache.BETWEEN_SWEEPS", 1)
    return CountsOnFile(str(tmp_path / "counts"), {"OPTIONS": {"MAX_ENTRIES": 10}})


def test_counts_of_yesterday_are_deleted_and_those_of_today_stay(counts: CountsOnFile, tmp_path: Path) -> None:
    counts.set("old", 1, 600)
    (file,) = (tmp_path / "counts").iterdir()
    os.utime(file, (0, time.time() - 90_000))
    counts.set("new", 2, 600)
    assert (counts.get("old"), counts.get("new")) == (None, 2)
    assert not file.exists()


def test_the_folder_of_counts_does_not_grow_without_end(counts: CountsOnFile, tmp_path: Path) -> None:
    for number in range(10):
        counts.set(str(number), number, 600)
    assert all(counts.get(str(number)) == number for number in range(10))
    for number in range(50):
        counts.set(f"flood-{number}", number, 600)
    assert len(list((tmp_path / "counts").iterdir())) <= 12


def test_a_write_rarely_walks_through_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    walks: list[object] = []
    found = CountsOnFile(str(tmp_path / "counts"), {})
    found.set("a", 1)
    monkeypatch.setattr("config.file_cache.os.scandir", lambda folder: walks.append(folder) or [])
    for _ in range(400):
        found.set("a", 1)
    assert len(walks) == 2
