"""What a log line may not hold: mail addresses, IP addresses, and the tokens that stand in the paths of our links."""

from __future__ import annotations

import logging
import re
from ipaddress import ip_address
from typing import Any

# The last part of a domain begins with a letter: a version such as keian@2026.1 stays readable. %40 is @ in an address.
MAIL = re.compile(r"[^\s@<>()\[\]{}\"',;:/=&?]{1,254}(?:@|%40)(?:[\w-]{1,63}\.)+(?!\d)[^\W\d_](?:[\w-]*\w)?")
NUMBERS = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]*\w)")
COLONS = re.compile(r"(?<![\w:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:(?:\d{1,3}\.){3}\d{1,3})?(?![\w:])")
LONGEST_NAME = 36
"""A path segment longer than a UUID is no name of anything: it is a secret."""
TOKEN = re.compile(r"(?<=/)[^/\s?#\"'<>\\]{%d,}" % (LONGEST_NAME + 1))  # noqa: UP031 - braces mean repetition here


def masked(text: str) -> str:
    """`text` with every address and token replaced."""
    text = MAIL.sub("［mail］", text)
    text = TOKEN.sub("［…］", text)
    text = COLONS.sub(_address, text)
    return NUMBERS.sub(_address, text)


def _address(found: re.Match[str]) -> str:
    """A time of day has colons and a version has dots: only what is an address is replaced."""
    try:
        ip_address(found[0])
    except ValueError:
        return found[0]
    return "［ip］"


class Masked(logging.Filter):
    """Stands on the handler, so that every record passes it, whichever logger it came from.

    The record is changed for good: what another handler would still find in its arguments is gone as well.
    """

    formatter = logging.Formatter()

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = masked(_words_of(record)), None
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatter.formatException(record.exc_info)
        record.exc_info = None
        if record.exc_text:
            record.exc_text = masked(record.exc_text)
        if record.stack_info:
            record.stack_info = masked(record.stack_info)
        return True


def _words_of(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):  # arguments that do not fit their message, in somebody else's code
        return f"{record.msg!s} {record.args!r}"


def logging_config(level: str) -> dict[str, Any]:
    """One handler for everything. Django's and gunicorn's own would pass the filter by: their loggers lose them."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"masked": {"()": "config.masking.Masked"}},
        "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["masked"]}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "axes": {"level": "WARNING"},
            "fido2": {"level": "WARNING"},  # tells which key was used
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django.server": {"handlers": [], "level": "INFO", "propagate": True},
            "gunicorn.access": {"handlers": ["console"], "propagate": False},
            "gunicorn.error": {"handlers": ["console"], "propagate": False},
            "fontTools": {"level": "WARNING"},
            "weasyprint": {"level": "WARNING"},
        },
    }
