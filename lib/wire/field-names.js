'use strict';
// Lower-case forms of field names. They are found, not made: the same string each time makes the
// look-ups by it fast. Common names are known from the start, others are learned from traffic.
const { ObjectCreate, ObjectKeys, SafeMap } = require('../base/primordials');
const { later } = require('../base/later');

const layout = later(() => require('./layout'));

/** How many names are learned before those that were not seen again are forgotten. */
const GENERATION = 512;
/** Longer names are not worth their memory. */
const LONGEST = 64;

const common = new SafeMap();

/** Fills the table when it is first looked into. */
function fillCommon() {
  for (const name of layout().COMMON_NAMES) {
    const lower = name.toLowerCase();
    common.set(name, lower);
    common.set(lower, lower);
  }
}

/** Learned names: those seen since the last generation began, and those seen in that before it. */
let recent = new SafeMap();
let former = new SafeMap();

/** `name` in lower case. */
const lowerCase = (name) => common.get(name) ?? recent.get(name) ?? learn(name);

/** Peers may send any number of names: only two generations of them are kept. */
function learn(name) {
  if (common.size === 0) {
    fillCommon();
    return lowerCase(name);
  }
  if (name.length > LONGEST) return name.toLowerCase();
  if (recent.size === GENERATION) {
    former = recent;
    recent = new SafeMap();
  }
  const lower = former.get(name) ?? internalized(name.toLowerCase());
  recent.set(internalized(name), lower);
  return lower;
}

/** The engine's own copy of a text, which is found fast, and keeps no longer text alive. */
const internalized = (text) => ObjectKeys({ [text]: 0 })[0];

/** An object that inherits nothing, of the kind that the engine keeps fast. */
function Fields() {}
Fields.prototype = ObjectCreate(null);

module.exports = { Fields, lowerCase };
