"""Starts mockha for a test, and asks its admin API."""

import asyncio
import json
import os
import unittest
import urllib.error
import urllib.request

# Nothing takes as long as this, on however busy a machine; who waits longer waits in vain.
PATIENCE = 60


class Mockha:
    """A running mockha: url, http, admin, token, and its process."""

    @classmethod
    async def start(cls, *arguments):
        self = cls()
        # It dies with us even if we are killed.
        self.process = await asyncio.create_subprocess_exec(
            "setpriv", "--pdeathsig", "KILL", os.environ["MOCKHA"], "--listen", "127.0.0.1:0",
            "--admin", "127.0.0.1:0", *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE)
        line = await asyncio.wait_for(self.process.stdout.readline(), PATIENCE)
        if not line:
            raise RuntimeError(f"mockha did not start: {await self.process.stderr.read()}")
        ready = json.loads(line)
        assert ready["ready"] is True
        self.url = ready["url"]
        self.token = ready["token"]
        self.admin = ready.get("admin")
        self.http = self.url.replace("ws:", "http:").replace("/api/websocket", "")
        return self

    async def stop(self):
        if self.process.returncode is None:
            self.process.terminate()
        try:
            _, complaints = await asyncio.wait_for(self.process.communicate(), PATIENCE)
        except asyncio.TimeoutError:
            self.process.kill()
            raise
        if self.process.returncode != 0 or complaints:
            raise RuntimeError(f"mockha ended with {self.process.returncode}: {complaints}")

    async def ask(self, method, path, body=None):
        """The admin API's answer, as JSON."""
        return await asyncio.to_thread(self._ask, method, path, body)

    def _ask(self, method, path, body):
        request = urllib.request.Request(
            self.admin + path, method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={} if body is None else {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{method} {path}: {error.code} {error.read()}") from None
        return json.loads(text) if text else None


async def authorization_code(mockha, client_id):
    """What the login page asks of a person, and hands to the client behind it."""
    def step(path, **body):
        request = urllib.request.Request(
            f"{mockha.http}/auth/login_flow{path}", method="POST",
            data=json.dumps({"client_id": client_id, **body}).encode(),
            headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.loads(answer.read())

    def login():
        flow = step("", handler=["homeassistant", None], redirect_uri=client_id)["flow_id"]
        return step(f"/{flow}", username="mockha", password="mockha")["result"]
    return await asyncio.to_thread(login)


class MockhaTest(unittest.IsolatedAsyncioTestCase):
    """A test of one mockha, which must end well."""

    # More of its diffs helps more than less.
    maxDiff = 4000

    async def start(self, *arguments):
        mockha = await Mockha.start(*arguments)
        self.addAsyncCleanup(mockha.stop)
        return mockha
