"""Loaded by pytest before Django: the settings that tests run under. DATABASE_URL and REDIS_URL of the caller stay."""

import os
import tempfile

import pytest
from xdist.scheduler import LoadScopeScheduling

os.environ["DEBUG"] = "0"
os.environ["SECURE"] = "0"
os.environ["SECRET_KEY"] = "a key for tests only, never used to sign anything that leaves this machine"
os.environ["ALLOWED_HOSTS"] = "127.0.0.1,localhost,testserver"
os.environ["EMAIL_URL"] = ""
os.environ.setdefault("KEIAN_TEST_VAR", tempfile.mkdtemp(prefix="keian-tests-"))
os.environ["VAR_DIR"] = os.environ["KEIAN_TEST_VAR"]

THOROUGH = bool(os.environ.get("THOROUGH"))
"""Whether to take the time for everything on both databases, and for many examples of each property: CI does."""


class OneBrowserAtATime(LoadScopeScheduling):
    """Browser tests all in one process, which takes them first while the others do the rest: one site, one browser, and
    no code that opens once is asked for twice. (`--dist loadgroup` does nothing with pytest 9.2: xdist issue 1386.)
    The tests of a network's papers and of every paper's conformance stay together too, so that each is printed once."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(("tests/reports/test_cohort_pdf.py", "tests/reports/test_pdf_conformance.py")):
            return "papers"
        return "e2e" if nodeid.startswith("tests/e2e/") else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> OneBrowserAtATime:
    return OneBrowserAtATime(config, log)
