"""Runs every test of a build and prints their sum: GoogleTest programs, lit, integration tests; with a build of the preset `fuzz`, the runtime's
and the importer's tests under sanitizers, and the fuzz targets.

    build/venv/bin/python scripts/run_tests.py --build build [--fuzz-build build-fuzz] [--fuzz-seconds 60]

Each suite prints one line and leaves its output in build/logs; the last line is "N passed, N failed[, N skipped]".
"""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
LIT = "/usr/lib/llvm-19/build/utils/lit/lit.py"
TIMEOUT = 1800  # seconds for one suite; a suite that runs longer counts as one failure


class Suite:
    """Counts of one suite; `failures` names what failed."""

    def __init__(self, name):
        self.name, self.passed, self.failed, self.skipped, self.failures = name, 0, 0, 0, []

    def fail(self, what):
        self.failed += 1
        self.failures.append(what)


def run(command, log, limit=TIMEOUT, **options):
    """Exit status of a command whose output goes to a log; None where it did not end in time."""
    with open(log, "w") as out:
        try:
            return subprocess.run(command, stdout=out, stderr=subprocess.STDOUT, timeout=limit, **options).returncode
        except subprocess.TimeoutExpired:
            return None


# Under sanitizers a report ends the program by a signal, which no test takes for an error that it expected. Debian's libraries carry no marks of
# the sanitizer.
SANITIZER = {
    "ASAN_OPTIONS": "abort_on_error=1:detect_container_overflow=0:allow_user_poisoning=0",
    "UBSAN_OPTIONS": "abort_on_error=1:print_stacktrace=1",
}


def google_test(program, logs, prefix="", environment=None):
    name = prefix + program.name
    suite, report = Suite(name), logs / f"{name}.json"
    report.unlink(missing_ok=True)
    status = run([str(program), f"--gtest_output=json:{report}"], logs / f"{name}.log", env=dict(os.environ, **(environment or {})))
    if report.exists():
        for group in json.loads(report.read_text())["testsuites"]:
            for case in group["testsuite"]:
                if case.get("failures"):
                    suite.fail(f"{group['name']}.{case['name']}")
                elif case["result"] == "SKIPPED":
                    suite.skipped += 1
                else:
                    suite.passed += 1
    if status != 0 and not suite.failed:
        suite.fail(f"{name}: exit status {status}")
    return suite


def lit(build, logs, name="lit", options=(), environment=None):
    suite, report = Suite(name), logs / f"{name}.json"
    report.unlink(missing_ok=True)
    status = run([sys.executable, LIT, "-sv", "-j2", "-o", str(report), *options, str(build / "test")], logs / f"{name}.log",
                 env=dict(os.environ, **(environment or {})))
    if report.exists():
        for case in json.loads(report.read_text())["tests"]:
            code = case["code"]
            if code in ("PASS", "XFAIL", "FLAKYPASS"):
                suite.passed += 1
            elif code == "EXCLUDED" and options:
                continue  # not asked for
            elif code in ("UNSUPPORTED", "SKIPPED", "EXCLUDED"):
                suite.skipped += 1
            else:
                suite.fail(case["name"])
    if status != 0 and not suite.failed:
        suite.fail(f"{name}: exit status {status}")
    return suite


def fuzz(seconds, logs):
    """Each target counts as one test."""
    suite, log = Suite("fuzz"), logs / "fuzz.log"
    status = run([sys.executable, str(ROOT / "scripts" / "fuzz"), "--no-build", "--jobs", "2", "--seconds", str(seconds)], log, limit=None)
    for line in log.read_text().splitlines():
        if re.match(r"\w+ +passed: ", line):
            suite.passed += 1
        elif re.match(r"\w+ +FAILED: ", line):
            suite.fail(line)
    if status != 0 and not suite.failed:
        suite.fail(f"fuzz: exit status {status}")
    return suite


def integration(script, build, logs):
    """A Python program of unittest; its counts come from its own summary."""
    name = script.stem
    suite, log = Suite(name), logs / f"{name}.log"
    status = run([sys.executable, str(script), "-v"], log, env=dict(os.environ, TACIT_BUILD=str(build)), cwd=ROOT)
    text = log.read_text()
    ran = re.search(r"^Ran (\d+) tests? in", text, re.M)
    counts = {key: int(value) for key, value in re.findall(r"(failures|errors|skipped)=(\d+)", text)}
    bad = counts.get("failures", 0) + counts.get("errors", 0)
    if not ran or (status != 0 and not bad):
        suite.fail(f"{name}: exit status {status}")
        return suite
    for line in re.findall(r"^(?:FAIL|ERROR): (.*)$", text, re.M)[:bad]:
        suite.fail(line)
    suite.skipped = counts.get("skipped", 0)
    # A failing set-up or subtest counts more than once; passed tests are never fewer than none.
    suite.passed = max(0, int(ran.group(1)) - bad - suite.skipped)
    return suite


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    parser.add_argument("--fuzz-build", type=pathlib.Path, help="a build of the preset `fuzz`; without it nothing runs under sanitizers")
    parser.add_argument("--fuzz-seconds", type=int, default=60, help="of each fuzz target; 0: its kept inputs alone")
    args = parser.parse_args()
    build, suites = args.build.resolve(), []
    logs = build / "logs"
    logs.mkdir(parents=True, exist_ok=True)

    def take(make, *arguments):
        started = time.time()
        suite = make(*arguments)
        skipped = f", {suite.skipped} skipped" if suite.skipped else ""
        print(f"{suite.name:28s} {suite.passed} passed, {suite.failed} failed{skipped} ({time.time() - started:.0f} s)", flush=True)
        for failure in suite.failures:
            print(f"    FAILED {failure}", flush=True)
        suites.append(suite)

    for program in sorted((build / "bin" / "unit").glob("*")):
        if program.is_file() and os.access(program, os.X_OK):
            take(google_test, program, logs)
    take(lit, build, logs)
    for script in sorted((ROOT / "test" / "Integration").glob("test_*.py")):
        take(integration, script, build, logs)

    if args.fuzz_build:
        sanitized = args.fuzz_build.resolve()
        for program in sorted((sanitized / "bin" / "unit").glob("*")):
            if program.is_file() and os.access(program, os.X_OK):
                take(google_test, program, logs, "sanitized-", SANITIZER)
        take(lit, sanitized, logs, "sanitized-import", ["--filter", "Import/"], SANITIZER)
        take(fuzz, args.fuzz_seconds, logs)

    passed, failed, skipped = (sum(getattr(s, key) for s in suites) for key in ("passed", "failed", "skipped"))
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
