"""Single functions in three processes (bench/functions.py): bytes, rounds and errors stay within the bounds of their rows."""
import sys
import unittest

from tacit_tools import BUILD, ROOT

sys.path.insert(0, str(ROOT / "bench"))
import functions  # noqa: E402


class Functions(unittest.TestCase):
    def test_bounds(self):
        rows = list(functions.rows())
        self.assertGreater(sum(row.bytes is not None for row in rows), 7)
        for row in rows:
            if row.error is None and row.bytes is None:
                continue
            with self.subTest(row.name):
                figures = functions.measure(row, BUILD)
                self.assertEqual(functions.verdict(row, figures), "met", figures)


if __name__ == "__main__":
    unittest.main()
