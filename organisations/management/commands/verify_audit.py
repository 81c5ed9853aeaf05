"""Read the whole audit log and say whether it is what was written. Exit 1 with every fault, each with its line."""

from __future__ import annotations

import json
import re
from argparse import ArgumentParser, ArgumentTypeError
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from organisations.audit import Reading
from organisations.audit_words import broken_words, fault_words, whole_words

ANCHOR = re.compile(r"([1-9]\d{0,17}):([0-9a-f]{64})", re.ASCII)


def _anchor(text: str) -> tuple[int, str]:
    found = ANCHOR.fullmatch(text.strip().lower())
    if found is None:
        raise ArgumentTypeError(
            f"{text!r}: 行の番号:64桁の値 を、控えたとおりに書いてください"
            " / write NUMBER:SEAL as this command printed it (the seal has 64 signs)"
        )
    return int(found[1]), found[2]


class Command(BaseCommand):
    help = "監査の記録が書いたときのままかを確かめます / verifies the audit log"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--anchor",
            action="append",
            default=[],
            type=_anchor,
            metavar="NUMBER:SEAL",
            help="前に控えた行と値。何度でも書けます / a line and its seal as kept before; may be repeated",
        )
        parser.add_argument("--json", action="store_true", help="JSON で書き出します / writes JSON")
        parser.add_argument("--lang", choices=["ja", "en"], default="ja")

    def handle(self, *args: Any, **options: Any) -> None:
        reading = Reading(dict(options["anchor"]))
        with translation.override(options["lang"]):
            count = self._as_json(reading) if options["json"] else self._in_words(reading)
            if count:
                raise CommandError(broken_words(count, reading.lines))

    def _in_words(self, reading: Reading) -> int:
        count = 0
        for count, fault in enumerate(reading.faults(), 1):  # noqa: B007 - the last number is the result
            self.stderr.write(fault_words(fault), self.style.ERROR)
        if count > reading.lines > 0:
            self.stderr.write(_("どの行も違うときは、AUDIT_KEY が書いたときのものかを確かめてください。"))
        if not count:
            self.stdout.write(whole_words(reading.lines))
        if reading.lines:
            self.stdout.write(
                _("最後の行と値（この機械の外に控えてください）：%(anchor)s") % {"anchor": _kept(reading)}
            )
        return count

    def _as_json(self, reading: Reading) -> int:
        """One object, written as the faults come, so that memory stays flat where every line is one."""
        count = 0
        self.stdout.write('{"faults": [', ending="")
        for fault in reading.faults():
            told = {**asdict(fault), "words": fault_words(fault)}
            self.stdout.write((", " if count else "") + json.dumps(told, ensure_ascii=False), ending="")
            count += 1
        rest = {"whole": not count, "lines": reading.lines, "last": reading.last, "anchor": _kept(reading)}
        self.stdout.write("], " + json.dumps(rest)[1:])
        return count


def _kept(reading: Reading) -> str:
    return f"{reading.number}:{reading.last}" if reading.lines else ""
