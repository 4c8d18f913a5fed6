"""C++ emitted from a program: compiled in one call against an installed runtime, it sends what the container sends."""
import os
import shutil
import subprocess
import unittest

import numpy as np
from tacit_tools import BUILD, EXAMPLE, ROOT, SHARED, TIMEOUT, WORK, compiled, needs_shared, read_json, save, tool

CASE = EXAMPLE / "cases_prefill.npz"
PREFIX = WORK / "prefix"
INPUTS = ROOT / "test" / "Integration" / "Inputs"
EXACT = ("online", "offline", "io", "setup", "ops", "local")  # sections of a report that count and do not measure


def run(*command, **options):
    """The finished process of a command; its errors are the failure's text."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=TIMEOUT, **options)
    if done.returncode:
        raise AssertionError(f"{command[0]}: status {done.returncode}: {done.stdout}{done.stderr}")
    return done


def flags():
    """What pkg-config says of the installed runtime."""
    folders = os.pathsep.join(str(folder) for folder in sorted(PREFIX.glob("lib*/**/pkgconfig")))
    env = dict(os.environ, PKG_CONFIG_PATH=folders)
    return run("pkg-config", "--cflags", "--libs", "tacit", env=env).stdout.split()


def emitted(bundle, name):
    """The C++ of a bundle's program."""
    text = run(BUILD / "bin" / "mpc-translate", "--program-to-mlir", bundle / "program.mpcb").stdout
    source = WORK / name
    source.write_text(run(BUILD / "bin" / "mpc-translate", "--mpc-to-cpp", input=text).stdout)
    return source


class Emitted(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        run("cmake", "--install", BUILD, "--prefix", PREFIX, "--component", "runtime")
        cls.compilers = [name for name in ("g++", "clang++-19") if shutil.which(name)]
        cls.bundle = compiled(EXAMPLE / "prefill.onnx", "--calibrate", CASE)
        cls.source = emitted(cls.bundle, "example.cpp")
        cls.party = WORK / "example-party"
        run(cls.compilers[0], "-std=c++20", "-Wall", "-Wextra", "-Werror", cls.source, *flags(), "-o", cls.party)

    def session(self, bundle, case, *options):
        report, output = WORK / "emitted.json", WORK / "emitted.npz"
        done = subprocess.run([str(part) for part in (PREFIX / "bin" / "mpc-run", bundle, "--input", case, "--compare", case, "--output", output,
                                                      "--report", report, *options)], capture_output=True, text=True, timeout=TIMEOUT)
        self.assertEqual(done.returncode, 0, done.stderr)
        return read_json(report), dict(np.load(output))

    def test_each_compiler_takes_it_in_one_call(self):
        for compiler in self.compilers[1:]:
            run(compiler, "-std=c++20", "-Wall", "-Wextra", "-Werror", self.source, *flags(), "-o", WORK / "example-other")
            self.session(self.bundle, CASE, "--party", WORK / "example-other")

    def test_three_processes_count_what_the_container_counts(self):
        """All emitted, and each party emitted among two that run the container."""
        expected, _ = self.session(self.bundle, CASE)
        for which in (self.party, f"0={self.party}", f"1={self.party}", f"2={self.party}"):
            with self.subTest(party=str(which)):
                report, outputs = self.session(self.bundle, CASE, "--party", which)
                for section in EXACT:
                    self.assertEqual(report[section], expected[section], section)
                self.assertIn("logits", outputs)
                self.assertLess(max(report["max_abs_error"].values()), 1e-2)

    def compare(self, bundle, source, case, *arguments):
        """Every message of both, under the same seeds."""
        program = WORK / f"compare-{source.stem}"
        if not program.exists():
            run(self.compilers[0], "-std=c++20", "-DTACIT_NO_MAIN", source, INPUTS / "compare_emitted.cpp", *flags(), "-o", program)
        done = run(program, bundle, case, *arguments)
        messages, _, count = done.stdout.split()[:3]
        self.assertGreater(int(messages), 500)
        self.assertGreater(int(count), 1_000_000)

    def test_every_message_is_the_container_s(self):
        self.compare(self.bundle, self.source, CASE)
        for party in "012":
            self.compare(self.bundle, self.source, CASE, party)

    @needs_shared
    def test_every_message_of_bert_tiny(self):
        model = SHARED / "bert-tiny"
        bundle = compiled(model / "model.onnx", "--calibrate", model / "case0.npz")
        self.compare(bundle, emitted(bundle, "bert.cpp"), model / "case0.npz")

    def test_another_program_is_refused(self):
        """A party of this program in a session of another: the digests differ, nothing is shared."""
        other = compiled(EXAMPLE / "prefill.onnx", "--bind", "sequence_length=8")
        case = save("short.npz", {"input_ids": np.zeros((1, 8), np.int64), "position_ids": np.arange(8, dtype=np.int64)[None]})
        done = tool("mpc-run", other, "--input", case, "--party", f"1={self.party}", "--deadline", "20")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertIn("program digest", done.stderr)

    def test_a_party_that_is_none_is_refused(self):
        done = tool("mpc-run", self.bundle, "--input", CASE, "--party", WORK / "nothing")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--party", done.stderr)

    def test_a_cmake_project_finds_the_package(self):
        folder = WORK / "project"
        folder.mkdir()
        shutil.copy(self.source, folder / "party.cpp")
        (folder / "CMakeLists.txt").write_text("cmake_minimum_required(VERSION 3.25)\nproject(Party LANGUAGES C CXX)\nset(CMAKE_CXX_STANDARD 20)\n"
                                               "find_package(Tacit 0.1 REQUIRED)\nadd_executable(party party.cpp)\n"
                                               "target_link_libraries(party PRIVATE Tacit::runtime)\n")
        run("cmake", "-G", "Ninja", "-S", folder, "-B", folder / "build", f"-DCMAKE_PREFIX_PATH={PREFIX}", "-DCMAKE_CXX_COMPILER=" + self.compilers[-1])
        run("cmake", "--build", folder / "build")
        self.session(self.bundle, CASE, "--party", f"2={folder / 'build' / 'party'}")


if __name__ == "__main__":
    unittest.main()
