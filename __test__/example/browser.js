/** Just enough of the DevTools protocol to drive an installed Chromium headless, over its pipe. */
'use strict';

const { spawn, spawnSync } = require('node:child_process');
const { existsSync, mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');

const flags = [
  '--headless',
  // Chromium refuses its sandbox to root, as whom containers run; the pages are our own.
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--hide-scrollbars',
  '--remote-debugging-pipe',
];

/** The path of an installed Chromium or Chrome, or undefined. */
exports.findBrowser = function findBrowser() {
  const chosen = process.env.CHROME_PATH;
  if (chosen) return existsSync(chosen) ? chosen : undefined;
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  return names.find((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0);
};

/** Opens a page: { evaluate, until, errors, screenshot, close }. */
exports.openPage = async function openPage(executable, url, { width, height }) {
  const profile = mkdtempSync(path.join(tmpdir(), 'rust-http-chromium-'));
  const child = spawn(executable, [...flags, `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise((resolve) => child.on('close', resolve));
  const send = connect(child);
  const errors = [];
  send.listeners.push(({ method, params }) => {
    const error = errorIn(method, params);
    if (error !== undefined) errors.push(error);
  });

  const { targetId } = await send('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
  const call = (method, params) => send(method, params, sessionId);
  for (const domain of ['Runtime', 'Log', 'Page']) await call(`${domain}.enable`);
  const screen = { width, height, deviceScaleFactor: 1, mobile: false };
  await call('Emulation.setDeviceMetricsOverride', screen);
  await call('Page.navigate', { url });

  async function evaluate(expression) {
    const options = { expression, returnByValue: true, awaitPromise: true };
    const { result, exceptionDetails } = await call('Runtime.evaluate', options);
    if (exceptionDetails) throw new Error(describe(exceptionDetails));
    return result.value;
  }

  return {
    evaluate,
    errors,
    /** The expression's value as soon as it is truthy. */
    async until(expression, patience = 60_000) {
      const deadline = Date.now() + patience;
      for (;;) {
        // While the page loads there may be nothing to ask yet.
        const value = await evaluate(expression).catch(() => undefined);
        if (value) return value;
        if (Date.now() > deadline) throw new Error(`the page never came to ${expression}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    /** The whole page as PNG, also what is below the window's edge. */
    async screenshot() {
      const clip = {
        x: 0,
        y: 0,
        width,
        height: await evaluate('document.body.offsetHeight'),
        scale: 1,
      };
      const options = { format: 'png', captureBeyondViewport: true, clip };
      const { data } = await call('Page.captureScreenshot', options);
      return Buffer.from(data, 'base64');
    },
    async close() {
      send('Browser.close').catch(() => {});
      const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
      await ended;
      clearTimeout(timer);
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
};

/** Messages end in a zero byte; answers carry the number of their question, events a method. */
function connect(child) {
  const [, , , input, output] = child.stdio;
  const waiting = new Map();
  const listeners = [];
  let lastId = 0;
  let held = '';

  output.setEncoding('utf8').on('data', (text) => {
    const messages = (held + text).split('\0');
    held = messages.pop();
    for (const message of messages.map((json) => JSON.parse(json))) {
      if (message.id === undefined) {
        for (const listener of listeners) listener(message);
        continue;
      }
      const { resolve, reject } = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.error) reject(new Error(message.error.message));
      else resolve(message.result);
    }
  });
  input.on('error', () => {});
  child.on('error', () => {});
  child.on('close', () => {
    for (const { reject } of waiting.values()) reject(new Error('the browser ended'));
  });

  function send(method, params = {}, sessionId = undefined) {
    const id = ++lastId;
    input.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
  }
  return Object.assign(send, { listeners });
}

function errorIn(method, params) {
  if (method === 'Runtime.exceptionThrown') return describe(params.exceptionDetails);
  if (method === 'Log.entryAdded' && params.entry.level === 'error') {
    return `${params.entry.text} ${params.entry.url ?? ''}`;
  }
  if (method === 'Runtime.consoleAPICalled' && params.type === 'error') {
    return params.args.map((arg) => arg.value ?? arg.description).join(' ');
  }
  return undefined;
}

function describe({ exception, text }) {
  return exception?.description ?? text;
}
