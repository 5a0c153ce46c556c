'use strict';
// One client: it carries out its plan on a connection of its own, and says what was wrong.
const { once } = require('node:events');
const net = require('node:net');
const tls = require('node:tls');
const { setTimeout: pause } = require('node:timers/promises');
const { Answers } = require('./answers');
const { render } = require('./plan');

const ECHO = 20_000;

class Client {
  /** Ends when the plan is carried out; throws when an answer is wrong or missing. */
  static async run(plan, { ports, patience, isSecure }) {
    const client = new Client(plan, ports[plan.port], isSecure);
    const deadline = setTimeout(() => client.settle(client.hangs(patience)), patience);
    try {
      await client.carryOut();
    } finally {
      clearTimeout(deadline);
      client.socket.destroy();
      client.raw.destroy();
    }
  }

  constructor(plan, port, isSecure) {
    this.plan = plan;
    this.answers = new Answers(plan.requests, plan.isOwned);
    this.received = 0;
    this.isOver = false;
    /** The client has ended the connection itself. */
    this.hasLeft = false;
    this.changed = null;
    this.settled = new Promise((resolve, reject) => {
      this.settle = (error) => (error ? reject(error) : resolve());
    });
    this.settled.catch(() => {});
    this.raw = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    this.raw.on('error', () => {});
    this.socket = isSecure
      ? tls.connect({ socket: this.raw, rejectUnauthorized: false, allowHalfOpen: true })
      : this.raw;
    /** What tells that the connection is there. */
    this.begins = isSecure ? 'secureConnect' : 'connect';
    this.listen();
  }

  listen() {
    const { socket } = this;
    const over = () => {
      this.isOver = true;
      this.change();
    };
    socket.on('data', (bytes) => this.onData(bytes));
    socket.on('end', over);
    socket.on('close', over);
    socket.on('error', () => {});
    if (this.plan.reading !== 'at once') socket.pause();
  }

  onData(bytes) {
    this.received += bytes.length;
    try {
      this.answers.add(bytes);
    } catch (error) {
      this.settle(error);
    }
    this.change();
  }

  change() {
    this.changed?.();
    this.changed = null;
  }

  /** Waits until `ready()` holds, or the connection is over. */
  async until(ready) {
    while (!ready() && !this.isOver)
      await new Promise((resolve) => {
        this.changed = resolve;
      });
  }

  async carryOut() {
    this.#act().then(() => this.settle(), this.settle);
    await this.settled;
  }

  async #act() {
    const { plan, socket } = this;
    await Promise.race([once(socket, this.begins).catch(() => {}), once(socket, 'close')]);
    const sent = this.#send();
    if (plan.ending === 'resets' || plan.ending === 'destroys') {
      await pause(plan.pause >> 2);
      this.#leave(plan.ending === 'resets');
      return;
    }
    if (plan.reading !== 'at once') await pause(plan.pause);
    if (plan.reading === 'never') {
      this.#leave(plan.index % 2 === 0);
      return;
    }
    socket.resume();
    await sent;
    await this.#end();
  }

  #leave(resets) {
    this.hasLeft = true;
    this.isOver = true;
    if (resets) this.raw.resetAndDestroy();
    else this.socket.destroy();
    this.change();
  }

  // ---- sending ----

  async #send() {
    const { plan } = this;
    const pieces = plan.requests.map(render);
    if (plan.sending === 'together') this.socket.write(Buffer.concat(pieces));
    else if (plan.sending === 'cut') await this.#sendCut(Buffer.concat(pieces));
    else await this.#sendInTurn(pieces);
    if (plan.ending === 'half-closes' && !plan.isOwned) this.socket.end();
  }

  async #sendCut(bytes) {
    const { random } = this.plan;
    const most = Math.max(40, bytes.length >> 4);
    for (let at = 0; at < bytes.length && !this.isOver; ) {
      const length = random.between(1, most);
      this.socket.write(bytes.subarray(at, at + length));
      at += length;
      if (random.chance(0.3)) await pause(1);
    }
  }

  async #sendInTurn(pieces) {
    for (let i = 0; i < pieces.length && !this.isOver; i++) {
      this.socket.write(pieces[i]);
      await this.until(() => this.answers.count > i);
    }
  }

  // ---- the end ----

  async #end() {
    const { answers, plan } = this;
    await this.until(() => answers.isComplete);
    if (!answers.isComplete && plan.mustAnswer) throw this.missing('the connection was closed');
    if (answers.isComplete && plan.isOwned) await this.#useOwner();
    else if (plan.last === 'sent' || plan.ending === 'half-closes') await this.until(() => false);
  }

  /** The new owner gets bytes and sends them back; then both end. */
  async #useOwner() {
    const { answers, plan, socket } = this;
    socket.write(answers.expectEcho(plan.index, ECHO));
    await this.until(() => answers.hasEchoed);
    if (!answers.hasEchoed && plan.mustAnswer)
      throw this.missing('the owner closed the connection');
    socket.end();
    await this.until(() => false);
  }

  missing(what) {
    const { count, requests } = this.answers;
    return new Error(
      `${what} behind ${count} of ${requests.length} answers and ${this.received} bytes`,
    );
  }

  hangs(patience) {
    return this.missing(`nothing more came for ${patience} ms`);
  }
}

module.exports = { Client };
