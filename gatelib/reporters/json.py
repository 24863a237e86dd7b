"""``--format json``: the report itself, as ``gatelib.dev/report/v1`` (``gatelib/schemas/report-v1.json``)."""

from __future__ import annotations

import orjson

from gatelib.report import Report
from gatelib.reporters.interface import Reporter, Style


class JsonReporter(Reporter):
    """For programs and auditors: everything that the report knows."""

    name = "json"
    media_type = "application/json"

    def render(self, report: Report, style: Style) -> str:
        """Return the JSON form, indented by two."""
        return orjson.dumps(report.to_dict(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()
