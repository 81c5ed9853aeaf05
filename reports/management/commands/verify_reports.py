"""Print every signed report again from what was frozen, and say which are still the same, byte by byte."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reports.client.reproducing import Finding, look_at_all

WORDS = {
    Finding.SAME: "同じ / the same",
    Finding.OTHER_CONTEXT: "保存された内容が、署名した内容と違います / what is stored is not what was signed",
    Finding.OTHER_FILE: "ファイルが、作ったときと違います / the file is not the one that was made",
    Finding.LOST: "ファイルがありません / the file is not there",
    Finding.OTHER_PRINT: (
        "内容は同じですが、いまの版の書式・書体・ライブラリーでは別のファイルになります"
        " / the same contents print differently with today's templates, fonts or libraries"
    ),
    Finding.NOT_PRINTED: "印刷できませんでした / it could not be printed",
}


class Command(BaseCommand):
    help = (
        "署名のすんだ報告書を、保存した内容からもう一度作って比べます / prints every signed report again and compares"
    )

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = looked = 0
        for one in look_at_all():
            looked += 1
            if one.finding is not Finding.SAME:
                wrong += 1
                self.stdout.write(f"{one.file.pk} {one.file.language}: {WORDS[one.finding]}")
        if wrong:
            raise CommandError(f"{looked} 通のうち {wrong} 通 / {wrong} of {looked}")
        self.stdout.write(f"{looked} 通すべて、同じファイルになりました / all {looked} are the same, byte by byte")
