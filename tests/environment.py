"""Loaded by pytest before Django: the settings that tests run under. DATABASE_URL and REDIS_URL of the caller stay."""

import os
import tempfile

os.environ["DEBUG"] = "0"
os.environ["SECURE"] = "0"
os.environ["SECRET_KEY"] = "a key for tests only, never used to sign anything that leaves this machine"
os.environ["ALLOWED_HOSTS"] = "127.0.0.1,localhost,testserver"
os.environ["EMAIL_URL"] = ""
os.environ.setdefault("KEIAN_TEST_VAR", tempfile.mkdtemp(prefix="keian-tests-"))
os.environ["VAR_DIR"] = os.environ["KEIAN_TEST_VAR"]

THOROUGH = bool(os.environ.get("THOROUGH"))
"""Whether to take the time for everything on both databases, and for many examples of each property: CI does."""
