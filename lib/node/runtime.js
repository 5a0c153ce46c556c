'use strict';
// Which Node this is, what its process was told, and where it keeps what is private.
const {
  ArrayPrototypeFind,
  ArrayPrototypeJoin,
  NumberParseInt,
  ObjectGetOwnPropertySymbols,
  SymbolPrototypeGetDescription,
} = require('../base/primordials');

const major = NumberParseInt(process.versions.node, 10);

/** The flags of the process, on its command line or by NODE_OPTIONS, as one text. */
const flags = () => ArrayPrototypeJoin([...process.execArgv, process.env.NODE_OPTIONS ?? ''], ' ');

/** The symbol of this description on `object`. */
const symbolOf = (object, description) =>
  ArrayPrototypeFind(
    ObjectGetOwnPropertySymbols(object),
    (symbol) => SymbolPrototypeGetDescription(symbol) === description,
  );

module.exports = { flags, major, symbolOf };
