"""A party that dies or sends what no party would: all end soon, with one error line, and no process is left."""
import pathlib
import time
import unittest

from tacit_tools import EXAMPLE, WORK, compiled, tool

WITHIN = 6.0  # seconds for a whole run that is cut short; ending after the fault itself takes at most 2


def parties_alive():
    """Processes of this build's mpc-party that still run."""
    alive = []
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if "mpc-party" in (entry / "comm").read_text() and "Z" not in (entry / "stat").read_text().rsplit(")", 1)[1].split()[0]:
                alive.append(entry.name)
        except OSError:
            continue
    return alive


class Faults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.case = EXAMPLE / "cases_prefill.npz"
        cls.bundle = compiled(EXAMPLE / "prefill.onnx", "--calibrate", cls.case)

    def fault(self, party, kind, point):
        output = WORK / "faulty.npz"
        started = time.time()
        done = tool("mpc-run", self.bundle, "--input", self.case, "--output", output, "--fault", f"{party}:{kind}:{point}", "--deadline", "20")
        seconds = time.time() - started
        with self.subTest(party=party, kind=kind, point=point):
            self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
            errors = [line for line in done.stderr.splitlines() if line.startswith("error:")]
            self.assertEqual(len(errors), 1, done.stderr)
            self.assertLess(seconds, WITHIN)
            self.assertFalse(output.exists())
            self.assertEqual(parties_alive(), [])
        return errors[0] if errors else ""

    def test_a_party_dies(self):
        """At each of ten points per party: in the handshake, while dealing, in the first and in later rounds, before its report."""
        for party, points in ((0, (0, 2, 3, 5, 6, 7, 8, 20, 60, 100)), (1, (0, 2, 3, 5, 6, 7, 8, 20, 60, 100)), (2, (0, 2, 3, 5, 6, 7, 8, 20, 60, 100))):
            for point in points:
                self.fault(party, "kill", point)

    def test_a_party_sends_garbage(self):
        for party in range(3):
            for point in (0, 7, 30):
                self.assertIn("not a message", self.fault(party, "garbage", point))

    def test_a_message_of_wrong_length_round_or_kind(self):
        for kind in ("length", "round", "kind"):
            for party in range(3):
                for point in (0, 7, 40):
                    self.fault(party, kind, point)

    def test_digests_are_compared(self):
        """The first byte of a hello is its version; of the message after the handshake, of a digest of public values."""
        for party in range(3):
            self.assertIn("differs in its protocol version", self.fault(party, "digest", 0))
            self.assertIn("public values", self.fault(party, "digest", 4))


if __name__ == "__main__":
    unittest.main()
