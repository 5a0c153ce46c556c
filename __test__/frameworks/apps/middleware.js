/** compression and a logger on on-finished, around plain handlers and around Express. */
'use strict';

const compression = require('compression');
const express = require('express');
const onFinished = require('on-finished');

const text = 'compress me '.repeat(20_000);

function answer(req, res) {
  const what = req.url.split('/').at(-1);
  res.setHeader('Content-Type', 'text/plain');
  if (what === 'short') {
    res.end('short');
  } else if (what === 'text') {
    res.end(text);
  } else if (what === 'never') {
    res.removeHeader('Content-Type');
    res.write('begun');
  } else {
    for (let at = 0; at < text.length; at += 12_000) res.write(text.slice(at, at + 12_000));
    setImmediate(() => res.end());
  }
}

module.exports = (http) => {
  const log = [];
  const compress = compression();
  const app = express();
  app.use(compression());
  app.get('/express/text', answer);
  app.get('/express/pieces', answer);
  return http.createServer((req, res) => {
    if (req.url === '/log') {
      res.end(JSON.stringify(log));
      return;
    }
    onFinished(res, (error, message) => {
      log.push(
        `${req.method} ${req.originalUrl ?? req.url} ${message.statusCode} ${error?.code ?? error}`,
      );
    });
    if (req.url.startsWith('/express/')) app(req, res);
    else compress(req, res, () => answer(req, res));
  });
};
