'use strict';
// Which Node this is, and what its process was told.

/** The major version of the host. */
const major = Number.parseInt(process.versions.node, 10);

/** The flags of the process, on its command line or by NODE_OPTIONS, as one text. */
const flags = () => [...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ');

module.exports = { flags, major };
