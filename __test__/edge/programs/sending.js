'use strict';
// Sockets of http go to other processes, and to other owners in this one: one way a run. Tells what
// came of it as JSON.
const ways = { ...require('./sending-processes'), ...require('./sending-owners') };

async function main(name) {
  const outcome = await ways[name]();
  process.stdout.write(JSON.stringify(outcome), () => process.exit());
}

if (require.main === module) main(process.argv[2]);
else module.exports = Object.keys(ways);
