"""What a fault can be limited by, and when it can begin: connection, count, chance, time, trigger."""

import json
import os
import re
import unittest
from pathlib import Path

from misbehaviour import FaultTest

ON = {"domain": "light", "service": "turn_on", "target": {"entity_id": "light.desk"}}


class LimitTest(FaultTest):
    async def pings(self, client, count):
        """The ids of those that are answered; the last must be."""
        for _ in range(count):
            last = await client.command("ping")
        answered = []
        while last not in answered:
            answered.append((await client.answer())["id"])
        return answered

    async def test_the_third_subscribe_sets_it_off(self):
        client = await self.login()
        number = await self.inject("fail_command", command="ping", hits=1,
                                   after={"command": "subscribe_*", "count": 3})
        for expected in ("armed", "armed", "in_force"):
            await client.command("subscribe_events", event_type="nothing")
            await client.answer()
            self.assertEqual((await self.history(number))["stage"], expected)
        await client.command("ping")
        self.assertFalse((await client.answer())["success"])
        entry = await self.hit(number, "ping")
        self.assertEqual(entry["stage"], "ended")

    async def test_the_next_call_to_a_light_is_hit_and_no_other(self):
        client = await self.login()
        number = await self.inject("lose_answer", command="call_service light.*", hits=1)
        await client.command("call_service", domain="switch", service="turn_on",
                             target={"entity_id": "switch.fan"})
        self.assertTrue((await client.answer())["success"])
        await client.command("call_service", **ON)
        await client.command("call_service", **ON)
        self.assertEqual((await client.answer())["id"], 3)
        await self.hit(number, ".*light.turn_on light.desk")

    async def test_one_connection_of_many(self):
        number = await self.inject("ignore_pings", connection=[2, 4])
        clients = [await self.login() for _ in range(4)]
        for each in clients:
            await each.send(b"?", 9)
            await each.command("ping")
        first = [await each.frame() for each in clients]
        self.assertEqual([opcode for _, opcode, _ in first], [10, 1, 10, 1])
        entry = await self.history(number)
        self.assertEqual(entry["hits"], 2)
        self.assertEqual(len({each["connection"] for each in entry["touched"]}), 2)

    async def test_some_by_chance(self):
        client = await self.login()
        number = await self.inject("lose_answer", command="ping", chance=0.5)
        for _ in range(200):
            await client.command("ping")
        await client.command("get_config")
        answered = 0
        while (await client.answer())["type"] == "pong":
            answered += 1
        self.assertTrue(50 < answered < 150, answered)
        self.assertEqual((await self.history(number))["hits"], 200 - answered)

    async def test_for_a_while(self):
        client = await self.login()
        number = await self.inject("lose_answer", command="ping", **{"for": "200ms"})
        answered = []
        while not answered:
            await client.command("ping")
            await client.command("get_config")
            while (message := await client.answer())["type"] == "pong":
                answered.append(message["id"])
        entry = await self.history(number)
        self.assertEqual(entry["stage"], "ended")
        self.assertGreaterEqual(entry["ended"] - entry["began"], 0.2)

    async def test_one_after_the_other(self):
        await self.inject("lose_answer", name="first", command="ping", hits=1)
        number = await self.inject("duplicate", command="ping", hits=1,
                                   after={"fault": "first"})
        client = await self.login()
        for _ in range(3):
            await client.command("ping")
        self.assertEqual([(await client.answer())["id"] for _ in range(3)], [2, 2, 3])
        await self.hit(number, r"answer \d+: ping")

    async def test_what_is_asked_wrongly_is_explained_and_changes_nothing(self):
        for body, hint in (({"kind": "lose_anser"}, "lose_answer"),
                           ({"kind": "lose_answer", "hit": 1}, "hits"),
                           ({"kind": "lose_answer", "hits": 0}, "hits"),
                           ({"kind": "partition"}, "fault of the server")):
            with self.subTest(body=body):
                status, out, _ = await self.run_curl(
                    "--json", json.dumps(body), self.mockha.admin + "/faults")
                self.assertEqual(status, 0)
                self.assertIn(hint, out)
                self.assertIn('"error"', out)
        self.assertEqual(await self.curl("GET", "/faults"), [])

    async def test_every_line_of_the_readme_can_be_asked_for(self):
        readme = Path(os.environ["MOCKHA_README"]).read_text()
        examples = re.findall(r'^\| [^|]+ \| `(\{"kind":.*\})` \|$', readme, re.MULTILINE)
        self.assertGreater(len(examples), 40)
        for example in examples:
            with self.subTest(example=example):
                status, out, _ = await self.run_curl(
                    "--fail-with-body", "--json", example, self.mockha.admin + "/faults")
                self.assertEqual(status, 0, out)
                await self.curl("POST", "/reset")

    async def test_no_kind_of_fault_is_left_out_of_these_tests(self):
        kinds = {each["kind"] for each in await self.curl("GET", "/faults/kinds")}
        tried = set()
        for each in Path(__file__).parent.glob("faults_*_test.py"):
            tried |= set(re.findall(r'inject\(\s*"(\w+)"', each.read_text()))
        self.assertEqual(kinds - tried, set())
        self.assertEqual(tried - kinds, set())


if __name__ == "__main__":
    unittest.main()
