"""A target that checks each record and writes it to a file, as the documentation of singer-sdk shows it."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from singer_sdk import Target
from singer_sdk import typing as th
from singer_sdk.sinks import RecordSink


def as_text(time: datetime) -> str:
    """A time as the tap wrote it, which the SDK has parsed."""
    return time.isoformat().replace("+00:00", "Z")


class FileSink(RecordSink):
    """Writes one record a line."""

    def setup(self):
        super().setup()
        self.file = Path(self.config["path"]).open("w")

    def process_record(self, record, context):
        self.file.write(json.dumps({"record": record}, separators=(",", ":"), default=as_text) + "\n")

    def clean_up(self):
        self.file.close()
        super().clean_up()


class TargetFile(Target):
    """The target."""

    name = "target-file"
    default_sink_class = FileSink
    config_jsonschema = th.PropertiesList(th.Property("path", th.StringType, required=True)).to_dict()


if __name__ == "__main__":
    TargetFile.cli()
