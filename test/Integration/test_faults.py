"""One end of a session dies, falls silent, or sends what no end would: all others end within two seconds, each with an error of a known
type and status 1; no process is left and no file is written.

mpc-run --fault END:KIND:POINT makes END (P0, P1, P2, the data owner, the model's owner) misbehave when it sends its message number POINT. It
prints when that was, on the monotonic clock that this process has too, what each party's error was, and how each process ended."""
import pathlib
import re
import signal
import subprocess
import time
import unittest

from tacit_tools import BUILD, EXAMPLE, TIMEOUT, WORK, compiled

WITHIN = 2.0  # seconds from the fault until the last process is gone
# Of the kinds of errors (abseil's codes) those that a session may end with; anything else would be an accident.
TYPES = {"ABORTED", "DATA_LOSS", "FAILED_PRECONDITION", "UNAVAILABLE", "DEADLINE_EXCEEDED"}
PARTIES, OWNERS = ("0", "1", "2"), ("data", "model")
# The handshake, the agreement, dealing or the first rounds, then ever later: thirty points. A party sends its number of messages below.
POINTS = (*range(12), 14, 17, 21, 26, 32, 40, 50, 63, 80, 100, 125, 155, 190, 230, 280, 340, 410, 500)


def processes_of(leader):
    """Processes that live in the session (in the sense of the operating system) that `leader` began, as (id, name)."""
    alive = []
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            name, rest = (entry / "stat").read_text().split("(", 1)[1].rsplit(")", 1)
        except OSError:
            continue
        state, _, _, session = rest.split()[:4]
        if int(session) == leader and state not in "ZX":
            alive.append((int(entry.name), name))
    return alive


class Faults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.case = EXAMPLE / "cases_prefill.npz"
        cls.bundle = compiled(EXAMPLE / "prefill.onnx", "--calibrate", cls.case)

    def fault(self, end, kind, point, deadline=20.0, silent=False):
        """Runs a session with this fault and checks everything that is the same for all of them. Returns the error line.
        `silent`: nobody can know before the deadline."""
        folder = WORK / "fault"
        folder.mkdir(exist_ok=True)
        dies = kind == "kill" and end in OWNERS
        command = [BUILD / "bin" / "mpc-run", self.bundle, "--input", self.case, "--output", folder / "out.npz", "--report", folder / "report.json",
                   "--fault", f"{end}:{kind}:{point}", "--deadline", deadline]
        process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
        out, err = process.communicate(timeout=TIMEOUT)
        while dies and processes_of(process.pid) and time.monotonic() < self.stamp(err) + 10:
            time.sleep(0.005)
        ended = time.monotonic()
        left = processes_of(process.pid)
        with self.subTest(end=end, kind=kind, point=point):
            self.assertEqual(left, [])
            self.assertEqual(list(folder.iterdir()), [])
            self.assertLess(ended - self.stamp(err), WITHIN + (deadline if silent else 0), err)
            errors = [line for line in err.splitlines() if line.startswith("error:")]
            if dies:
                self.assertEqual(process.returncode, -signal.SIGKILL, err)
                return err
            self.assertEqual(process.returncode, 1, out + err)
            self.assertEqual(len(errors), 1, err)
            ends = dict(re.findall(r"^P(\d): ended by (.*)$", err, re.M))
            types = dict(re.findall(r"^P(\d): ([A-Z_]+): ", err, re.M))
            for party in PARTIES:
                if party == end and kind in ("kill", "cut", "hang", "stop"):
                    self.assertEqual(ends[party], "signal 9" if kind == "kill" else "killed", err)
                else:
                    self.assertEqual(ends[party], "exit 1", err)
                    self.assertIn(types.get(party), TYPES, err)
            return errors[0]
        return ""

    def stamp(self, err):
        """When the fault happened."""
        found = re.search(r"^fault: ([0-9.]+)$", err, re.M)
        self.assertIsNotNone(found, err)
        return float(found.group(1))

    def test_a_party_dies_at_thirty_points(self):
        self.assertGreaterEqual(len(set(POINTS)), 30)
        for party in PARTIES:
            for point in POINTS:
                self.assertIn(f"P{party} is gone", self.fault(party, "kill", point))

    def test_an_owner_dies(self):
        """Before, between and after its messages: the kernel ends the parties with it."""
        for point in range(8):
            self.fault("data", "kill", point)
        for point in (0, 1, 2, 3, 4, 10, 40, 60):
            self.fault("model", "kill", point)

    def test_a_message_of_wrong_length_round_kind_session_or_sequence(self):
        said = {"length": "bytes, expected", "round": "is of round", "kind": "is of kind", "session": "belongs to another session",
                "sequence": "is out of sequence", "garbage": "is not a message of this protocol"}
        for kind, words in said.items():
            for party in PARTIES:
                for point in (0, 3, 5, 7, 40, 300):
                    self.assertIn(words, self.fault(party, kind, point))
            for owner in OWNERS:
                for point in (0, 2, 3, 6):
                    self.assertIn(words, self.fault(owner, kind, point))

    def test_digests_are_compared(self):
        """The first byte of a hello is its version; of the message after the handshake, of a digest of public values. The data owner's
        messages 3 to 5 are the public positions, one copy to each party."""
        for party in PARTIES:
            for point in range(4):
                self.assertIn("differs in its protocol version", self.fault(party, "digest", point))
            for point in (4, 5):
                self.assertIn("public values", self.fault(party, "digest", point))
        for point in (3, 4, 5):
            self.assertIn("public values", self.fault("data", "digest", point))

    def test_an_end_that_falls_silent(self):
        """A thread that hangs, half of a frame, a process that stops: noticed at the deadline, which one and by whom depends on who waits."""
        for kind in ("hang", "cut", "stop"):
            for party, point in (("0", 6), ("1", 0), ("1", 40), ("2", 7), ("2", 300)):
                self.assertRegex(self.fault(party, kind, point, deadline=1.0, silent=True), r"nothing from|does not read its link")


if __name__ == "__main__":
    unittest.main()
