"""Faults of an open connection: answers, events, frames, and its end."""

import asyncio
import json
import unittest

import websockets

from misbehaviour import NORMAL_CLOSE, FaultTest
from mockha import PATIENCE
from raw import CLOSE, PING, PONG, TEXT

ON = {"domain": "light", "service": "turn_on", "target": {"entity_id": "light.desk"}}
OFF = {**ON, "service": "turn_off"}


def answered(number):
    return {"id": number, "type": "result", "success": True, "result": None}


class EndTest(FaultTest):
    """How connections end, or do not."""

    async def test_close_in_the_middle(self):
        client = await self.login()
        number = await self.inject("drop", how="close")
        self.assertEqual(await client.frame(), (True, CLOSE, NORMAL_CLOSE))
        await self.login()
        await self.hit(number, ".*")

    async def test_tcp_is_cut_without_a_close_frame(self):
        client = await self.login()
        number = await self.inject("drop", how="fin")
        self.assertEqual(await client.read(1), b"")
        await self.hit(number, ".*")
        client = await self.login()
        number = await self.inject("drop", how="reset")
        with self.assertRaises(ConnectionResetError):
            await client.read(1)
        await self.hit(number, ".*")

    async def test_half_open(self):
        client = await self.login()
        number = await self.inject("silence", stage="open")
        await client.command("ping")
        await client.send(b"?", PING)
        await client.silent()
        await self.lift(number)
        await self.login()
        await self.hit(number, "open|.*")

    async def test_pings_of_the_protocol_are_not_answered(self):
        client = await self.login()
        number = await self.inject("ignore_pings", hits=1)
        await client.send(b"one", PING)
        await client.command("ping")
        self.assertEqual(await client.answer(), {"id": 1, "type": "pong"})
        await self.lift(number)
        await client.send(b"two", PING)
        self.assertEqual(await client.frame(), (True, PONG, b"two"))
        await self.hit(number, "ping.*")

    async def test_pings_of_the_application_are_not_answered(self):
        client = await self.login()
        number = await self.inject("lose_answer", command="ping", hits=2)
        for _ in range(3):
            await client.command("ping")
        self.assertEqual(await client.answer(), {"id": 3, "type": "pong"})
        await self.hit(number, r"answer \d+: ping", r"answer \d+: ping")

    async def test_what_waits_is_dropped_and_the_client_closed(self):
        client = await self.login()
        number = await self.inject("overflow")
        self.assertEqual(await client.frame(), (True, CLOSE, NORMAL_CLOSE))
        await self.hit(number, ".*")


class AnswerTest(FaultTest):
    async def is_on(self, client):
        await client.command("get_states")
        states = (await client.answer())["result"]
        return next(each["state"] for each in states if each["entity_id"] == "light.desk") == "on"

    async def test_a_command_is_swallowed(self):
        client = await self.login()
        number = await self.inject("lose_answer", before_execution=True, command="light.*",
                                   hits=1)
        await client.command("call_service", **ON)
        self.assertFalse(await self.is_on(client))
        await self.hit(number, ".*light.turn_on light.desk")

    async def test_an_answer_is_lost_and_the_service_executed(self):
        client = await self.login()
        number = await self.inject("lose_answer", command="light.turn_on", hits=1)
        await client.command("call_service", **ON)
        self.assertTrue(await self.is_on(client))
        await self.hit(number, ".*light.turn_on light.desk")

    async def test_an_answer_is_very_late(self):
        client = await self.login()
        number = await self.inject("delay_answer", by="500ms", command="get_config", hits=1)
        first = await client.command("get_config")
        second = await client.command("ping")
        self.assertEqual((await client.answer())["id"], second)
        self.assertEqual((await client.answer())["id"], first)
        await self.hit(number, r"answer \d+: get_config")
        # Minutes of it: it is late until somebody has had enough.
        number = await self.inject("delay_answer", by="10m", command="get_config", hits=1)
        await client.command("get_config")
        last = await client.command("ping")
        self.assertEqual((await client.answer())["id"], last)
        await self.hit(number, r"answer \d+: get_config")

    async def test_answers_are_reordered(self):
        client = await self.login()
        number = await self.inject("reorder", behind=2, hits=1)
        for _ in range(4):
            await client.command("ping")
        self.assertEqual([(await client.answer())["id"] for _ in range(4)], [2, 3, 1, 4])
        await self.hit(number, r"answer \d+: ping")

    async def test_a_service_is_executed_and_the_connection_ends(self):
        client = await self.login()
        number = await self.inject("hang_up", stage="result", command="light.*", hits=1)
        await client.command("call_service", **ON)
        self.assertEqual(await client.frame(), (True, CLOSE, NORMAL_CLOSE))
        self.assertTrue(await self.is_on(await self.login()))
        await self.hit(number, ".*light.turn_on light.desk")

    async def test_a_command_fails_with_an_error_to_translate(self):
        client = await self.login()
        number = await self.inject(
            "fail_command", command="lock.*", hits=1, message="The lock is jammed",
            translation_key="jammed", translation_domain="lock",
            placeholders={"name": "Front door"})
        call = {"domain": "lock", "service": "unlock",
                "target": {"entity_id": "lock.front_door"}}
        await client.command("call_service", **call)
        self.assertEqual(await client.answer(), {
            "id": 1, "type": "result", "success": False, "error": {
                "code": "home_assistant_error", "message": "The lock is jammed",
                "translation_key": "jammed", "translation_domain": "lock",
                "translation_placeholders": {"name": "Front door"}}})
        await client.command("call_service", **call)
        self.assertTrue((await client.answer())["success"])
        await self.hit(number, ".*lock.unlock lock.front_door")

    async def test_answers_are_sent_twice_or_with_another_id(self):
        client = await self.login()
        number = await self.inject("duplicate", hits=1)
        await client.command("ping")
        self.assertEqual([await client.answer() for _ in range(2)],
                         [{"id": 1, "type": "pong"}] * 2)
        await self.hit(number, r"answer \d+: ping")
        number = await self.inject("wrong_id", off_by=40, hits=1)
        await client.command("ping")
        self.assertEqual(await client.answer(), {"id": 42, "type": "pong"})
        await self.hit(number, r"answer \d+: ping")

    async def test_messages_are_no_json(self):
        client = await self.login()
        for how in ("cut", "nan", "garbage"):
            with self.subTest(how=how):
                number = await self.inject("bad_json", how=how, hits=1)
                await client.command("get_config")
                final, opcode, payload = await client.frame()
                self.assertEqual((final, opcode), (True, TEXT))

                def refuse(literal):
                    raise ValueError(literal)
                with self.assertRaises(ValueError):
                    json.loads(payload, parse_constant=refuse)
                await self.hit(number, r"answer \d+: get_config")
        await client.command("ping")
        self.assertEqual((await client.answer())["type"], "pong")

    async def test_everything_is_slow_or_nothing_moves(self):
        client = await self.login()
        number = await self.inject("slow", delay="50ms")
        await client.command("ping")
        self.assertEqual((await client.answer())["type"], "pong")
        await self.lift(number)
        self.assertEqual((await self.history(number))["hits"], 1)
        number = await self.inject("stall")
        await client.command("ping")
        await client.silent()
        await self.lift(number)
        self.assertEqual((await client.answer())["type"], "pong")
        self.assertEqual((await self.history(number))["hits"], 1)


class EventTest(FaultTest):
    async def subscribed(self):
        client = await self.login()
        await client.command("subscribe_events", event_type="state_changed")
        self.assertEqual(await client.answer(), answered(1))
        return client

    async def test_events_come_twice(self):
        client = await self.subscribed()
        number = await self.inject("duplicate", of="events", hits=1)
        await client.command("call_service", **ON)
        first, second, third = [await client.answer() for _ in range(3)]
        self.assertEqual(first, second)
        self.assertEqual((first["type"], third["type"]), ("event", "result"))
        await self.hit(number, "event of 1")

    async def test_an_event_comes_behind_the_end_of_its_subscription(self):
        client = await self.subscribed()
        number = await self.inject("late_event", hits=1)
        await client.command("call_service", **ON)
        event = await client.answer()
        await client.answer()
        await client.command("unsubscribe_events", subscription=1)
        self.assertEqual(await client.answer(), answered(3))
        self.assertEqual(await client.answer(), event)
        await self.hit(number, ".*")

    async def test_an_event_comes_before_the_answer_to_its_subscription(self):
        client = await self.login()
        number = await self.inject("event_first", hits=1)
        await client.command("subscribe_entities")
        first = await client.answer()
        self.assertEqual((first["type"], first["id"]), ("event", 1))
        self.assertEqual(await client.answer(), answered(1))
        await self.hit(number, "answer 1: subscribe_entities")

    async def test_a_living_subscription_gets_a_failed_result(self):
        client = await self.subscribed()
        number = await self.inject("fail_subscription", hits=1)
        await client.command("call_service", **ON)
        failed = await client.answer()
        self.assertEqual((failed["id"], failed["type"], failed["success"]), (1, "result", False))
        self.assertEqual((await client.answer())["id"], 2)
        await self.hit(number, ".*")

    async def test_an_event_for_nobody(self):
        client = await self.login()
        number = await self.inject("unknown_event")
        event = await client.answer()
        self.assertEqual(event["type"], "event")
        self.assertNotIn(event["id"], range(2))
        await self.hit(number, ".*")

    async def test_a_burst_of_changes(self):
        client = await self.subscribed()
        number = await self.inject("storm", count=2000)
        changes = [await client.answer() for _ in range(2000)]
        self.assertEqual({each["event"]["event_type"] for each in changes}, {"state_changed"})
        await client.command("ping")
        self.assertEqual((await client.answer())["type"], "pong")
        self.assertGreaterEqual((await self.history(number))["hits"], 1)


class FrameTest(FaultTest):
    async def test_arrays_of_one_and_of_thousands(self):
        client = await self.login()
        await client.command("supported_features", features={"coalesce_messages": 1})
        await client.answer()
        for size in (1, 4095):
            with self.subTest(size=size):
                number = await self.inject("batch", size=size, wait="10s")
                client.last_id += size
                for each in range(client.last_id - size + 1, client.last_id + 1):
                    await client.send({"id": each, "type": "ping"})
                self.assertEqual(await client.answer(), [
                    {"id": each, "type": "pong"}
                    for each in range(client.last_id - size + 1, client.last_id + 1)])
                await self.lift(number)
                self.assertEqual((await self.history(number))["hits"], 1)

    async def test_a_frame_of_many_megabytes(self):
        number = await self.inject("giant", bytes=6 << 20, hits=2, of="answers")
        client = await self.login()
        await client.command("ping")
        _, _, payload = await client.frame()
        self.assertGreaterEqual(len(payload), 6 << 20)
        self.assertEqual(json.loads(payload), {"id": 1, "type": "pong"})
        # A library with a limit of its own ends it.
        async with websockets.connect(self.mockha.url) as socket:
            await socket.recv()
            await socket.send(json.dumps({"type": "auth", "access_token": self.mockha.token}))
            await socket.recv()
            await socket.send(json.dumps({"id": 1, "type": "ping"}))
            with self.assertRaises(websockets.ConnectionClosedError) as closed:
                await asyncio.wait_for(socket.recv(), PATIENCE)
            self.assertEqual(closed.exception.sent.code, 1009)
        await self.hit(number, r"answer \d+: ping", r"answer \d+: ping")

    async def test_nothing_is_read_any_more(self):
        other = await self.login()
        number = await self.inject("stop_reading", connection="next")
        client = await self.connect()
        await client.upgrade()
        self.assertEqual((await client.answer())["type"], "auth_required")
        await client.send({"type": "auth", "access_token": self.mockha.token})
        await client.silent()
        await other.command("ping")
        self.assertEqual((await other.answer())["type"], "pong")
        self.assertEqual((await self.history(number))["hits"], 1)

    async def test_events_are_muted_and_answers_are_not(self):
        client = await self.login()
        await client.command("subscribe_events", event_type="state_changed")
        self.assertTrue((await client.answer())["success"])
        number = await self.inject("mute_events")
        await client.command("call_service", **ON)
        answer = await client.answer()
        self.assertEqual((answer["id"], answer["type"]), (2, "result"))
        await self.lift(number)
        await client.command("call_service", **OFF)
        self.assertEqual((await client.answer())["type"], "event")
        self.assertGreaterEqual((await self.history(number))["hits"], 1)

    async def test_a_subscription_succeeds_and_is_dead(self):
        number = await self.inject("dead_subscription", command="subscribe_events", hits=1)
        client = await self.login()
        for _ in range(2):
            await client.command("subscribe_events", event_type="state_changed")
            self.assertTrue((await client.answer())["success"])
        await client.command("call_service", **ON)
        got = [await client.answer() for _ in range(2)]
        self.assertEqual(sorted(each["id"] for each in got), [2, 3])  # Nothing for the first.
        self.assertEqual((await self.history(number))["hits"], 1)

    async def test_bytes_come_in_drops(self):
        number = await self.inject("trickle", bytes=5, gap="10ms", connection="next")
        client = await self.connect()
        await client.request()
        pieces = []
        while not b"".join(pieces).endswith(b"}"):
            pieces.append(await client.read(1000))
        # The network may join some; the server has written each alone.
        self.assertGreater(len(pieces), 3)
        self.assertIn(b"auth_required", b"".join(pieces))
        await self.hit(number, ".*")

    async def test_messages_come_in_fragments(self):
        client = await self.login()
        number = await self.inject("fragment", bytes=16)
        await client.command("get_config")
        message, frames = await client.message()
        self.assertTrue(message["success"])
        self.assertGreater(frames, 20)
        await self.lift(number)
        await client.command("get_config")
        _, frames = await client.message()
        self.assertEqual(frames, 1)
        await self.hit(number, ".*")


if __name__ == "__main__":
    unittest.main()
