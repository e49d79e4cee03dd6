"""A source of incidents on airbyte-cdk: `source.py read --config CONFIG --catalog CATALOG`, or `check`."""

from __future__ import annotations

import sys

from airbyte_cdk.entrypoint import launch
from airbyte_cdk.models import ConnectorSpecification
from airbyte_cdk.sources import AbstractSource
from airbyte_cdk.sources.streams import Stream
from incidents import incidents

TEXT = {"type": "string"}
PROPERTIES = {
    "_type": TEXT,
    "id": TEXT,
    "self": TEXT,
    "title": TEXT,
    "htmlUrl": TEXT,
    "number": {"type": "integer"},
    "status": TEXT,
    "createdAt": TEXT | {"format": "date-time"},
    "updatedAt": TEXT | {"format": "date-time"},
}


class Incidents(Stream):
    """Incidents that differ in their number."""

    name = "incidents"
    primary_key = "id"

    def __init__(self, records: int):
        self.records = records

    def get_json_schema(self):
        return {"type": "object", "properties": PROPERTIES}

    def read_records(self, sync_mode, cursor_field=None, stream_slice=None, stream_state=None):
        return incidents(self.records)


class SourceIncidents(AbstractSource):
    """The source."""

    def spec(self, logger):
        properties = {"records": {"type": "integer"}}
        return ConnectorSpecification({"type": "object", "required": ["records"], "properties": properties})

    def check_connection(self, logger, config):
        return True, None

    def streams(self, config):
        return [Incidents(config["records"])]


if __name__ == "__main__":
    launch(SourceIncidents(), sys.argv[1:])
