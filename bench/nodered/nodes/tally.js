/* Counts what the Modbus nodes bring, and where it is wired back to them, asks for the next registers at once. */
"use strict";
const tally = { reads: 0, registers: 0 };
module.exports = function (RED) {
  RED.nodes.registerType("tally", function (config) {
    RED.nodes.createNode(this, config);
    const { starts, block } = RED.settings.bench;
    let next = 0;
    const ask = () => {
      next = (next + 1) % starts.length;
      this.send({ payload: { fc: 3, unitid: 1, address: starts[next], quantity: block } });
    };
    this.on("input", (msg) => {
      tally.reads += 1;
      tally.registers += msg.payload.length;
      if (config.asks) ask();
    });
    let seen = -1;
    const again = setInterval(() => {
      // nothing came since the last look: the client is not connected yet, or a question was lost
      if (config.asks && tally.reads === seen) ask();
      seen = tally.reads;
    }, 1000);
    this.on("close", () => clearInterval(again));
  });
};
module.exports.tally = tally;
