"""What is met and what is not, and how it is told."""

import json
import unittest

from table.report import as_json, markdown
from table.row import Goal, Result, Row, Table

AT_MOST = Goal("at most 1.3", most=1.3)
AT_LEAST = Goal("at least 5", least=5)


class Verdicts(unittest.TestCase):
    def test_a_goal_is_met_at_its_border_and_not_beyond(self):
        for goal, value, verdict in [
            (AT_MOST, 1.3, "met"),
            (AT_MOST, 1.31, "**not met**"),
            (AT_LEAST, 5, "met"),
            (AT_LEAST, 4.99, "**not met**"),
            (None, 1, ""),
        ]:
            self.assertEqual(Row("x", goal, "", value).verdict, verdict, (goal, value))

    def test_what_was_skipped_is_neither(self):
        self.assertEqual(Row("x", AT_LEAST, "SKIPPED: there is no Node").verdict, "not measured")


class Reports(unittest.TestCase):
    results = (
        Result([Row("wall", AT_MOST, "1.20", 1.2, 0.05)], [Table("Details", ("a", "b"), [["1", "2"]])]),
        Result([Row("peers", AT_LEAST, "SKIPPED: there is no Node")]),
    )

    def test_people_get_one_table_and_what_is_behind_it_below(self):
        self.assertEqual(
            markdown({"date": "today"}, self.results),
            "- date: today\n\n"
            "| what | asked for | measured | spread | verdict |\n"
            "| --- | --- | --- | --- | --- |\n"
            "| wall | at most 1.3 | 1.20 | 5 % | met |\n"
            "| peers | at least 5 | SKIPPED: there is no Node |  | not measured |\n\n"
            "### Details\n\n"
            "| a | b |\n"
            "| --- | --- |\n"
            "| 1 | 2 |",
        )

    def test_programs_get_the_same_as_json(self):
        report = json.loads(as_json({"date": "today"}, self.results))
        self.assertEqual([row["verdict"] for row in report["rows"]], ["met", "not measured"])
        self.assertEqual(report["rows"][0]["value"], 1.2)
        self.assertEqual(report["tables"][0]["lines"], [["1", "2"]])
