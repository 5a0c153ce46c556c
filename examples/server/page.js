/** The page: a template beside this file, with what is known of the request filled in. */
'use strict';

const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const { version } = require('rust-http/package.json');

const template = readFileSync(join(__dirname, 'page.html'), 'utf8');

exports.sendPage = function sendPage(req, res) {
  const body = template.replace(/\{\{(\w+)\}\}/g, (_, name) => fields[name](req));
  res.writeHead(200, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    Server: `rust-http/${version}`,
  });
  res.end(body);
};

const fields = {
  version: () => version,
  node: () => process.versions.node,
  platform: () => `${process.platform} ${process.arch}`,
  pid: () => String(process.pid),
  requestLine: (req) => escapeHtml(`${req.method} ${req.url} HTTP/${req.httpVersion}`),
  peer: (req) => escapeHtml(`${req.socket.remoteAddress} port ${req.socket.remotePort}`),
  count: (req) => String(req.rawHeaders.length / 2),
  headers: headerRows,
};

/** From rawHeaders: names and order exactly as they came over the wire. */
function headerRows({ rawHeaders }) {
  const rows = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    rows.push(
      `<tr><th>${escapeHtml(rawHeaders[i])}</th><td>${escapeHtml(rawHeaders[i + 1])}</td></tr>`,
    );
  }
  return rows.join('\n');
}

const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escapeHtml(text) {
  return text.replace(/[&<>"']/g, (character) => entities[character]);
}
