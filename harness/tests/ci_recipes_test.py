"""The recipes in harness/README.md: their YAML parses, and their commands do what they say.

usage: ci_recipes_test.py HASSLE README

Each command is run as it stands, but for the scenarios: the smallest group, with two seeds. What a
CI server would fill in (the number of a shard) is filled in here.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

import yaml

SMALL = "--all --group canary --seeds 2"
SHARDS = 4
NUMBER = [r"\$\{\{ matrix\.shard \}\}", r"\$CI_NODE_INDEX", r"\$SHARD"]
COUNT = [r"\$CI_NODE_TOTAL"]


def blocks(readme: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", readme, re.DOTALL)


def texts(node):
    """All strings of a document."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for each in node.values():
            yield from texts(each)
    elif isinstance(node, list):
        for each in node:
            yield from texts(each)


def commands(lines) -> list[str]:
    """Those that run hassle, from the name of the program on."""
    found = []
    for line in lines:
        found += re.findall(r"(?:^|[/; ])(hassle (?:run|merge|compare)[^;\n>']*)", line)
    return [each.strip() for each in found]


def written(found: list[str]) -> list[str]:
    """The files that reports are written to."""
    return [each for command in found for each in re.findall(r"--report \w+=(\S+)", command)]


def filled_in(command: str, shard: int) -> str:
    for each in NUMBER:
        command = re.sub(each, str(shard), command)
    for each in COUNT:
        command = re.sub(each, str(SHARDS), command)
    command = re.sub(r"--all --seeds \d+", SMALL, command)
    assert "$" not in command, f"nobody fills this in: {command}"
    return command


def run(program: str, command: str, where: str) -> None:
    words = command.split()[1:]
    done = subprocess.run([program, *words], cwd=where, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: status {done.returncode}\n{done.stderr}"


def check_recipe(program: str, found: list[str], name: str) -> None:
    """A recipe runs its shards, merges them, and may compare the result with an older one."""
    verbs = [each.split()[1] for each in found]
    assert "run" in verbs and "merge" in verbs, f"{name}: {found}"
    with tempfile.TemporaryDirectory() as where:
        for command in found:
            if command.startswith("hassle run"):
                for shard in range(1, SHARDS + 1):
                    run(program, filled_in(command, shard), where)
        for command in found:
            if command.startswith("hassle merge"):
                run(program, filled_in(command, 0), where)
        for name in written([each for each in found if each.startswith("hassle merge")]):
            assert pathlib.Path(where, name).stat().st_size > 0, f"nothing is in {name}"
        report = pathlib.Path(where, "report.json")
        report.with_name("base.json").write_bytes(report.read_bytes())
        for command in found:
            if command.startswith("hassle compare"):
                run(program, command, where)


def main() -> None:
    program = sys.argv[1]
    readme = pathlib.Path(sys.argv[2]).read_text(encoding="utf-8")
    documents = [yaml.safe_load(each) for each in blocks(readme, "yaml")]
    github = [each for each in documents if isinstance(each, list) or "jobs" in each]
    gitlab = [each for each in documents if isinstance(each, dict) and "stages" in each]
    jenkins = blocks(readme, "groovy")
    assert len(github) == 2 and len(gitlab) == 1 and len(jenkins) == 1, "a recipe is missing"
    assert github[0]["jobs"]["shard"]["strategy"]["matrix"]["shard"] == list(range(1, SHARDS + 1))
    assert gitlab[0]["hassle"]["parallel"] == SHARDS
    assert jenkins[0].count("{") == jenkins[0].count("}")
    found = commands(texts(github))
    assert any(each.startswith("hassle compare") for each in found), "nothing compares"
    check_recipe(program, found, "GitHub")
    check_recipe(program, commands(texts(gitlab)), "GitLab")
    check_recipe(program, commands(jenkins[0].splitlines()), "Jenkins")


if __name__ == "__main__":
    main()
