// ws + node-redis + better-sqlite3: store a message, publish it, then send it to every socket of the room.
import { createServer } from "node:http";
import Database from "better-sqlite3";
import { createClient } from "redis";
import { WebSocketServer } from "ws";

const database = new Database(process.env.DATABASE);
database.pragma("journal_mode = WAL");
database.pragma("synchronous = FULL");
database.exec("CREATE TABLE IF NOT EXISTS message (id INTEGER PRIMARY KEY, room TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, at TEXT NOT NULL)");
const insert = database.prepare("INSERT INTO message (room, key, body, at) VALUES (?, ?, ?, ?)");

const publisher = await createClient({ url: process.env.REDIS_URL }).connect();
const subscriber = await publisher.duplicate().connect();
const rooms = new Map();

async function join(room, socket) {
  const members = rooms.get(room);
  if (members) {
    members.add(socket);
    return;
  }
  const first = new Set([socket]);
  rooms.set(room, first);
  await subscriber.subscribe(`room:${room}`, (text) => {
    for (const member of first) member.send(text);
  });
}

function leave(room, socket) {
  const members = rooms.get(room);
  members?.delete(socket);
  if (members?.size === 0) {
    rooms.delete(room);
    void subscriber.unsubscribe(`room:${room}`);
  }
}

const server = createServer();
const sockets = new WebSocketServer({ server });
sockets.on("connection", async (socket, request) => {
  const room = request.url.split("/")[2];
  socket.on("message", (data) => {
    const { key, body } = JSON.parse(data);
    const at = new Date().toISOString();
    const { lastInsertRowid: id } = insert.run(room, key, body, at);
    void publisher.publish(`room:${room}`, JSON.stringify({ id, room, key, body, at }));
  });
  socket.on("close", () => leave(room, socket));
  await join(room, socket);
  socket.send('{"ready":true}');
});
server.listen(Number(process.env.PORT), "127.0.0.1");
