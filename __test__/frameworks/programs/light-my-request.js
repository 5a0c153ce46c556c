/** light-my-request and its like: requests that never see a socket, through Express and by hand. */
'use strict';

const http = require('node:http');
const express = require('express');
const inject = require('light-my-request');

const fieldsOf = ({ statusCode, statusMessage, headers, payload, trailers }) => {
  const { date, ...rest } = headers;
  return { statusCode, statusMessage, headers: rest, payload, trailers };
};

module.exports = async function run() {
  const plain = (req, res) => {
    if (req.url === '/trailers') {
      res.writeHead(200, { Trailer: 'X-Sum' });
      res.write('content');
      res.addTrailers({ 'X-Sum': '7' });
      return res.end();
    }
    if (req.url === '/reset') return req.destroy(new Error('cut'));
    res.setHeader('X-Is', [req.socket.remoteAddress, req.method, req.headers.host].join());
    return req.pipe(res);
  };
  const app = express();
  app.post('/json', express.json(), (req, res) => res.status(201).json(req.body));
  app.get('/away', (_req, res) => res.cookie('a', 'b').redirect('/there'));
  app.get('/is', (req, res) => {
    res.json([req instanceof http.IncomingMessage, res instanceof http.ServerResponse]);
  });
  const is = inject.isInjection;
  return {
    mirrored: fieldsOf(await inject(plain, { method: 'PUT', url: '/x', payload: 'content' })),
    trailers: fieldsOf(await inject(plain, '/trailers')),
    reset: await inject(plain, '/reset').catch((error) => error.message),
    json: fieldsOf(await inject(app, { method: 'POST', url: '/json', payload: { a: ['ü'] } })),
    away: fieldsOf(await inject(app, '/away')),
    is: fieldsOf(await inject(app, '/is')),
    nowhere: fieldsOf(await inject(app, '/nowhere')),
    injection: await inject((req, res) => res.end(String([is(req), is(res)])), '/').then(fieldsOf),
  };
};
