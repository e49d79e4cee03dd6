"""What becomes of numbers that were measured."""

import unittest

from table.figures import Figures, byte_rate, mebibytes, milliseconds, per_second, percent, times


class MediansRatiosAndSpreads(unittest.TestCase):
    def test_the_median_is_the_middle_one_or_between_the_two_in_the_middle(self):
        for values, median in [((3,), 3), ((9, 1, 2), 2), ((4, 1, 2, 9), 3)]:
            self.assertEqual(Figures.of(values).median, median, values)

    def test_the_spread_is_from_the_smallest_to_the_largest_as_a_share_of_the_median(self):
        for values, spread in [((5,), 0), ((8, 10, 11), 0.3), ((0, 0), 0)]:
            self.assertAlmostEqual(Figures.of(values).spread, spread, msg=str(values))

    def test_a_ratio_is_taken_in_each_round(self):
        disturbed = Figures.of((2, 20, 2)).over(Figures.of((1, 10, 1)))
        self.assertEqual(disturbed.values, (2, 2, 2))

    def test_programs_that_were_not_measured_as_often_have_no_ratio(self):
        with self.assertRaises(ValueError):
            Figures.of((1, 2)).over(Figures.of((1,)))


class Words(unittest.TestCase):
    def test_figures_read_as_people_say_them(self):
        for found, text in [
            (per_second(1_234_567), "1.23 million/s"),
            (per_second(98_765.4), "98,765/s"),
            (milliseconds(0.01234), "12.3 ms"),
            (times(0.8972), "0.897"),
            (times(5.678), "5.68"),
            (times(56.78), "56.8"),
            (mebibytes(12 * 2**20), "12.0 MiB"),
            (percent(0.201), "20 %"),
            (byte_rate(123_456_789), "123 MB/s"),
        ]:
            self.assertEqual(found, text)
