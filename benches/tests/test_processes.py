"""What is read of processes, and what a program that fails says."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from table.processes import Command, Process, below, private, private_of
from table.row import Failed

SMAPS = """\
00400000-00500000 r-xp 00000000 fe:00 12 /usr/bin/runner
Rss: 100 kB
Private_Clean: 8 kB
Private_Dirty: 4 kB
00600000-00700000 rw-p 00000000 00:01 13 /memfd:connector (deleted)
Shared_Clean: 64 kB
Private_Clean: 0 kB
Private_Dirty: 32 kB
VmFlags: rd wr mr
00800000-00900000 rw-p 00000000 00:00 0
Private_Dirty: 2 kB
"""


class Memory(unittest.TestCase):
    def test_private_memory_is_what_is_private_whether_clean_or_dirty(self):
        self.assertEqual(private(SMAPS), (8 + 4 + 32 + 2) * 1024)

    def test_a_mapping_is_told_by_its_path(self):
        for mapping, size in [("memfd:connector", 32), ("runner", 12), ("nothing", 0)]:
            self.assertEqual(private_of(SMAPS, mapping), size * 1024, mapping)

    def test_a_process_has_memory_and_one_that_is_gone_is_an_error(self):
        self.assertGreater(Process(os.getpid()).private(), 0)
        with self.assertRaises(OSError):
            Process(2**22 + 1).private()


class Programs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.output = Path(folder.name) / "output"

    def python(self, program: str) -> Command:
        return Command.of(sys.executable, "-c", program, output=self.output)

    def test_the_processor_time_of_children_that_were_waited_for_counts(self):
        spin = "import time\\nwhile time.process_time() < 0.2: pass"
        usage = self.python(f"import subprocess, sys; subprocess.run([sys.executable, '-c', '{spin}'])").run()
        self.assertGreaterEqual(usage.processor, 0.2)
        self.assertGreaterEqual(usage.wall, 0.2)

    def test_one_that_fails_is_told_with_its_last_words(self):
        with self.assertRaisesRegex(Failed, r"(?s)exit status 3.*no such stream"):
            self.python("import sys; print('no such stream', file=sys.stderr); sys.exit(3)").run()

    def test_one_that_is_left_early_does_not_stay(self):
        with self.assertRaises(KeyError), self.python("import time; time.sleep(60)").started() as process:
            raise KeyError
        self.assertIsNotNone(process.returncode)

    def test_children_are_found_by_their_names_at_any_depth(self):
        child = subprocess.Popen(("sh", "-c", "sleep 30; true"), stdout=subprocess.DEVNULL)
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        while not (sleeper := below(os.getpid(), "sleep")):
            pass
        self.addCleanup(os.kill, sleeper.pid, 15)
        self.assertEqual(sleeper.parent, child.pid)
        self.assertIsNone(below(os.getpid(), "nothing of this name"))
