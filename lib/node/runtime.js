'use strict';
// Which Node this is, and what its process was told.
const { ArrayPrototypeJoin, NumberParseInt } = require('../base/primordials');

/** The major version of the host. */
const major = NumberParseInt(process.versions.node, 10);

/** The flags of the process, on its command line or by NODE_OPTIONS, as one text. */
const flags = () => ArrayPrototypeJoin([...process.execArgv, process.env.NODE_OPTIONS ?? ''], ' ');

module.exports = { flags, major };
