"""The JSON Schema of scenario files, as a validator that others wrote reads it: it takes every file
that the loader takes, and refuses what is wrong.

usage: scenario_schema_test.py HASSLE FOLDER-OF-SCENARIOS
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import tomllib
import unittest

import jsonschema

HASSLE, SUITE = sys.argv.pop(1), pathlib.Path(sys.argv.pop(1))

RIGHT = 'schema = 1\ntitle = "t"\nduration = "1h"\n'


def hassle(*arguments):
    return subprocess.run([HASSLE, *arguments], capture_output=True, text=True)


def loads(text):
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as file:
        file.write(text)
        file.flush()
        return hassle("validate", file.name).returncode == 0


SCHEMA = json.loads(hassle("schema", "--json").stdout)
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)


def errors(text):
    return [each.message for each in VALIDATOR.iter_errors(tomllib.loads(text))]


class ScenarioSchema(unittest.TestCase):
    def test_it_is_a_schema(self):
        jsonschema.Draft7Validator.check_schema(SCHEMA)

    def test_every_file_of_the_suite_is_valid(self):
        files = sorted(SUITE.rglob("*.toml"))
        self.assertGreater(len(files), 5)
        for file in files:
            with self.subTest(file.name):
                self.assertEqual(errors(file.read_text()), [])

    def test_what_hassle_writes_is_valid(self):
        for name in ("ha-restart", "canary"):
            with self.subTest(name):
                self.assertEqual(errors(hassle("show", name, "--toml").stdout), [])

    def test_what_the_loader_takes_is_valid(self):
        for more in (
            "",
            'settle = "1m30s"\n',
            "[network]\nlatency = \"20ms\"\nbandwidth = \"64KiB/s\"\n",
            '[network.middlebox]\nidle = "off"\n',
            '[workload]\nbetween_bursts = { dist = "uniform", min = "1m", max = "2m" }\n',
            "[workload]\nburst_size = 2\nmix = { toggle = 1 }\n",
            '[[fault]]\nkind = "stall"\nat = "1m"\nfor = { dist = "exponential", mean = "5s" }\n',
            '[[fault]]\nkind = "slow"\ndelay = "1s"\nhits = 3\nconnection = "next"\n'
            'after = { command = "ping", count = 3 }\n',
            '[[fault]]\nkind = "restart"\n[[fault.occurrence]]\nat = "1m"\nstopping = "1s"\n'
            'refused = "1s"\nnot_running = "1s"\nstarting = "1s"\n',
            '[[expect]]\nclient = "naive"\nfigure = "error_rate"\nmax = 0.5\n',
            '[[command]]\nat = "1m"\nkind = "toggle"\ntarget = "light.kitchen"\n',
            "fault = []\n",
        ):
            with self.subTest(more):
                self.assertTrue(loads(RIGHT + more))
                self.assertEqual(errors(RIGHT + more), [])

    def test_what_extends_another_says_only_what_differs(self):
        for text in (
            'extends = "canary"\n',
            'extends = "canary"\n[[fault]]\nname = "cut"\nat = "5m"\n',
            'extends = "canary"\n[[fault]]\nkind = "drop"\nat = "5m"\n',
        ):
            with self.subTest(text):
                self.assertTrue(loads(text))
                self.assertEqual(errors(text), [])
        self.assertNotEqual(errors('extends = "canary"\n[[fault]]\nat = "5m"\n'), [])
        self.assertNotEqual(errors('extends = "canary"\n[[fault]]\nname = "cut"\natt = "5m"\n'), [])

    def test_what_is_wrong_is_refused_as_the_loader_does(self):
        for text in (
            'title = "t"\nduration = "1h"\n',
            'schema = 2\ntitle = "t"\nduration = "1h"\n',
            'schema = 1\ntitle = "t"\n',
            RIGHT + 'durration = "1h"\n',
            RIGHT + "settle = 30\n",
            RIGHT + 'settle = "30"\n',
            RIGHT + 'settle = "30 parsecs"\n',
            RIGHT + "seeds = 0\n",
            RIGHT + "seeds = 1.5\n",
            RIGHT + "clients = []\n",
            RIGHT + 'title2 = "t"\n',
            RIGHT + "[network]\nlatenzy = \"1s\"\n",
            RIGHT + 'network = "fast"\n',
            RIGHT + '[network.middlebox]\non_expiry = "boom"\n',
            RIGHT + '[workload]\nbetween_bursts = { dist = "uniform", min = "1m" }\n',
            RIGHT + '[workload]\nbetween_bursts = { dist = "gaussian", mean = "1m" }\n',
            RIGHT + '[workload]\ntargets = ["kitchen"]\n',
            RIGHT + "[workload]\nmix = { dance = 1 }\n",
            RIGHT + '[[fault]]\nat = "1m"\n',
            RIGHT + '[[fault]]\nname = "a"\nat = "1m"\n',
            RIGHT + '[[fault]]\nkind = "earthquake"\nat = "1m"\n',
            RIGHT + '[[fault]]\nkind = "cut"\nat = "1m"\nfor = "5s"\n',
            RIGHT + '[[fault]]\nkind = "cut"\nat = "1m"\nprobability = 1.5\n',
            RIGHT + '[[fault]]\nkind = "version"\nat = "1m"\n',
            RIGHT + '[fault]\nkind = "cut"\nat = "1m"\n',
            RIGHT + '[[expect]]\nclient = "naive"\nfigure = "luck"\nmax = 1\n',
            RIGHT + '[[command]]\nat = "1m"\nkind = "toggle"\n',
        ):
            with self.subTest(text):
                self.assertFalse(loads(text))
                self.assertNotEqual(errors(text), [])

    def test_an_editor_has_something_to_say_about_every_key(self):
        def walk(schema, path):
            for name, each in schema.get("properties", {}).items():
                with self.subTest(f"{path}.{name}"):
                    self.assertTrue({"description", "anyOf"} & each.keys())
                walk(each, f"{path}.{name}")
            for part in [schema["items"]] if "items" in schema else schema.get("oneOf", []):
                walk(part, path)

        walk(SCHEMA, "")
        kinds = SCHEMA["properties"]["fault"]["items"]["oneOf"]
        self.assertTrue(all({"title", "description"} <= each.keys() for each in kinds))


if __name__ == "__main__":
    unittest.main()
