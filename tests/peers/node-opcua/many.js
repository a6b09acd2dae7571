// Many values on node-opcua that all change together, for the benchmark of subscriptions. Loopback only, no security.
// node many.js PORT FOLDER TAGS PERIOD_MS; the tags are t0, t1 … as string ids of urn:dovetail:bench
"use strict";
const { OPCUACertificateManager } = require("node-opcua-certificate-manager");
const { MessageSecurityMode, SecurityPolicy } = require("node-opcua-secure-channel");
const { OPCUAServer } = require("node-opcua-server");
const { DataType } = require("node-opcua-variant");

const [port, folder, tags, periodMs] = [Number(process.argv[2]), process.argv[3], Number(process.argv[4]), Number(process.argv[5])];

async function main() {
  const server = new OPCUAServer({
    host: "127.0.0.1",
    hostname: "127.0.0.1",
    port,
    serverCertificateManager: new OPCUACertificateManager({ automaticallyAcceptUnknownCertificate: true, rootFolder: folder }),
    securityPolicies: [SecurityPolicy.None],
    securityModes: [MessageSecurityMode.None],
    serverCapabilities: { maxMonitoredItems: 2 * tags, maxMonitoredItemsPerSubscription: 2 * tags },
  });
  await server.initialize();
  const space = server.engine.addressSpace;
  const plc = space.registerNamespace("urn:dovetail:bench");
  const bench = plc.addFolder(space.rootFolder.objects, { browseName: "bench", nodeId: "s=bench" });
  const nodes = Array.from({ length: tags }, (_, n) =>
    plc.addVariable({
      componentOf: bench,
      browseName: `t${n}`,
      nodeId: `s=t${n}`,
      dataType: "Double",
      minimumSamplingInterval: periodMs,
      value: { dataType: DataType.Double, value: 0 },
    }),
  );
  await server.start();
  process.stdout.write(JSON.stringify({ port }) + "\n");
  let value = 0;
  setInterval(() => {
    value += 1;
    for (const node of nodes) node.setValueFromSource({ dataType: DataType.Double, value });
  }, periodMs);
}

main().catch((error) => { process.stderr.write(`${error.stack}\n`); process.exit(1); });
