"""Reports as programs that others wrote read them: JSON and CTRF by their JSON Schemas, JUnit by
its XSD, CSV by a reader of CSV. Those of real runs of all kinds, and those with hostile names.

usage: report_schemas_test.py HASSLE FOLDER-OF-REPORTS-SOURCES
"""

import copy
import csv
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import xml.etree.ElementTree

import jsonschema

HASSLE, REPORTS = sys.argv.pop(1), pathlib.Path(sys.argv.pop(1))
GOLDEN = REPORTS / "tests" / "golden"
XSD = REPORTS / "schema" / "junit.xsd"
MANIFEST = ".hassle-report"

# Each kind of report, in as short a run as shows it.
RUNS = {
    "clients": "run canary ha-restart --client naive,production --seeds 2 --duration 20m",
    "own": "run ./own.toml --seeds 2 --set network.latency=30ms",
    "ladder": "run lee-day --ladder --seeds 2 --duration 1h",
    "leave-one-out": "run lee-day --leave-one-out --seeds 1 --duration 1h",
    "suite": "run --all --group canary",
    "attribution": "run lee-day --attribute report --seeds 2 --duration 30m",
    "losses": "run --all --leave-one-out --group idle --seeds 1",
}

OWN = """schema = 1
title = "Mine ]]> <b>"
duration = "10m"
clients = ["naive"]

[[fault]]
kind = "cut"
at = "5m"

[[expect]]
client = "naive"
figure = "error_rate"
max = -1
why = "never | so ::good"
"""


def hassle(arguments, cwd):
    return subprocess.run([HASSLE, *arguments.split()], cwd=cwd, capture_output=True, text=True)


def schema(name):
    return json.loads((REPORTS / "schema" / name).read_text())


def validator(of):
    jsonschema.Draft7Validator.check_schema(of)
    return jsonschema.Draft7Validator(of)


def xsd_errors(file):
    command = ["xmllint", "--noout", "--schema", XSD, file]
    run = subprocess.run(command, capture_output=True, text=True)
    return "" if run.returncode == 0 else run.stderr


class Schemas(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.root = pathlib.Path(cls.folder.name)
        (cls.root / "own.toml").write_text(OWN)
        cls.report = validator(schema("hassle-report.schema.json"))
        cls.ctrf = validator(schema("ctrf.schema.json"))
        cls.runs = {
            kind: hassle(f"{line} --no-progress --report-dir {kind}", cls.root)
            for kind, line in RUNS.items()
        }

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def each(self, name):
        """The report of that name of each run, and with hostile names."""
        for kind in RUNS:
            with self.subTest(kind):
                self.assertIn(self.runs[kind].returncode, (0, 1, 3), self.runs[kind].stderr)
                yield self.root / kind / name
        with self.subTest("hostile"):
            yield GOLDEN / f"hostile-{name}"

    def reports(self):
        for file in self.each("report.json"):
            yield json.loads(file.read_text())

    def test_json_is_as_its_schema_says(self):
        kinds = set()
        for report in self.reports():
            kinds.add(report["kind"])
            self.assertEqual([each.message for each in self.report.iter_errors(report)], [])
        self.assertEqual(kinds, {"clients", "suite", "losses", "attribution"})

    def test_the_columns_are_as_long_as_the_seeds(self):
        for report in self.reports():
            for cell in report["cells"]:
                seeds = cell["per_seed"]["seeds"]
                self.assertEqual(len(seeds), cell["seeds"])
                for name, column in cell["per_seed"]["figures"].items():
                    self.assertEqual(len(column), len(seeds), name)
                    self.assertIn(name, cell["figures"])

    def test_junit_is_as_its_schema_says(self):
        for file in self.each("junit.xml"):
            self.assertEqual(xsd_errors(file), "")

    def test_junit_counts_what_it_lists(self):
        for file in self.each("junit.xml"):
            root = xml.etree.ElementTree.parse(file).getroot()
            for each in [root, *root.iter("testsuite")]:
                for key, tag in zip(("tests", "failures", "errors"), ("testcase", "failure", "error")):
                    self.assertEqual(int(each.get(key)), len(list(each.iter(tag))))

    def test_ctrf_is_as_its_schema_says_and_counts_what_it_lists(self):
        for file in self.each("ctrf.json"):
            report = json.loads(file.read_text())
            self.assertEqual([each.message for each in self.ctrf.iter_errors(report)], [])
            tests = [each["status"] for each in report["results"]["tests"]]
            summary = report["results"]["summary"]
            self.assertEqual(summary["tests"], len(tests))
            for status in ("passed", "failed", "skipped", "pending", "other"):
                self.assertEqual(summary[status], tests.count(status))

    def test_all_formats_say_the_same(self):
        for report, ctrf, junit in zip(
            self.reports(), self.each("ctrf.json"), self.each("junit.xml"), strict=True
        ):
            states = [each["state"] for each in report["checks"]]
            tests = json.loads(ctrf.read_text())["results"]["tests"]
            self.assertEqual(states, [each["rawStatus"] for each in tests])
            root = xml.etree.ElementTree.parse(junit).getroot()
            self.assertEqual(states.count("failed"), int(root.get("failures")))
            self.assertEqual(states.count("inconclusive"), int(root.get("errors")))

    def test_csv_has_the_figures_of_each_run(self):
        for report, file in zip(self.reports(), self.each("report.csv"), strict=True):
            with open(file, newline="") as text:
                rows = list(csv.DictReader(text, strict=True))
            self.assertEqual(len(rows), sum(each["seeds"] for each in report["cells"]))
            for cell in report["cells"]:
                mine = [
                    row
                    for row in rows
                    if (row["scenario"], row["client"]) == (cell["scenario"], cell["client"])
                ]
                self.assertEqual([int(row["seed"]) for row in mine], cell["per_seed"]["seeds"])
                for name, column in cell["per_seed"]["figures"].items():
                    values = [float(row[name]) if row[name] else None for row in mine]
                    self.assertEqual(values, column, name)

    def test_annotations_name_the_line_that_is_not_met(self):
        lines = (self.root / "own" / "github.txt").read_text().splitlines()
        line = OWN.splitlines().index("[[expect]]") + 1
        self.assertTrue(
            lines[0].startswith(f"::error file=own.toml,line={line},title=own with naive%3A failed::")
        )

    def test_the_command_in_a_report_shows_the_same_again(self):
        report = json.loads((self.root / "own" / "report.json").read_text())
        again = report["checks"][0]["again"][0]
        self.assertTrue(
            again.startswith("hassle run own.toml --client naive --set network.latency=30ms ")
        )
        more = " --no-progress --report json=again.json"
        run = hassle(again.removeprefix("hassle ") + more, self.root)
        self.assertEqual(run.returncode, 1, run.stderr)
        self.assertEqual(
            json.loads((self.root / "again.json").read_text())["cells"][0]["digest"],
            report["cells"][0]["digest"],
        )

    def test_wrong_json_is_refused(self):
        right = json.loads((self.root / "losses" / "report.json").read_text())
        self.assertTrue(self.report.is_valid(right))

        def without(*path):
            return lambda r: at(r, path[:-1]).pop(path[-1])

        def setting(value, *path):
            return lambda r: at(r, path[:-1]).__setitem__(path[-1], value)

        def at(r, path):
            for key in path:
                r = r[key]
            return r

        for wrong in (
            setting(1, "schema"),
            without("schema"),
            without("verdict"),
            setting("good", "verdict"),
            setting("all", "kind"),
            setting("clients", "kind"),
            without("losses"),
            setting(True, "extra"),
            setting(-1, "counts", "passed"),
            setting("hassle", "tool"),
            setting("ok", "checks", 0, "state"),
            without("checks", 0, "again"),
            setting(None, "cells", 0, "error_rate"),
            setting("0.1", "cells", 0, "error_rate", "mean"),
            setting(1.5, "cells", 0, "seeds"),
            setting({}, "cells", 0, "outcomes"),
            setting({"Error Rate": 1}, "cells", 0, "figures"),
            setting({"error_rate": None}, "cells", 0, "figures"),
            setting({"error_rate": ["1"]}, "cells", 0, "per_seed", "figures"),
            without("cells", 0, "per_seed"),
            setting("xyz", "cells", 0, "digest"),
            setting([{"name": "a", "violations": 1, "promised": True}], "cells", 0, "oracles"),
            setting(["x"], "scenarios"),
        ):
            report = copy.deepcopy(right)
            wrong(report)
            self.assertFalse(self.report.is_valid(report), json.dumps(report)[:100])

    def test_wrong_junit_is_refused(self):
        right = (GOLDEN / "junit.xml").read_text()
        for old, new in (
            (' tests="5"', ""),
            (' time="72000.000"', ' time="72000.0001"'),
            (' name="reconnect"', ' name="naive"'),
            ("</failure>", '</failure><error type="x" message="y"/>'),
            ("<testcase ", '<testcase file="x" '),
            ("</testsuites>", "<testcase/></testsuites>"),
            ("<failure ", "<failed "),
        ):
            with self.subTest(old), tempfile.NamedTemporaryFile("w", suffix=".xml") as file:
                self.assertIn(old, right)
                wrong = right.replace(old, new, 1)
                file.write(wrong.replace("</failure>", "</failed>") if new == "<failed " else wrong)
                file.flush()
                self.assertNotEqual(xsd_errors(file.name), "")

    def test_the_program_prints_the_schema(self):
        printed = hassle("schema --report", self.root)
        self.assertEqual(printed.returncode, 0)
        self.assertEqual(json.loads(printed.stdout), schema("hassle-report.schema.json"))

    def test_no_report_names_a_path_of_the_machine(self):
        own = self.root / "own.toml"
        run = hassle(f"run {own} --seeds 1 --no-progress --report-dir absolute", self.root)
        self.assertEqual(run.returncode, 1, run.stderr)
        for kind in [*RUNS, "absolute"]:
            for file in (self.root / kind).iterdir():
                self.assertNotIn(str(self.root).encode(), file.read_bytes(), file)
                self.assertNotIn(str(REPORTS.parent).encode(), file.read_bytes(), file)


class ReportDirectory(unittest.TestCase):
    RUN = "run canary --seeds 1 --no-progress --report-dir "

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name)
        self.addCleanup(self.folder.cleanup)

    def names(self, folder):
        return sorted(each.name for each in folder.iterdir())

    def times(self):
        return {each: each.stat().st_mtime_ns for each in self.root.rglob("*")}

    def test_it_is_made_with_its_parents_and_holds_all_formats(self):
        self.assertEqual(hassle(self.RUN + "a/b/r", self.root).returncode, 1)
        names = self.names(self.root / "a/b/r")
        self.assertLessEqual(
            {MANIFEST, "report.json", "report.html", "report.md", "report.csv", "junit.xml"},
            set(names),
        )
        listed = (self.root / "a/b/r" / MANIFEST).read_text().split()
        self.assertEqual(sorted([*listed, MANIFEST]), names)
        self.assertEqual(self.names(self.root / "a/b"), ["r"])

    def test_a_report_directory_is_replaced_as_a_whole(self):
        hassle(self.RUN + "r", self.root)
        (self.root / "r" / "report.md").write_text("old")
        before = (self.root / "r").stat().st_ino
        self.assertEqual(hassle(self.RUN + "r", self.root).returncode, 1)
        self.assertNotEqual((self.root / "r" / "report.md").read_text(), "old")
        self.assertNotEqual((self.root / "r").stat().st_ino, before)
        self.assertEqual(self.names(self.root), ["r"])

    def test_an_empty_directory_is_taken(self):
        (self.root / "r").mkdir()
        self.assertEqual(hassle(self.RUN + "r", self.root).returncode, 1)
        self.assertIn("report.json", self.names(self.root / "r"))

    def test_what_is_no_report_directory_is_refused_before_the_run_and_left_alone(self):
        (self.root / "mine").mkdir()
        (self.root / "mine" / "thesis.txt").write_text("x")
        hassle(self.RUN + "mixed", self.root)
        (self.root / "mixed" / "notes.txt").write_text("x")
        (self.root / "file").write_text("x")
        for name, why in (
            ("mine", "is not a report directory"),
            ("mixed", "notes.txt"),
            ("file", "is not a directory"),
            ("file/r", "cannot be created"),
            ("", ""),
        ):
            with self.subTest(name):
                before = self.times()
                run = hassle(self.RUN + name, self.root)
                self.assertEqual(run.returncode, 2)
                self.assertEqual(run.stdout, "")
                self.assertIn(why, run.stderr)
                self.assertEqual(self.times(), before)

    def test_a_link_to_a_report_directory_stays_one(self):
        hassle(self.RUN + "r", self.root)
        (self.root / "r" / "report.md").write_text("old")
        os.symlink("r", self.root / "latest")
        self.assertEqual(hassle(self.RUN + "latest", self.root).returncode, 1)
        self.assertTrue((self.root / "latest").is_symlink())
        self.assertNotEqual((self.root / "r" / "report.md").read_text(), "old")

    def test_shards_that_are_merged_give_the_directory_of_the_whole(self):
        run = "run canary never-fires --seeds 2 --no-progress "
        whole = hassle(run + "--report-dir whole", self.root)
        for number in (1, 2):
            part = f"--shard {number}/2 --report measurement={number}.json"
            self.assertEqual(hassle(run + part, self.root).returncode, 0)
        merged = hassle("merge 1.json 2.json --report-dir merged", self.root)
        self.assertEqual(merged.returncode, whole.returncode, merged.stderr)
        self.assertEqual(self.names(self.root / "merged"), self.names(self.root / "whole"))
        for file in (self.root / "whole").iterdir():
            self.assertEqual((self.root / "merged" / file.name).read_bytes(), file.read_bytes(), file)

    def test_a_shard_alone_has_no_report_directory(self):
        run = hassle(self.RUN + "r --shard 1/2 --report measurement=1.json", self.root)
        self.assertEqual(run.returncode, 2)
        self.assertIn("--report-dir", run.stderr)

    def test_an_interrupted_run_writes_what_there_is(self):
        run = subprocess.Popen(
            [HASSLE, *"run lee-day --ladder --seeds 100000 --no-progress --report-dir r".split()],
            cwd=self.root,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        # It is running once its handler of the signal is there.
        status = pathlib.Path(f"/proc/{run.pid}/status")
        caught = 0
        while not caught & 1 << (signal.SIGINT - 1):
            caught = int(status.read_text().split("SigCgt:")[1].split()[0], 16)
            time.sleep(0.01)
        run.send_signal(signal.SIGINT)
        self.assertEqual(run.wait(), 130)
        self.assertEqual(self.names(self.root), ["r"])
        report = json.loads((self.root / "r" / "report.json").read_text())
        self.assertTrue(report["interrupted"])
        self.assertGreater(report["counts"]["not_run"], 0)
        self.assertEqual(xsd_errors(self.root / "r" / "junit.xml"), "")


if __name__ == "__main__":
    unittest.main()
