/* Node-RED without its editor and without a port, with one flow that reads a Modbus device.
 *
 * node serve.js <job>: the job is JSON of {port, starts, block, interval_ms}. With an interval each block has a
 * `modbus-read` of its own; without one (0) a `modbus-flex-getter` is asked for the next block as soon as the one before
 * is here. Each line on standard input is answered with {reads, registers, cpu_us, rss_mb} so far.
 */
"use strict";
const fs = require("node:fs");
const http = require("node:http");
const os = require("node:os");
const path = require("node:path");
const readline = require("node:readline");
const RED = require("node-red");
const { tally } = require("./nodes/tally.js");

const job = JSON.parse(process.argv[2]);
const home = fs.mkdtempSync(path.join(os.tmpdir(), "dovetail-nodered-"));

const client = {
  id: "c1", type: "modbus-client", clienttype: "tcp", tcpHost: "127.0.0.1", tcpPort: job.port, tcpType: "DEFAULT",
  unit_id: 1, bufferCommands: true, commandDelay: 1, clientTimeout: 1000, reconnectOnTimeout: true,
  reconnectTimeout: 2000, parallelUnitIdsAllowed: true,
};
const flow = { id: "f1", type: "tab", label: "bench" };
const count = { id: "n1", type: "tally", z: "f1", x: 1, y: 1, asks: !job.interval_ms, wires: [job.interval_ms ? [] : ["n2"]] };
const ask = {
  id: "n2", type: "modbus-flex-getter", z: "f1", x: 1, y: 1, server: "c1", showErrors: true, wires: [["n1"], []],
};
const reads = job.starts.map((start, at) => ({
  id: `r${at}`, type: "modbus-read", z: "f1", x: 1, y: 1, server: "c1", unitid: 1, dataType: "HoldingRegister", adr: start,
  quantity: job.block, rate: job.interval_ms, rateUnit: "ms", showErrors: true, wires: [["n1"], []],
}));
const flows = [flow, client, count, ...(job.interval_ms ? reads : [ask])];
fs.writeFileSync(path.join(home, "flows.json"), JSON.stringify(flows));

RED.init(http.createServer(), {
  httpAdminRoot: false, httpNodeRoot: false, userDir: home, flowFile: "flows.json", nodesDir: path.join(__dirname, "nodes"),
  credentialSecret: false, telemetry: { enabled: false }, logging: { console: { level: "error" } }, bench: job,
});
RED.start().then(() => {
  readline.createInterface({ input: process.stdin }).on("line", () => {
    const { user, system } = process.cpuUsage();
    console.log(JSON.stringify({ ...tally, cpu_us: user + system, rss_mb: process.memoryUsage().rss / 1e6 }));
  }).on("close", () => {
    fs.rmSync(home, { recursive: true, force: true });
    process.exit(0);
  });
  console.log(JSON.stringify({ started: true }));
});
