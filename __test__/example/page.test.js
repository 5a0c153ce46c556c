/** The page of `npm start` in a real browser, and the server's clean end; see also server.test.js. */
// @timeout 300
'use strict';

const assert = require('node:assert');
const { writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const { findBrowser, openPage } = require('./browser');
const { launch, noSignals } = require('./launch');

const executable = findBrowser();
const skip = executable ? false : 'no Chromium on the PATH or in CHROME_PATH';

test('a browser shows the page and everything on it works', { skip }, async (t) => {
  const example = await launch('server.js');
  t.after(() => example.stop('SIGKILL'));
  // By name, because a browser offers checksums to pages of localhost but asks for a real host name.
  const url = example.url.replace('127.0.0.1', 'localhost');
  const page = await openPage(executable, url, { width: 1080, height: 1180 });
  t.after(() => page.close());

  await t.test('the headers of its own request', async () => {
    await page.until("document.readyState === 'complete'");
    const rows = await page.evaluate(
      "Object.fromEntries([...document.querySelectorAll('#headers tr')].map((row) => [row.cells[0].textContent, row.cells[1].textContent]))",
    );
    assert.strictEqual(rows.Host, new URL(url).host);
    assert.strictEqual(rows['User-Agent'], await page.evaluate('navigator.userAgent'));
    assert.match(await page.evaluate("$('request-line').textContent"), /^GET \/ HTTP\/1\.1$/);
  });

  await t.test('the counter counts', async () => {
    const first = await page.until("Number($('count').textContent)");
    await page.until(`Number($('count').textContent) >= ${first + 2}`);
  });

  await t.test('the upload reaches 100 % on both sides', async () => {
    await page.evaluate("$('send-made').click()");
    const report = await page.until(
      "$('report').textContent.includes('checksum') && $('report').textContent",
      100_000,
    );
    assert.match(report, /^Server: 16,777,216 bytes in \d+ ms .*, checksum matches$/);
    assert.strictEqual(await page.evaluate("$('sent').textContent"), '100 %');
    assert.strictEqual(await page.evaluate("$('received').textContent"), '100 %');
  });

  await t.test('the socket echoes, short and long', async () => {
    const say = (text) => page.evaluate(`$('echo-text').value = ${text}, $('echo-send').click()`);
    await page.until("!$('echo-send').disabled");
    await say("'Grüße aus dem Browser'");
    await page.until("$('log').firstChild?.textContent.includes('Grüße aus dem Browser')");
    await say("'x'.repeat(70_000)");
    await page.until("$('log').firstChild.firstChild.textContent === 'x'.repeat(70_000)");
    // Not on the picture.
    await page.evaluate(
      "$('log').firstChild.remove(), $('echo-text').value = 'Grüße aus dem Browser'",
    );
  });

  await t.test('no errors, and a picture', async (t) => {
    const file = path.join(tmpdir(), 'rust-http-example.png');
    writeFileSync(file, await page.screenshot());
    t.diagnostic(`screenshot: ${file}`);
    assert.deepStrictEqual(page.errors, []);
  });

  await t.test(
    'the server ends cleanly with the page still open',
    { skip: noSignals },
    async () => {
      assert.deepStrictEqual(await example.stop('SIGINT'), { code: 0, signal: null });
      await page.until(
        "!$('echo-state').classList.contains('on') && !$('events-state').classList.contains('on')",
      );
    },
  );
});
