/** Receives a body of any size without keeping it, and reports how far it is while it comes. */
'use strict';

const { createHash } = require('node:crypto');

const reportEvery = 100;

exports.receiveUpload = function receiveUpload(req, res, events) {
  // The page names its upload, so that it knows its own reports from those of other pages.
  const id = req.headers['x-upload-id'];
  const total = Number(req.headers['content-length']) || undefined;
  const hash = createHash('sha256');
  const begun = performance.now();
  let received = 0;
  let reported = 0;

  req.on('data', (chunk) => {
    received += chunk.length;
    hash.update(chunk);
    const now = performance.now();
    if (now - reported >= reportEvery) {
      reported = now;
      events.publish('upload', { id, received, total });
    }
  });
  req.on('end', () => {
    events.publish('upload', { id, received, total });
    const ms = Math.max(1, Math.round(performance.now() - begun));
    res.writeHead(200, { 'Content-Type': 'application/json' });
    res.end(JSON.stringify({ received, ms, sha256: hash.digest('hex') }));
  });
  // The browser gave up; there is nobody to answer.
  req.on('error', () => {});
};
