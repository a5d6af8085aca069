"""What the tests of faults have in common: they are injected with curl, and looked up afterwards."""

import asyncio
import json
import re

from mockha import PATIENCE, MockhaTest
from raw import RawClient

NORMAL_CLOSE = b"\x03\xe8"  # 1000, without a reason.


class FaultTest(MockhaTest):
    """One mockha for each test."""

    async def asyncSetUp(self):
        self.mockha = await self.start()

    async def run_curl(self, *arguments):
        process = await asyncio.create_subprocess_exec(
            "curl", "--silent", "--show-error", "--max-time", str(PATIENCE), *arguments,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
        out, complaints = await process.communicate()
        return process.returncode, out.decode(), complaints.decode()

    async def curl(self, method, path, body=None):
        """The admin API as a person at a terminal asks it."""
        arguments = ["--fail-with-body", "--request", method, self.mockha.admin + path]
        if body is not None:
            arguments += ["--header", "Content-Type: application/json", "--data",
                          json.dumps(body)]
        status, text, complaints = await self.run_curl(*arguments)
        self.assertEqual(status, 0, f"{method} {path} {body}: {text} {complaints}")
        return json.loads(text) if text else None

    async def inject(self, kind, **parameters):
        """The number of a fault that is in force, or armed."""
        return (await self.curl("POST", "/faults", {"kind": kind, **parameters}))["number"]

    async def lift(self, number):
        await self.curl("DELETE", f"/faults/{number}")

    async def history(self, number):
        everything = await self.curl("GET", "/faults")
        return next(each for each in everything if each["number"] == number)

    async def hit(self, number, *what, hits=None):
        """The history has it: this fault touched these things (patterns), in this order."""
        entry = await self.history(number)
        touched = [each["what"] for each in entry["touched"]]
        self.assertEqual(entry["hits"], len(what) if hits is None else hits, touched)
        self.assertGreaterEqual(len(touched), len(what))
        for pattern, text in zip(what, touched):
            self.assertTrue(re.fullmatch(pattern, text), f"{text!r} is not {pattern!r}")
        return entry

    async def connect(self):
        client = await RawClient.connect(self.mockha.url)
        self.addAsyncCleanup(client.close)
        return client

    async def login(self):
        return await (await self.connect()).login(self.mockha.token)
