// socket.io + its Redis adapter + better-sqlite3.
import { createServer } from "node:http";
import { createAdapter } from "@socket.io/redis-adapter";
import Database from "better-sqlite3";
import { createClient } from "redis";
import { Server } from "socket.io";

const database = new Database(process.env.DATABASE);
database.pragma("journal_mode = WAL");
database.pragma("synchronous = FULL");
database.exec("CREATE TABLE IF NOT EXISTS message (id INTEGER PRIMARY KEY, room TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, at TEXT NOT NULL)");
const insert = database.prepare("INSERT INTO message (room, key, body, at) VALUES (?, ?, ?, ?)");

const publisher = await createClient({ url: process.env.REDIS_URL }).connect();
const subscriber = await publisher.duplicate().connect();

const server = createServer();
const io = new Server(server, { adapter: createAdapter(publisher, subscriber), transports: ["websocket"] });
io.on("connection", (socket) => {
  socket.on("join", async (room, joined) => {
    await socket.join(room);
    socket.data.room = room;
    joined();
  });
  socket.on("message", ({ key, body }) => {
    const { room } = socket.data;
    const at = new Date().toISOString();
    const { lastInsertRowid: id } = insert.run(room, key, body, at);
    io.to(room).emit("message", { id, room, key, body, at });
  });
});
server.listen(Number(process.env.PORT), "127.0.0.1");
