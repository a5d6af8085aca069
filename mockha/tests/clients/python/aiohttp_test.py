"""aiohttp (what Home Assistant itself and most Python integrations use) as a client of mockha."""

import asyncio
import unittest

import aiohttp

from mockha import PATIENCE, MockhaTest, authorization_code

CLIENT = "http://127.0.0.1:8200/"


class AiohttpTest(MockhaTest):
    async def session(self, mockha, token=None):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        session = aiohttp.ClientSession(mockha.http, headers=headers,
                                        timeout=aiohttp.ClientTimeout(total=PATIENCE))
        self.addAsyncCleanup(session.close)
        return session

    async def login(self, session, token, **options):
        socket = await session.ws_connect("/api/websocket", **options)
        self.addAsyncCleanup(socket.close)
        self.assertEqual((await socket.receive_json(timeout=PATIENCE))["type"], "auth_required")
        await socket.send_json({"type": "auth", "access_token": token})
        self.assertEqual((await socket.receive_json(timeout=PATIENCE))["type"], "auth_ok")
        return socket

    async def ask(self, socket, number, kind, **fields):
        await socket.send_json({"id": number, "type": kind, **fields})
        while True:
            message = await socket.receive_json(timeout=PATIENCE)
            if message["id"] == number and message["type"] != "event":
                return message

    async def answer(self, session, method, path, **options):
        """Status and body; the body as JSON if it says that it is."""
        async with session.request(method, path, **options) as answer:
            if answer.content_type == "application/json":
                return answer.status, await answer.json()
            return answer.status, await answer.text()

    async def test_a_socket_with_heartbeat_and_with_compression(self):
        mockha = await self.start()
        session = await self.session(mockha)
        plain = await self.login(session, mockha.token)
        self.assertEqual(plain.compress, 0)
        squeezed = await self.login(session, mockha.token, compress=15, heartbeat=3600)
        self.assertEqual(squeezed.compress, 15)
        states = await self.ask(plain, 1, "get_states")
        self.assertEqual(await self.ask(squeezed, 1, "get_states"), states)
        await self.see_heartbeats(squeezed)
        await squeezed.send_json({"id": 2, "type": "ping"})
        self.assertEqual(await squeezed.receive_json(timeout=PATIENCE),
                         {"id": 2, "type": "pong"})
        for socket in (plain, squeezed):
            await socket.close()
            self.assertEqual(socket.close_code, 1000)

    async def see_heartbeats(self, socket):
        """It pings while it listens, each time when the last one was answered."""
        # Often, and with more than half a heartbeat's time for the answer.
        socket._heartbeat, socket._pong_heartbeat = 0.02, PATIENCE
        pinged = asyncio.Queue()
        ping = socket._writer.ping

        async def count(*arguments):
            pinged.put_nowait(None)
            await ping(*arguments)
        socket._writer.ping = count
        listening = asyncio.ensure_future(socket.receive())
        socket._reset_heartbeat()
        for _ in range(3):
            await asyncio.wait_for(pinged.get(), PATIENCE)
        self.assertFalse(listening.done())
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)

    async def test_the_rest_api_with_a_token(self):
        mockha = await self.start()
        session = await self.session(mockha, mockha.token)

        def get(path):
            return self.answer(session, "GET", path)
        self.assertEqual(await get("/api/"), (200, {"message": "API running."}))
        self.assertEqual(await get("/api/core/state"), (200, {
            "state": "RUNNING",
            "recorder_state": {"migration_in_progress": False, "migration_is_live": False}}))
        status, config = await get("/api/config")
        self.assertEqual((status, config["version"], config["state"]),
                         (200, "2026.6.0", "RUNNING"))
        status, states = await get("/api/states")
        self.assertEqual((status, len(states)), (200, 44))
        self.assertEqual(await get("/api/states/light.desk"),
                         (200, next(each for each in states if each["entity_id"] == "light.desk")))
        self.assertEqual(await get("/api/states/light.none"),
                         (404, {"message": "Entity not found."}))
        status, services = await get("/api/services")
        self.assertEqual(status, 200)
        self.assertIn("turn_on", next(each for each in services
                                      if each["domain"] == "light")["services"])

    async def test_services_and_events_over_http_are_seen_on_a_socket(self):
        mockha = await self.start()
        session = await self.session(mockha, mockha.token)
        socket = await self.login(session, mockha.token)
        await self.ask(socket, 1, "subscribe_events")
        status, changed = await self.answer(session, "POST", "/api/services/light/turn_on",
                                            json={"entity_id": "light.desk"})
        self.assertEqual(status, 200)
        self.assertEqual([(each["entity_id"], each["state"]) for each in changed],
                         [("light.desk", "on")])
        status, said = await self.answer(session, "POST", "/api/events/doorbell",
                                         json={"button": 2})
        self.assertEqual((status, said), (200, {"message": "Event doorbell fired."}))
        events = [(await socket.receive_json(timeout=PATIENCE))["event"] for _ in range(3)]
        self.assertEqual([each["event_type"] for each in events],
                         ["call_service", "state_changed", "doorbell"])
        self.assertEqual(events[2]["data"], {"button": 2})
        self.assertEqual(events[2]["context"]["user_id"], events[0]["context"]["user_id"])
        for path, body, status in (
            ("/api/services/light/explode", {}, 400),
            ("/api/services/light/turn_on", {"brightness": "bright"}, 400),
            ("/api/events/doorbell", [1], 400),
        ):
            with self.subTest(path=path):
                self.assertEqual((await self.answer(session, "POST", path, json=body))[0], status)
        self.assertEqual(
            await self.answer(session, "POST", "/api/services/light/turn_on?return_response",
                              json={"entity_id": "light.desk"}),
            (400, {"message": "Service does not support responses. "
                              "Remove return_response from request."}))

    async def test_refusals_are_those_of_the_framework(self):
        mockha = await self.start()
        session = await self.session(mockha)
        for method, path, headers, expected in (
            ("GET", "/api/", {}, (401, "401: Unauthorized")),
            ("GET", "/api/", {"Authorization": "Bearer nonsense"}, (401, "401: Unauthorized")),
            ("GET", "/api/", {"Authorization": f"bearer {mockha.token}"},
             (401, "401: Unauthorized")),
            ("GET", "/api", {}, (404, "404: Not Found")),
            ("GET", "/no/such/page", {}, (404, "404: Not Found")),
            ("DELETE", "/api/config", {"Authorization": f"Bearer {mockha.token}"},
             (405, "405: Method Not Allowed")),
            ("POST", "/api/websocket", {}, (405, "405: Method Not Allowed")),
            ("GET", "/api/websocket/", {}, (404, "404: Not Found")),
            ("GET", "/api/websocket", {},
             (400, 'No WebSocket UPGRADE hdr: None\n Can "Upgrade" only to "WebSocket".')),
            ("GET", "/api/websocket", {"Upgrade": "websocket", "Connection": "upgrade",
                                       "Sec-WebSocket-Version": "12",
                                       "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="},
             (400, "Unsupported version: 12")),
        ):
            with self.subTest(method=method, path=path, headers=headers):
                self.assertEqual(
                    await self.answer(session, method, path, headers=headers), expected)

    async def test_tokens_by_form_and_by_multipart(self):
        mockha = await self.start()
        session = await self.session(mockha)

        async def ask(path, fields, multipart):
            data = fields
            if multipart:
                data = aiohttp.FormData()
                data._is_multipart = True  # There is no better way without a file.
                for name, value in fields.items():
                    data.add_field(name, value)
            return await self.answer(session, "POST", path, data=data)

        for multipart in (False, True):
            with self.subTest(multipart=multipart):
                code = await authorization_code(mockha, CLIENT)
                fields = {"grant_type": "authorization_code", "client_id": CLIENT, "code": code}
                status, tokens = await ask("/auth/token", fields, multipart)
                self.assertEqual(status, 200)
                self.assertEqual(list(tokens), ["access_token", "token_type", "refresh_token",
                                                "expires_in", "ha_auth_provider"])
                self.assertEqual(await ask("/auth/token", fields, multipart), (400, {
                    "error": "invalid_request", "error_description": "Invalid code"}))
                fields = {"grant_type": "refresh_token", "client_id": CLIENT,
                          "refresh_token": tokens["refresh_token"]}
                status, fresh = await ask("/auth/token", fields, multipart)
                self.assertEqual((status, list(fresh)),
                                 (200, ["access_token", "token_type", "expires_in"]))
                socket = await self.login(session, fresh["access_token"])
                self.assertEqual(
                    await ask("/auth/revoke", {"token": tokens["refresh_token"]}, multipart),
                    (200, ""))
                message = await socket.receive(timeout=PATIENCE)
                self.assertEqual((message.type, message.data, message.extra),
                                 (aiohttp.WSMsgType.CLOSE, 1000, ""))
                self.assertEqual(await ask("/auth/token", fields, multipart),
                                 (400, {"error": "invalid_grant"}))
                self.assertEqual(await ask("/auth/token", {"grant_type": "password"}, multipart),
                                 (400, {"error": "unsupported_grant_type"}))

    async def test_a_restart_closes_the_socket_and_refuses_for_a_while(self):
        mockha = await self.start()
        session = await self.session(mockha)
        socket = await self.login(session, mockha.token)
        await mockha.ask("POST", "/restart", {"stopping": "10ms", "refused": "200ms",
                                              "not_running": "10ms", "starting": "10ms"})
        message = await socket.receive(timeout=PATIENCE)
        self.assertEqual((message.type, message.data), (aiohttp.WSMsgType.CLOSE, 1000))
        refused = 0
        while True:
            try:
                again = await self.login(session, mockha.token)
                break
            except (aiohttp.ClientConnectionError, aiohttp.WSServerHandshakeError):
                refused += 1
                await asyncio.sleep(0.01)
        self.assertGreater(refused, 0)
        # It is up before it runs: what wants a running one waits for that.
        number = 0
        while True:
            number += 1
            config = (await self.ask(again, number, "get_config"))["result"]
            if config["state"] == "RUNNING":
                break
            await asyncio.sleep(0.01)


if __name__ == "__main__":
    unittest.main()
