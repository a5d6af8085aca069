"""What clients send when they start: each message, in its order, gets an answer to live with.

The sequences are those that were observed of clients that others wrote. The official JavaScript
client and the Python libraries are not imitated here: they run for themselves.
"""

import unittest

from mockha import MockhaTest
from raw import RawClient

REGISTRIES = ("area", "device", "entity", "floor", "label")

# A flow editor's bridge: every one of these has to succeed, or it never gets ready.
BRIDGE = [
    ("supported_features", {"features": {"coalesce_messages": 1}}),
    ("auth/current_user", {}),
    *(("subscribe_events", {"event_type": each}) for each in (
        "nodered", "component_loaded", "core_config_updated", "state_changed")),
    ("get_config", {}),
    ("subscribe_entities", {}),
    ("subscribe_events", {"event_type": "service_registered"}),
    ("subscribe_events", {"event_type": "service_removed"}),
    ("get_services", {}),
    *((kind, fields) for each in REGISTRIES for kind, fields in (
        ("subscribe_events", {"event_type": f"{each}_registry_updated"}),
        (f"config/{each}_registry/list", {}))),
    ("subscribe_events", {"event_type": "tag_scanned"}),
    ("tag/list", {}),
    ("call_service", {"domain": "light", "service": "turn_on", "return_response": False,
                      "target": {"entity_id": ["light.desk"]}}),
    ("ping", {}),
]

# A TypeScript framework: it listens to everything and to seven kinds once more.
FRAMEWORK = [
    ("subscribe_events", {}),
    *(("subscribe_events", {"event_type": f"{each}_updated"}) for each in (
        *(f"{registry}_registry" for registry in REGISTRIES), "config_entry", "zone")),
    ("config/area_registry/list", {}),
    ("config_entries/get", {}),
    ("config/device_registry/list", {}),
    ("config/entity_registry/list", {}),
    ("config/floor_registry/list", {}),
    ("config/label_registry/list", {}),
    ("zone/list", {}),
    ("call_service", {"domain": "light", "service": "turn_on",
                      "service_data": {"entity_id": "light.desk"}}),
]

# A small client: targets in the data, never a response.
SMALL = [
    ("subscribe_events", {}),
    ("get_states", {}),
    ("get_services", {}),
    ("get_panels", {}),
    ("get_config", {}),
    ("call_service", {"domain": "light", "service": "turn_on", "return_response": False,
                      "service_data": {"entity_id": "light.desk"}}),
]

# The web frontend, as far as it asks before it shows something.
FRONTEND = [
    ("supported_features", {"features": {"coalesce_messages": 1}}),
    ("auth/current_user", {}),
    ("frontend/subscribe_user_data", {"key": "core"}),
    ("frontend/get_user_data", {"key": "language"}),
    ("frontend/get_themes", {}),
    ("frontend/get_translations", {"language": "en", "category": "title"}),
    ("frontend/get_icons", {"category": "entity"}),
    ("get_panels", {}),
    ("subscribe_events", {"event_type": "panels_updated"}),
    ("subscribe_events", {"event_type": "themes_updated"}),
    ("subscribe_entities", {}),
    ("config/entity_registry/list_for_display", {}),
    ("config/device_registry/list", {}),
    ("config/area_registry/list", {}),
    ("config/floor_registry/list", {}),
    ("get_config", {}),
    ("get_services", {}),
    ("lovelace/dashboards/list", {}),
    ("lovelace/config", {"url_path": None, "force": False}),
    ("subscribe_events", {"event_type": "lovelace_updated"}),
    ("manifest/list", {}),
    ("integration/setup_info", {}),
    ("entity/source", {}),
    ("ping", {}),
]


class StartUpTest(MockhaTest):
    async def play(self, sequence, refused=()):
        """The results by type of command; those in `refused` may fail."""
        mockha = await self.start()
        client = await (await RawClient.connect(mockha.url)).login(mockha.token)
        self.addAsyncCleanup(client.close)
        results = {}
        ready = []
        for kind, fields in sequence:
            number = await client.command(kind, **fields)
            while True:
                if not ready:
                    message = await client.answer()
                    ready = message if isinstance(message, list) else [message]
                message = ready.pop(0)
                if message["id"] == number and message["type"] != "event":
                    break
            if kind not in refused:
                self.assertTrue(message["type"] == "pong" or message["success"],
                                f"{kind}: {message}")
            results[kind] = message.get("result")
        return mockha, results

    async def test_a_bridge_to_a_flow_editor(self):
        _, results = await self.play(BRIDGE)
        self.assertTrue(results["auth/current_user"]["is_admin"])
        self.assertIsInstance(results["tag/list"], list)

    async def test_a_typescript_framework(self):
        _, results = await self.play(FRAMEWORK)
        self.assertIsInstance(results["zone/list"], list)  # The zone "home" is not in it.
        for kind in ("config_entries/get", "config/entity_registry/list",
                     "config/device_registry/list", "config/area_registry/list"):
            self.assertIsInstance(results[kind], list, kind)
            self.assertTrue(results[kind], kind)

    async def test_a_small_client(self):
        await self.play(SMALL)

    async def test_the_frontend(self):
        # A home without a dashboard of its own has no lovelace/config: it makes one up.
        _, results = await self.play(FRONTEND, refused=("lovelace/config",))
        self.assertIn("entities", results["config/entity_registry/list_for_display"])


if __name__ == "__main__":
    unittest.main()
