// A small PLC on node-opcua: values of every data type that a plant reads, renumbered at will. Loopback only.
// Whoever has no name is let in, `operator` with a password, and whoever's certificate lies in FOLDER/users.
// node server.js PORT FIRST_ID FOLDER; then JSON lines on standard input set values: {"State": 6}
"use strict";
const readline = require("node:readline");
const { OPCUACertificateManager } = require("node-opcua-certificate-manager");
const { MessageSecurityMode, SecurityPolicy } = require("node-opcua-secure-channel");
const { OPCUAServer } = require("node-opcua-server");
const { Variant, DataType, VariantArrayType } = require("node-opcua-variant");
const { StatusCodes } = require("node-opcua-status-code");

const [port, firstId, folder] = [Number(process.argv[2]), Number(process.argv[3]), process.argv[4]];
const URI = "urn:peer:plc";

// name: [data type, value at the start]
const values = {
  State: ["Int32", 6],
  Mode: ["Int32", 1],
  Total: ["UInt32", 100],
  Bool: ["Boolean", true],
  SByte: ["SByte", -128],
  Byte: ["Byte", 255],
  Int16: ["Int16", -32768],
  UInt16: ["UInt16", 65535],
  Int32: ["Int32", -2147483648],
  UInt32: ["UInt32", 4294967295],
  Int64: ["Int64", [0x80000000, 0]],
  UInt64: ["UInt64", [0xffffffff, 0xffffffff]],
  Float: ["Float", 0.1],
  Double: ["Double", 1e308],
  NaN: ["Double", Number.NaN],
  Infinite: ["Double", Number.POSITIVE_INFINITY],
  String: ["String", "žluťoučký kůň"],
  Empty: ["String", ""],
  Bytes: ["ByteString", Buffer.from("00ff10", "hex")],
  Moment: ["DateTime", new Date("2026-03-29T01:30:00Z")],
  Ints: ["Int32", [1, -2, 2147483647]],
  Words: ["String", ["a", "ž"]],
  Flags: ["Boolean", [true, false]],
};
const listed = new Set(["Ints", "Words", "Flags"]);
const held = Object.fromEntries(Object.entries(values).map(([name, [, value]]) => [name, value]));

async function main() {
  const server = new OPCUAServer({
    host: "127.0.0.1",
    hostname: "127.0.0.1",
    port,
    resourcePath: "/plc",
    serverCertificateManager: new OPCUACertificateManager({ automaticallyAcceptUnknownCertificate: true, rootFolder: folder }),
    userCertificateManager: new OPCUACertificateManager({ automaticallyAcceptUnknownCertificate: false, rootFolder: `${folder}/users` }),
    userManager: { isValidUser: (name, password) => name === "operator" && password === "s3cret" },
    securityPolicies: [SecurityPolicy.None, SecurityPolicy.Basic256Sha256, SecurityPolicy.Aes256_Sha256_RsaPss],
    securityModes: [MessageSecurityMode.None, MessageSecurityMode.Sign, MessageSecurityMode.SignAndEncrypt],
  });
  await server.initialize();
  const space = server.engine.addressSpace;
  if (firstId > 1) space.registerNamespace("urn:peer:somebody-else"); // the index moves too
  const plc = space.registerNamespace(URI);
  const machine = plc.addObject({ organizedBy: space.rootFolder.objects, browseName: "Machine", nodeId: `i=${firstId}` });
  const names = Object.keys(values);
  if (firstId > 1) names.reverse(); // the same names, other numbers
  names.forEach((name, at) => {
    const [type] = values[name];
    plc.addVariable({
      componentOf: machine,
      browseName: name,
      nodeId: `i=${firstId + 1 + at}`,
      dataType: type,
      valueRank: listed.has(name) ? 1 : -1,
      minimumSamplingInterval: 20,
      value: {
        get: () => new Variant({ dataType: DataType[type], arrayType: listed.has(name) ? VariantArrayType.Array : VariantArrayType.Scalar, value: held[name] }),
        set: (given) => { held[name] = given.value; return StatusCodes.Good; },
      },
    });
  });
  await server.start();
  process.stdout.write(JSON.stringify({ ready: true, endpoint: `opc.tcp://127.0.0.1:${port}/plc` }) + "\n");
  readline.createInterface({ input: process.stdin }).on("line", (line) => Object.assign(held, JSON.parse(line)));
  process.stdin.on("close", () => process.exit(0)); // the test is gone
}

main().catch((error) => { process.stderr.write(`${error.stack}\n`); process.exit(1); });
