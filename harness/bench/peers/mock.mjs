// A mock of Home Assistant as one is written in an hour, as a peer of 'hassle bench mockha'.
// usage: node mock.mjs, with npm's 'ws'.
import { WebSocketServer } from "ws";

const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
server.on("listening", () => process.stdout.write(`ready ${server.address().port}\n`));
server.on("connection", (socket) => {
  const send = (message) => socket.send(JSON.stringify(message));
  send({ type: "auth_required", ha_version: "2026.1.0" });
  socket.on("message", (data) => {
    const message = JSON.parse(data);
    if (message.type === "auth") send({ type: "auth_ok", ha_version: "2026.1.0" });
    else if (message.type === "ping") send({ id: message.id, type: "pong" });
    else
      send({ id: message.id, type: "result", success: true,
             result: { context: { id: "01H", parent_id: null, user_id: null }, response: null } });
  });
});
process.stdin.resume().on("end", () => process.exit(0));
