"""Faults of the home and of the server as a whole: entities, restarts, versions, clocks."""

import datetime
import unittest

from misbehaviour import NORMAL_CLOSE, FaultTest
from raw import CLOSE

ON = {"domain": "light", "service": "turn_on", "target": {"entity_id": "light.desk"}}


class HomeTest(FaultTest):
    async def states(self, client):
        await client.command("get_states")
        return {each["entity_id"]: each for each in (await client.answer())["result"]}

    async def watching(self):
        client = await self.login()
        await client.command("subscribe_entities")
        await client.answer()
        return client, (await client.answer())["event"]["a"]

    async def test_an_entity_is_removed(self):
        client, _ = await self.watching()
        number = await self.inject("remove_entity", entity="light.desk")
        self.assertEqual((await client.answer())["event"], {"r": ["light.desk"]})
        self.assertNotIn("light.desk", await self.states(client))
        await self.hit(number, ".*light.desk.*")

    async def test_an_entity_is_renamed(self):
        client, before = await self.watching()
        number = await self.inject("rename_entity", entity="light.desk", to="light.table")
        events = [(await client.answer())["event"] for _ in range(2)]
        self.assertIn({"r": ["light.desk"]}, events)
        added, = (each["a"] for each in events if "a" in each)
        self.assertEqual(added["light.table"]["a"], before["light.desk"]["a"])
        await self.hit(number, ".*light.(desk|table).*")

    async def test_a_wave_of_unavailable_entities_and_their_recovery(self):
        client, before = await self.watching()
        lights = sorted(each for each in before if each.startswith("light."))
        number = await self.inject("unavailable", entity="light.*")
        gone = {}
        while len(gone) < len(lights):
            gone |= (await client.answer())["event"]["c"]
        self.assertEqual(sorted(gone), lights)
        for change in gone.values():
            self.assertEqual(change["+"]["s"], "unavailable")
        # A call reaches nobody and succeeds.
        await client.command("call_service", **ON)
        self.assertTrue((await client.answer())["success"])
        self.assertEqual((await self.states(client))["light.desk"]["state"], "unavailable")
        await self.lift(number)
        back = {}
        while len(back) < len(lights):
            back |= (await client.answer())["event"]["c"]
        for entity, change in back.items():
            self.assertEqual(change["+"]["s"], before[entity]["s"])
        now = await self.states(client)
        self.assertEqual({each: now[each]["attributes"] for each in lights},
                         {each: before[each]["a"] for each in lights})
        self.assertGreaterEqual((await self.history(number))["hits"], 1)

    async def test_it_is_up_but_nothing_is_loaded(self):
        number = await self.inject("restart", stopping="0s", refused="0s", not_running="1h")
        client = await self.returned()
        await client.command("get_config")
        self.assertEqual((await client.answer())["result"]["state"], "NOT_RUNNING")
        self.assertEqual(await self.states(client), {})
        await client.command("call_service", **ON)
        self.assertEqual((await client.answer())["error"]["code"], "not_found")
        await client.command("zone/list")
        self.assertEqual((await client.answer())["error"]["code"], "unknown_command")
        await self.lift(number)
        self.assertEqual(len(await self.states(client)), 44)

    async def test_a_restart_loses_the_answer_that_asked_for_it(self):
        client = await self.login()
        number = await self.inject(
            "restart", stopping="50ms", refused="50ms", not_running="0s", starting="0s",
            after={"command": "homeassistant.restart"})
        self.assertEqual((await self.history(number))["stage"], "armed")
        await client.command("call_service", domain="homeassistant", service="restart")
        self.assertEqual(await client.frame(), (True, CLOSE, NORMAL_CLOSE))
        while len(await self.states(await self.returned())) != 44:
            pass
        self.assertEqual((await self.history(number))["stage"], "ended")

    async def test_the_version_changes_across_a_reconnect(self):
        number = await self.inject("version", to="2026.7.1")
        client = await self.connect()
        await client.upgrade()
        self.assertEqual(await client.answer(),
                         {"type": "auth_required", "ha_version": "2026.7.1"})
        await client.send({"type": "auth", "access_token": self.mockha.token})
        self.assertEqual(await client.answer(), {"type": "auth_ok", "ha_version": "2026.7.1"})
        await client.command("get_config")
        self.assertEqual((await client.answer())["result"]["version"], "2026.7.1")
        entry = await self.history(number)
        self.assertEqual(entry["stage"], "ended")

    async def test_the_clock_jumps(self):
        client = await self.login()
        before = (await self.states(client))["light.desk"]["last_changed"]
        number = await self.inject("clock_jump", by="5h")
        await client.command("call_service", **ON)
        await client.answer()
        after = (await self.states(client))["light.desk"]["last_changed"]
        parse = datetime.datetime.fromisoformat
        self.assertGreater(parse(after) - parse(before), datetime.timedelta(hours=4, minutes=59))
        await self.lift(number)
        number = await self.inject("clock_jump", by="5h", back=True)
        await client.command("call_service", **{**ON, "service": "turn_off"})
        await client.answer()
        after = (await self.states(client))["light.desk"]["last_changed"]
        self.assertLess(parse(after), parse(before))

    async def test_recovery_mode(self):
        client = await self.login()
        number = await self.inject("recovery_mode")
        self.assertEqual((await client.frame())[1], CLOSE)
        client = await self.returned()
        await client.command("get_config")
        self.assertTrue((await client.answer())["result"]["recovery_mode"])
        self.assertNotIn("light.desk", await self.states(client))
        await self.lift(number)
        self.assertEqual((await client.frame())[1], CLOSE)
        self.assertIn("light.desk", await self.states(await self.returned()))

    async def returned(self):
        """A login as soon as there is somebody."""
        while True:
            try:
                return await self.login()
            except (ConnectionError, EOFError):
                pass


if __name__ == "__main__":
    unittest.main()
