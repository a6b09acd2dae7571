// Stands in for the server while its screens are drawn: the HTTP contract and the live socket over an invented plant. Never shipped.
import { createServer } from "node:http";
import { readFileSync, existsSync, statSync } from "node:fs";
import { join, extname, normalize } from "node:path";
import { WebSocketServer } from "ws";
import { answer } from "./mock/answers.mjs";
import { attach } from "./mock/live.mjs";

const PORT = Number(process.env.PORT ?? 8470);
const STATIC = new URL("../../src/dovetail/web/_static/", import.meta.url).pathname;
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2", ".json": "application/json", ".webmanifest": "application/manifest+json" };
// The policy the real server sends: what the screens need must work under it.
const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

function sendFile(response, path) {
  const file = normalize(join(STATIC, path));
  const found = file.startsWith(STATIC) && existsSync(file) && statSync(file).isFile() ? file : join(STATIC, "index.html");
  response.writeHead(200, { "content-type": TYPES[extname(found)] ?? "application/octet-stream", "content-security-policy": CSP });
  response.end(readFileSync(found));
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url, "http://mock");
  if (!url.pathname.startsWith("/api/v1/")) return sendFile(response, url.pathname);
  let body = "";
  for await (const chunk of request) body += chunk;
  const given = await answer({ method: request.method, path: url.pathname.slice(7), query: url.searchParams, body: body ? JSON.parse(body) : null, cookie: request.headers.cookie ?? "" });
  response.writeHead(given.status, { "content-type": given.status >= 400 ? "application/problem+json" : "application/json", ...given.headers });
  response.end(given.body === undefined ? "" : JSON.stringify(given.body));
});
const sockets = new WebSocketServer({ noServer: true });
server.on("upgrade", (request, socket, head) => {
  if (request.url !== "/api/v1/live") return socket.destroy();
  sockets.handleUpgrade(request, socket, head, attach);
});
server.listen(PORT, "127.0.0.1", () => process.stdout.write(`mock on http://127.0.0.1:${PORT}/ (any login, password "dovetail")\n`));
