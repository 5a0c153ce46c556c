'use strict';
// Messages whose prototype may be exchanged at no cost. Express does that to each request and
// response. V8 before 13 then makes a new hidden class for each property that is added afterwards,
// for each object: no cache of property places hits again, and a request costs five times as much. Only
// ordinary objects are treated so. Messages that are going to be re-parented are therefore made as
// objects of another kind, which differ from ordinary ones in nothing visible: no tag, no inspection
// and no method tells them apart.

const { NumberParseInt, ObjectSetPrototypeOf, ReflectApply } = require('../base/primordials');
const { Registry } = require('../node/builtins');

/** This V8 has that weakness. */
const isConcerned = NumberParseInt(process.versions.v8, 10) < 13;
const noop = () => {};
const never = false;

class Roomy extends Registry {
  constructor() {
    super(noop);
    // V8 counts these, and leaves room for as many properties within the object.
    if (never) {
      this.a = this.b = this.c = this.d = this.e = this.f = this.g = this.h = this.i = 0;
      this.j = this.k = this.l = this.m = this.n = this.o = this.p = this.q = this.r = 0;
      this.s = this.t = this.u = this.v = this.w = this.x = this.y = this.z = 0;
    }
  }
}

/** `isUsual`: a handler has exchanged the prototype of a message, so that they are better made by `make`. */
const reparenting = { isConcerned, isUsual: false };

/** What `new Message(...)` would make, for a constructor that can be called. */
function make(Message, ...values) {
  const message = ObjectSetPrototypeOf(new Roomy(), Message.prototype);
  ReflectApply(Message, message, values);
  return message;
}

module.exports = { make, reparenting };
