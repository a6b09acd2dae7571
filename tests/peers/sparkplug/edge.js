// An edge node that we did not write (Cirrus Link's sparkplug-client): born with every type, told values on stdin.
"use strict";

const readline = require("node:readline");
const SparkplugClient = require("sparkplug-client");

const [port] = process.argv.slice(2);
const device = {
  Int8: ["Int8", -2], Int16: ["Int16", -300], Int32: ["Int32", -70000], UInt8: ["UInt8", 255],
  UInt16: ["UInt16", 65535], UInt32: ["UInt32", 4294967295], Int64: ["Int64", 5000000000], UInt64: ["UInt64", 5000000000],
  Float: ["Float", 0.5], Double: ["Double", 1e300], Boolean: ["Boolean", true], String: ["String", "žluť"],
  Text: ["Text", ""], UUID: ["UUID", "6f2d"], DateTime: ["DateTime", 1700000000000], Total: ["UInt32", 100],
  Bytes: ["Bytes", new Uint8Array([1, 255])],
  Set: ["DataSet", { numOfColumns: 2, types: ["Int32", "String"], columns: ["a", "b"], rows: [[1, "x"]] }],
};

const metric = ([name, [type, value]]) => ({ name, type, value });
const client = SparkplugClient.newClient({
  serverUrl: `mqtt://127.0.0.1:${port}`, username: "", password: "", groupId: "peer", edgeNode: "edge", clientId: "edge",
  version: "spBv1.0", publishDeath: true, keepalive: 2, mqttOptions: { reconnectPeriod: 300 },
});

const born = () => {
  const now = Date.now();
  const rebirth = { name: "Node Control/Rebirth", type: "Boolean", value: false };
  client.publishNodeBirth({ timestamp: now, metrics: [rebirth, { name: "Load", type: "Double", value: 0.25 }] });
  client.publishDeviceBirth("press", { timestamp: now, metrics: Object.entries(device).map(metric) });
};

client.on("birth", () => {
  born();
  process.stdout.write('{"born":true}\n');
});
client.on("ncmd", (payload) => {
  if ((payload.metrics || []).some((one) => one.name === "Node Control/Rebirth" && one.value)) born();
});
client.on("dcmd", (name, payload) => {
  for (const one of payload.metrics) device[one.name][1] = one.value;
  client.publishDeviceData(name, { timestamp: Date.now(), metrics: payload.metrics });
});

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const told = JSON.parse(line);
  for (const [name, value] of Object.entries(told)) device[name][1] = value;
  const metrics = Object.keys(told).map((name) => metric([name, device[name]]));
  client.publishDeviceData("press", { timestamp: Date.now(), metrics });
});
