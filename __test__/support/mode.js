'use strict';
// What the host is, for tests whose answer depends on it.
const onNodeHttp = process.env.RUST_HTTP_TEST_MODE === 'http';
const [major, minor] = process.versions.node.split('.').map(Number);

const hostHas = (wantedMajor, wantedMinor = 0) =>
  major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);

/** Why a test cannot run on Node's own http of this version; ours has the feature everywhere. */
const newerThanHost = (wantedMajor, wantedMinor = 0) =>
  onNodeHttp &&
  !hostHas(wantedMajor, wantedMinor) &&
  `Node's own http has this only from ${wantedMajor}.${wantedMinor} on`;

/** The chunks that pieces of one tick become: from Node 26 on they leave as one. */
const chunksOf = (...pieces) => (hostHas(26) ? [pieces.join('')] : pieces);

/** The same as they are sent. */
const sentChunks = (...pieces) =>
  chunksOf(...pieces)
    .map((text) => `${text.length.toString(16)}\r\n${text}\r\n`)
    .join('');

module.exports = { chunksOf, sentChunks, hostHas, newerThanHost, onNodeHttp };
