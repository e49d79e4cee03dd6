"""A tap of incidents, as the documentation of singer-sdk shows it: `tap.py --config CONFIG >OUTPUT`."""

from __future__ import annotations

from incidents import incidents
from singer_sdk import Stream, Tap
from singer_sdk import typing as th


class Incidents(Stream):
    """Incidents that differ in their number."""

    name = "incidents"
    primary_keys = ("id",)
    schema = th.PropertiesList(
        th.Property("_type", th.StringType, required=True),
        th.Property("id", th.StringType, required=True),
        th.Property("self", th.StringType, required=True),
        th.Property("title", th.StringType, required=True),
        th.Property("htmlUrl", th.StringType),
        th.Property("number", th.IntegerType),
        th.Property("status", th.StringType, required=True),
        th.Property("createdAt", th.DateTimeType, required=True),
        th.Property("updatedAt", th.DateTimeType),
    ).to_dict()

    def get_records(self, context):
        return incidents(self.config["records"])


class TapIncidents(Tap):
    """The tap."""

    name = "tap-incidents"
    config_jsonschema = th.PropertiesList(th.Property("records", th.IntegerType, required=True)).to_dict()

    def discover_streams(self):
        return [Incidents(self)]


if __name__ == "__main__":
    TapIncidents.cli()
