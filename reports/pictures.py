"""Which picture shows what: report context -> charts, with their accessible names in the language of the moment."""

from __future__ import annotations
