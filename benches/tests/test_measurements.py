"""What measurements make of what they have read."""

import json
import tempfile
import unittest
from pathlib import Path

from peers.incidents import FIRST, incident, incidents, line
from table.peers import PEERS, SINGER
from table.programs import INCIDENT_BYTES, expect_lines
from table.row import Failed
from table.rows import sizes
from table.rows.parallel import ends, farthest


class Records(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def written(self, *lines: str) -> Path:
        path = self.folder / "records.ndjson"
        path.write_text("".join(f"{text}\n" for text in lines))
        return path

    def test_the_incident_is_the_same_as_bytes_and_as_members(self):
        for number in (FIRST, FIRST + 123_456_789):
            self.assertEqual(len(line(number)), INCIDENT_BYTES)
            self.assertEqual(json.loads(line(number)), incident(number))

    def test_lines_that_are_missing_are_no_result(self):
        path = self.written("{}", "{}")
        expect_lines([path], 2)
        with self.assertRaisesRegex(Failed, "3 records were asked for and 2 lines written"):
            expect_lines([path], 3)

    def test_a_peer_must_write_each_record_as_ours_is(self):
        envelopes = [json.dumps({"record": record}, separators=(",", ":")) for record in incidents(3)]
        SINGER.compare(self.written('{"type":"STATE"}', *envelopes), 3)
        with self.assertRaisesRegex(Failed, "wrote 2 records, and was asked for 3"):
            SINGER.compare(self.written(*envelopes[:2]), 3)
        other = envelopes[2].replace("resolved", "triggered")
        with self.assertRaisesRegex(Failed, "record 2 of singer is .*triggered"):
            SINGER.compare(self.written(*envelopes[:2], other), 3)

    def test_every_peer_has_a_name_of_its_own(self):
        self.assertEqual(len({peer.name for peer in PEERS}), len(PEERS))


class Shapes(unittest.TestCase):
    def test_records_are_as_large_as_their_names_say(self):
        bytes_of = {name: len(sizes.as_json(record)) for name, record in sizes.shapes().items()}
        self.assertEqual(bytes_of[sizes.INCIDENT], INCIDENT_BYTES)
        self.assertEqual(bytes_of["1 KiB, a long title"], 1024)
        self.assertEqual(bytes_of["64 KiB, a long title"], 65536)

    def test_there_is_an_example_of_each_of_the_45_record_types(self):
        examples = sizes.examples()
        self.assertEqual(len(examples), 45)
        for name, record in examples.items():
            self.assertEqual(record["_type"], name)


class Streams(unittest.TestCase):
    def test_ends_count_from_the_start_of_the_first_run(self):
        runs = [
            {"startedAt": "2026-01-01T00:00:01.500000000Z", "durationMilliseconds": 500},
            {"startedAt": "2026-01-01T00:00:01.000000000Z", "durationMilliseconds": 2000},
        ]
        self.assertEqual(ends(runs), [1.0, 2.0])

    def test_the_farthest_end_counts_whether_early_or_late(self):
        for seconds, share in [([2, 2, 2], 0), ([1, 2, 2], 0.5), ([2, 2, 5], 1.5)]:
            self.assertEqual(farthest(seconds), share)
