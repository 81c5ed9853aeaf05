"""Mail of ours: a subject and a text from two templates, to one address."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string

from organisations.models import User

log = logging.getLogger(__name__)


class NotMailed(Exception):
    """The mail server did not take the mail; what it tells of stands."""


def post(template: str, to: str, context: Mapping[str, Any], *, connection: BaseEmailBackend | None = None) -> None:
    """Send `<template>_subject.txt` and `<template>.txt`, over `connection` where many mails go. Raises NotMailed.

    Call it after the transaction: a mail server may take its time, and what was rolled back must not be told of.
    """
    subject = render_to_string(f"{template}_subject.txt", dict(context))
    text = render_to_string(f"{template}.txt", dict(context))
    try:
        headline = settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + _one_line(subject)
        EmailMessage(headline, text, to=[to], connection=connection).send()
    except (SMTPException, OSError) as error:
        log.warning("%s: mail was not taken (%s)", template, type(error).__name__)
        raise NotMailed from None


def post_to_each(template: str, people: Iterable[User], context: Mapping[str, Any]) -> None:
    """A mail to each, so that one address that fails keeps no other from being told. Raises NotMailed."""
    failed = False
    for person in people:
        try:
            post(template, person.email, context)
        except NotMailed:
            failed = True
    if failed:
        raise NotMailed


def connect() -> BaseEmailBackend:
    """An open connection to the mail server, for many mails. Raises NotMailed: nothing was sent."""
    connection: BaseEmailBackend = get_connection()
    try:
        connection.open()
    except (SMTPException, OSError) as error:
        log.warning("the mail server cannot be reached (%s)", type(error).__name__)
        raise NotMailed from None
    return connection


def hang_up(connection: BaseEmailBackend) -> None:
    """Close it, whatever state it is in."""
    try:
        connection.close()
    except (SMTPException, OSError) as error:
        log.info("the mail server did not part properly (%s)", type(error).__name__)


def _one_line(words: str) -> str:
    """Names stand in subjects: whatever way a line break got into one, it begins no header of its own."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in words).split())
