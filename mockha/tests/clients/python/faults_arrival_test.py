"""Faults that a client meets before it is logged in: TCP, HTTP, the upgrade, the login."""

import asyncio
import unittest

import aiohttp

from misbehaviour import NORMAL_CLOSE, FaultTest
from mockha import PATIENCE, authorization_code
from raw import CLOSE

CLIENT = "http://127.0.0.1:8200/"


class ArrivalTest(FaultTest):
    async def test_connects_are_refused(self):
        number = await self.inject("refuse")
        with self.assertRaises(ConnectionRefusedError):
            await self.connect()
        await self.lift(number)
        await self.login()
        # Nobody who listens no more knows who was refused.
        await self.hit(number, hits=0)

    async def test_a_connection_is_accepted_and_ignored(self):
        number = await self.inject("silence", stage="accept", connection="next")
        client = await self.connect()
        await client.request()
        await client.silent()
        await self.login()  # Only the next one was meant.
        await self.hit(number, "accept")

    async def test_a_connection_is_accepted_and_reset(self):
        number = await self.inject("hang_up", stage="accept", how="reset", hits=1)
        with self.assertRaises(ConnectionResetError):
            client = await self.connect()
            await client.read(1)
        await self.login()
        await self.hit(number, "accept")

    async def test_a_proxy_answers_with_its_page(self):
        for status in (502, 503, 504):
            with self.subTest(status=status):
                number = await self.inject("http_error", status=status, body="html", hits=1)
                head = await (await self.connect()).upgrade()
                self.assertTrue(head[0].startswith(f"HTTP/1.1 {status} "), head)
                kind, = (line for line in head if line.lower().startswith("content-type:"))
                self.assertIn("text/html", kind)
                await self.login()
                await self.hit(number, ".*/api/websocket")

    async def test_home_assistant_stops_and_answers_with_nothing(self):
        number = await self.inject("http_error", status=503, body="empty", path="/api/*")
        for path in ("/api/websocket", "/api/config"):
            status, out, _ = await self.run_curl("--include", self.mockha.http + path)
            self.assertEqual(status, 0)
            head, body = out.split("\r\n\r\n", 1)
            self.assertTrue(head.startswith("HTTP/1.1 503 "), head)
            self.assertEqual(body, "")
        await self.hit(number, ".*/api/websocket", ".*/api/config")

    async def test_an_address_is_banned_and_open_sockets_stay(self):
        client = await self.login()
        number = await self.inject("ban")
        head = await (await self.connect()).upgrade()
        self.assertTrue(head[0].startswith("HTTP/1.1 403 "), head)
        _, body, _ = await self.run_curl(self.mockha.http + "/api/")
        self.assertEqual(body, "403: Forbidden")
        await client.command("ping")
        self.assertEqual(await client.answer(), {"id": 1, "type": "pong"})
        await self.lift(number)
        await self.login()
        await self.hit(number, ".*", ".*")

    async def test_a_bad_request(self):
        number = await self.inject("http_error", status=400, body="text", connection="next")
        head = await (await self.connect()).upgrade()
        self.assertTrue(head[0].startswith("HTTP/1.1 400 "), head)
        await self.login()
        await self.hit(number, ".*/api/websocket")

    async def test_a_captive_portal_answers(self):
        for status, location in ((200, {}), (302, {"location": "http://portal.example/login"})):
            with self.subTest(status=status):
                number = await self.inject("http_error", status=status, hits=1, **location)
                head = await (await self.connect()).upgrade()
                self.assertTrue(head[0].startswith(f"HTTP/1.1 {status} "), head)
                self.assertEqual("Location: http://portal.example/login" in head, bool(location))
                await self.login()
                await self.hit(number, ".*/api/websocket")

    async def test_an_answer_is_no_upgrade(self):
        number = await self.inject("bad_upgrade", how="wrong_accept", hits=1)
        async with aiohttp.ClientSession() as session:
            with self.assertRaises(aiohttp.WSServerHandshakeError) as refused:
                await session.ws_connect(self.mockha.http + "/api/websocket")
        self.assertEqual(refused.exception.status, 101)
        await self.hit(number, ".*/api/websocket")
        number = await self.inject("bad_upgrade", how="banner", hits=1)
        client = await self.connect()
        await client.request()
        self.assertEqual(await client.read(8), b"SSH-2.0-")
        await self.login()
        await self.hit(number, ".*/api/websocket")

    async def test_an_upgrade_comes_byte_by_byte(self):
        number = await self.inject("trickle", bytes=1, gap="1h", connection="next")
        client = await self.connect()
        await client.request()
        self.assertEqual(await client.read(64), b"H")
        await self.login()
        await self.hit(number, "bytes")

    async def test_an_upgrade_without_auth_required(self):
        number = await self.inject("silence", stage="upgrade", hits=1)
        client = await self.connect()
        self.assertIn("101", (await client.upgrade())[0])
        await client.silent()
        await self.login()
        await self.hit(number, "upgrade")

    async def test_auth_required_and_then_silence(self):
        number = await self.inject("silence", stage="auth", hits=1)
        client = await self.connect()
        await client.upgrade()
        self.assertEqual((await client.answer())["type"], "auth_required")
        await client.send({"type": "auth", "access_token": self.mockha.token})
        await client.silent()
        await self.login()
        await self.hit(number, "auth")

    async def test_auth_ok_and_then_the_end_as_with_the_supervisor(self):
        number = await self.inject("hang_up", stage="auth_ok", hits=1)
        client = await self.login()
        self.assertEqual(await client.frame(), (True, CLOSE, NORMAL_CLOSE))
        await self.login()
        await self.hit(number, "auth_ok")

    async def test_a_good_token_is_refused(self):
        for delay in ("0s", "300ms"):
            with self.subTest(delay=delay):
                number = await self.inject("reject_auth", delay=delay, hits=1)
                client = await self.connect()
                await client.upgrade()
                await client.answer()
                await client.send({"type": "auth", "access_token": self.mockha.token})
                self.assertEqual(await client.answer(), {
                    "type": "auth_invalid", "message": "Invalid access token or password"})
                self.assertEqual(await client.frame(), (True, CLOSE, NORMAL_CLOSE))
                await self.login()
                await self.hit(number, "auth")

    async def test_access_tokens_have_expired_when_it_comes_back(self):
        tokens = await self.tokens()
        client = await (await self.connect()).login(tokens["access_token"])
        number = await self.inject("expire_tokens")
        # Who is in stays in.
        await client.command("ping")
        await client.answer()
        late = await self.connect()
        await late.upgrade()
        await late.answer()
        await late.send({"type": "auth", "access_token": tokens["access_token"]})
        self.assertEqual((await late.answer())["type"], "auth_invalid")
        fresh = (await self.refresh(tokens))[1]["access_token"]
        await (await self.connect()).login(fresh)
        entry = await self.history(number)
        self.assertEqual(entry["stage"], "ended")
        self.assertGreaterEqual(entry["hits"], 1)

    async def test_a_refresh_fails_in_each_of_its_ways(self):
        tokens = await self.tokens()
        for status, body in ((400, "json"), (403, "json"), (500, "text")):
            with self.subTest(status=status):
                number = await self.inject("http_error", status=status, body=body,
                                           path="/auth/token", hits=1)
                self.assertEqual((await self.refresh(tokens))[0], status)
                self.assertEqual((await self.refresh(tokens))[0], 200)
                await self.hit(number, ".*/auth/token")
        number = await self.inject("silence", stage="request", path="/auth/token", hits=1)
        with self.assertRaises(asyncio.TimeoutError):
            await self.refresh(tokens, patience=0.3)
        self.assertEqual((await self.refresh(tokens))[0], 200)
        await self.hit(number, ".*/auth/token")

    async def test_a_token_is_revoked_under_its_connection(self):
        tokens = await self.tokens()
        client = await (await self.connect()).login(tokens["access_token"])
        number = await self.inject("revoke_token")
        self.assertEqual(await client.frame(), (True, CLOSE, NORMAL_CLOSE))
        self.assertEqual((await self.refresh(tokens))[1], {"error": "invalid_grant"})
        entry = await self.history(number)
        self.assertEqual((entry["stage"], entry["hits"]), ("ended", 1))

    async def test_compression_is_on_or_off(self):
        offer = "Sec-WebSocket-Extensions: permessage-deflate"

        async def granted():
            head = await (await self.connect()).upgrade(offer)
            return any("permessage-deflate" in line for line in head)
        self.assertTrue(await granted())
        number = await self.inject("no_deflate", hits=1)
        self.assertFalse(await granted())
        self.assertTrue(await granted())
        await self.hit(number, "upgrade|.*")

    async def test_compressed_messages_are_refused(self):
        number = await self.inject("reject_compressed")
        client = await self.connect()
        await client.upgrade("Sec-WebSocket-Extensions: permessage-deflate")
        await client.frame()  # auth_required
        await client.send({"type": "auth", "access_token": self.mockha.token})
        self.assertEqual(await client.frame(), (True, CLOSE, b"\x03\xea"))
        await self.login()  # Without compression nothing is wrong.
        self.assertEqual((await self.history(number))["hits"], 1)

    async def test_a_crowd_is_let_in_one_by_one(self):
        number = await self.inject("crowd", per_second=1, beyond="deny", retry_after="5s")
        heads = [await (await self.connect()).upgrade() for _ in range(3)]
        denied = [each for each in heads if each[0].startswith("HTTP/1.1 429 ")]
        self.assertGreaterEqual(len(denied), 1, heads)
        self.assertIn("Retry-After: 5", denied[0])
        await self.lift(number)
        await self.login()

    async def tokens(self):
        code = await authorization_code(self.mockha, CLIENT)
        async with aiohttp.ClientSession() as session:
            async with session.post(self.mockha.http + "/auth/token", data={
                    "grant_type": "authorization_code", "client_id": CLIENT,
                    "code": code}) as answer:
                self.assertEqual(answer.status, 200)
                return await answer.json()

    async def refresh(self, tokens, patience=PATIENCE):
        limit = aiohttp.ClientTimeout(total=patience)
        async with aiohttp.ClientSession(timeout=limit) as session:
            async with session.post(self.mockha.http + "/auth/token", data={
                    "grant_type": "refresh_token", "client_id": CLIENT,
                    "refresh_token": tokens["refresh_token"]}) as answer:
                is_json = answer.content_type == "application/json"
                return answer.status, await (answer.json() if is_json else answer.text())


if __name__ == "__main__":
    unittest.main()
