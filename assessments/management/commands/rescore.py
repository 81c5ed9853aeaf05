"""Score every submission again and compare with what was frozen. Exit status 1 where something moved."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from assessments import rescoring
from assessments.parallel import cores

MOST_LINES = 200


class Command(BaseCommand):
    help = "提出された診断を採点し直し、凍結した結果と比べます / scores every submission again and compares"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="何も書き込まない（途中経過も残さない） / write nothing at all"
        )
        parser.add_argument("--anew", action="store_true", help="前の続きからでなく、最初から / start over")
        parser.add_argument("--processes", type=int, default=cores(), help="同時に使うCPUの数 / at one time")

    def handle(self, *args: Any, check: bool, anew: bool, processes: int, **options: Any) -> None:
        began = time.monotonic()
        before = 0
        moved: dict[str, list[str]] = {}
        if check:
            steps = rescoring.look(processes=processes)
        else:
            run = rescoring.begin(anew=anew)
            before = run.checked
            if before:
                at = timezone.localtime(run.started_at)
                self.stdout.write(f"{at:%Y-%m-%d %H:%M} の続きから / going on after {before} submissions")
            for one in run.moved.all():
                moved.setdefault(str(one.submission_id), []).append(f"{one.what}: {one.frozen} -> {one.now}")
            steps = rescoring.go_on(run, processes=processes)
        checked = before
        try:
            for step in steps:
                checked = step.checked
                for move in step.moves:
                    moved.setdefault(str(move.submission), []).append(f"{move.what}: {move.frozen} -> {move.now}")
        except rescoring.Overtaken:
            raise CommandError("ほかの rescore が動いています / another rescore is under way") from None
        seconds = time.monotonic() - began
        speed = f"{checked - before} in {seconds:.1f} s, {processes} processes"
        for name, lines in list(moved.items())[:MOST_LINES]:
            self.stdout.write("\n  ".join([name, *lines]))
        if len(moved) > MOST_LINES:
            self.stdout.write(f"… ほか {len(moved) - MOST_LINES} 件 / and {len(moved) - MOST_LINES} more")
        self.stdout.write(f"採点し直した提出 {checked} 件（{speed}）、違いのあるもの {len(moved)} 件")
        self.stdout.write(f"{checked} submissions scored again, {len(moved)} of them differ")
        if moved:
            raise CommandError("凍結した結果と違うものがあります / something moved")
