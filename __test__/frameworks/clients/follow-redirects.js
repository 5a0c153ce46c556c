/** follow-redirects: it wraps http.request and reaches into what that returns. */
'use strict';

const assert = require('node:assert');
const { once } = require('node:events');
const { http } = require('follow-redirects');
const { contentOf } = require('../../support/events');

module.exports = async function ask({ base, failureOf }) {
  const send = async (url, options = {}, content) => {
    const req = http.request(url, options);
    req.end(content);
    const [res] = await once(req, 'response');
    const text = `${await contentOf(res)}`;
    return { text, status: res.statusCode, url: res.responseUrl };
  };
  const near = await send(`${base}/near`, { method: 'POST' }, 'kept');
  assert.strictEqual(JSON.parse(near.text).text, 'kept');
  const seeOther = await send(`${base}/seeother`, { method: 'POST' }, 'dropped');
  assert.strictEqual(JSON.parse(seeOther.text).method, 'GET');
  const large = http.request(`${base}/near`, { method: 'POST' });
  for (let i = 0; i < 20; i++) large.write('x'.repeat(10_000));
  large.end();
  const [res] = await once(large, 'response');
  const echoed = JSON.parse(await contentOf(res));
  assert.strictEqual(echoed.text.length, 200_000);
  const silence = () => {
    const req = http.get(`${base}/silent`);
    req.setTimeout(100, () => req.destroy(new Error('too slow')));
    return once(req, 'response');
  };
  const forms = [];
  for (const options of [{ headers: { 'X-A': 'b' } }, { auth: 'us:er' }, {}]) {
    forms.push(await send(new URL(`${base}/away`), options));
  }
  return {
    near,
    seeOther,
    forms,
    loop: await failureOf(send(`${base}/loop`, { maxRedirects: 3 })),
    manual: await send(`${base}/away`, { followRedirects: false }),
    slow: await failureOf(silence()),
    reset: await failureOf(send(`${base}/reset`)),
    refused: await failureOf(send('http://127.0.0.1:1/')),
  };
};
