"""A mock of Home Assistant as one is written in an hour, as a peer of 'hassle bench mockha'.

usage: python3 mock_aiohttp.py, with Debian's python3-aiohttp."""
import asyncio
import sys

from aiohttp import WSMsgType, web


async def serve(request):
    socket = web.WebSocketResponse(compress=False)
    await socket.prepare(request)
    await socket.send_json({"type": "auth_required", "ha_version": "2026.1.0"})
    async for message in socket:
        if message.type != WSMsgType.TEXT:
            break
        asked = message.json()
        if asked["type"] == "auth":
            await socket.send_json({"type": "auth_ok", "ha_version": "2026.1.0"})
        elif asked["type"] == "ping":
            await socket.send_json({"id": asked["id"], "type": "pong"})
        else:
            context = {"id": "01H", "parent_id": None, "user_id": None}
            await socket.send_json({"id": asked["id"], "type": "result", "success": True,
                                    "result": {"context": context, "response": None}})
    return socket


async def main():
    app = web.Application()
    app.router.add_get("/api/websocket", serve)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print("ready", runner.addresses[0][1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
