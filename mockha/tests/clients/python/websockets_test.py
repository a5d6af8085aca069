"""The `websockets` library (the one of many scripts and integrations) as a client of mockha."""

import asyncio
import json
import unittest

import websockets

from mockha import PATIENCE, MockhaTest


class Client:
    """What a small script does: one socket, ids counted up, answers waited for."""

    def __init__(self, socket):
        self.socket = socket
        self.last_id = 0
        self.events = []

    async def receive(self):
        return json.loads(await asyncio.wait_for(self.socket.recv(), PATIENCE))

    async def login(self, token):
        self.greeting = await self.receive()
        await self.socket.send(json.dumps({"type": "auth", "access_token": token}))
        return await self.receive()

    async def ask(self, kind, **fields):
        """The answer to a command; events that come first are kept."""
        self.last_id += 1
        await self.socket.send(json.dumps({"id": self.last_id, "type": kind, **fields}))
        while True:
            message = await self.receive()
            if message["type"] != "event" and message["id"] == self.last_id:
                return message
            self.events.append(message)

    async def event(self):
        return self.events.pop(0) if self.events else await self.receive()


class WebsocketsTest(MockhaTest):
    async def connect(self, mockha, **options):
        socket = await websockets.connect(mockha.url, **options)
        self.addAsyncCleanup(socket.close)
        return Client(socket)

    async def login(self, mockha, **options):
        client = await self.connect(mockha, **options)
        self.assertEqual(await client.login(mockha.token),
                         {"type": "auth_ok", "ha_version": "2026.6.0"})
        return client

    async def test_a_script_logs_in_looks_listens_and_switches(self):
        mockha = await self.start()
        client = await self.login(mockha)
        self.assertEqual(client.greeting, {"type": "auth_required", "ha_version": "2026.6.0"})
        states = (await client.ask("get_states"))["result"]
        self.assertEqual(len(states), 44)
        self.assertEqual(list(states[0]),
                         ["entity_id", "state", "attributes", "last_changed", "last_reported",
                          "last_updated", "context"])
        answer = await client.ask("subscribe_events", event_type="state_changed")
        self.assertEqual(answer, {"id": 2, "type": "result", "success": True, "result": None})
        answer = await client.ask("call_service", domain="light", service="turn_on",
                                  target={"entity_id": "light.kitchen"})
        self.assertTrue(answer["success"])
        event = await client.event()
        self.assertEqual(event["id"], 2)
        change = event["event"]["data"]
        self.assertEqual(change["entity_id"], "light.kitchen")
        self.assertEqual((change["old_state"]["state"], change["new_state"]["state"]),
                         ("off", "on"))
        self.assertEqual(change["new_state"]["context"], answer["result"]["context"])
        self.assertEqual(await client.ask("ping"), {"id": 4, "type": "pong"})

    async def test_the_library_offers_compression_and_may_leave_it(self):
        mockha = await self.start()
        squeezed = await self.login(mockha)
        self.assertEqual(squeezed.socket.response_headers["Sec-WebSocket-Extensions"],
                         "permessage-deflate")
        plain = await self.login(mockha, compression=None)
        self.assertNotIn("Sec-WebSocket-Extensions", plain.socket.response_headers)
        self.assertEqual(await squeezed.ask("get_states"), await plain.ask("get_states"))

    async def test_every_login_that_fails_is_closed_as_home_assistant_does(self):
        mockha = await self.start()
        for first, said in (
            ({"type": "auth", "access_token": "wrong"}, "Invalid access token or password"),
            ({"type": "auth"}, "Invalid access token or password"),
            ({"type": "get_states"},
             "Auth message incorrectly formatted: not a valid value for dictionary value "
             "@ data['type']. Got 'get_states'"),
            ("{", None),
            (b"binary", None),
        ):
            with self.subTest(first=first):
                client = await self.connect(mockha)
                await client.receive()
                await client.socket.send(json.dumps(first) if isinstance(first, dict) else first)
                if said:
                    self.assertEqual(await client.receive(),
                                     {"type": "auth_invalid", "message": said})
                with self.assertRaises(websockets.ConnectionClosedOK) as closed:
                    await client.receive()
                self.assertEqual((closed.exception.rcvd.code, closed.exception.rcvd.reason),
                                 (1000, ""))

    async def test_its_keep_alive_is_answered_also_without_traffic(self):
        mockha = await self.start()
        client = await self.login(mockha, ping_interval=0.05, ping_timeout=PATIENCE)
        for _ in range(3):
            await asyncio.wait_for(await client.socket.ping(), PATIENCE)
        self.assertEqual((await client.ask("ping"))["type"], "pong")

    async def test_a_large_home_is_too_much_for_its_default_limit(self):
        mockha = await self.start("--home", "large")
        # It reads no more once it has refused, and so waits in vain for the end of TCP.
        client = await self.login(mockha, close_timeout=0.1)
        await client.socket.send(json.dumps({"id": 1, "type": "get_states"}))
        with self.assertRaises(websockets.ConnectionClosedError) as closed:
            await client.receive()
        self.assertEqual(closed.exception.sent.code, 1009)
        client = await self.login(mockha, max_size=64 << 20)
        self.assertGreaterEqual(len((await client.ask("get_states"))["result"]), 2500)

    async def test_close_codes_are_those_of_home_assistant(self):
        mockha = await self.start()
        for break_it, code in (
            (lambda socket: socket.send("no json"), 1000),
            (lambda socket: socket.send("x" * (4 << 20)), 1009),
            # The library's own way out: its code is not echoed.
            (lambda socket: socket.close(3000), 1000),
        ):
            client = await self.login(mockha)
            try:
                await break_it(client.socket)
            except websockets.ConnectionClosed:
                pass  # The server may be faster than we.
            await asyncio.wait_for(client.socket.wait_closed(), PATIENCE)
            self.assertEqual(client.socket.close_rcvd.code, code)
            self.assertEqual(client.socket.close_rcvd.reason, "")


if __name__ == "__main__":
    unittest.main()
