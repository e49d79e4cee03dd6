"""A loop over jsonschema-rs, as one writes it in Python: `checked.py RECORDS SCHEMAS OUTPUT`."""

from __future__ import annotations

import json
import sys
import uuid
from datetime import datetime, timezone
from pathlib import Path

import jsonschema_rs
from incidents import FIRST, line


def incident_validator(folder: Path):
    """The validator of incidents, which knows the other record types too."""
    schemas = [json.loads(path.read_text()) for path in sorted(folder.iterdir())]
    registry = jsonschema_rs.Registry([(schema["$id"], schema) for schema in schemas])
    [incident] = [schema for schema in schemas if schema["title"] == "Incident"]
    return jsonschema_rs.Draft7Validator(incident, registry=registry, validate_formats=True)


def main(records: int, schemas: Path, output: Path) -> None:
    validator = incident_validator(schemas)
    envelope = {
        "run": str(uuid.uuid4()),
        "sequence": 0,
        "connector": {"slug": "bench", "version": "0.1.0"},
        "stream": "s",
    }
    with output.open("w") as file:
        for sequence in range(records):
            record = json.loads(line(FIRST + sequence))
            if not validator.is_valid(record):
                raise ValueError(next(validator.iter_errors(record)))
            extracted_at = datetime.now(timezone.utc).isoformat()
            line_out = envelope | {"sequence": sequence, "extractedAt": extracted_at, "record": record}
            file.write(json.dumps(line_out, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
