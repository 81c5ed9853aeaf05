"""Mail of ours: a subject and a text from two templates, to one address."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

log = logging.getLogger(__name__)


class NotMailed(Exception):
    """The mail server did not take the mail; what it tells of stands."""


def post(template: str, to: str, context: Mapping[str, Any]) -> None:
    """Send `<template>_subject.txt` and `<template>.txt`. Raises NotMailed.

    Call it after the transaction: a mail server may take its time, and what was rolled back must not be told of.
    """
    subject = render_to_string(f"{template}_subject.txt", dict(context))
    text = render_to_string(f"{template}.txt", dict(context))
    try:
        EmailMessage(settings.ACCOUNT_EMAIL_SUBJECT_PREFIX + _one_line(subject), text, to=[to]).send()
    except (SMTPException, OSError) as error:
        log.warning("%s: mail was not taken (%s)", template, type(error).__name__)
        raise NotMailed from None


def _one_line(words: str) -> str:
    """Names stand in subjects: whatever way a line break got into one, it begins no header of its own."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in words).split())
