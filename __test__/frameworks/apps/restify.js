/** A restify 11 application. It adds methods to the prototypes of http and makes its own server. */
'use strict';

const restify = require('restify');

module.exports = () => {
  const app = restify.createServer({ name: 'restified' });
  app.use(restify.plugins.queryParser());
  app.use(restify.plugins.bodyParser());
  app.use(restify.plugins.gzipResponse());
  app.get('/', (_req, res, next) => {
    res.send(200, { home: true });
    next();
  });
  app.get('/hello/:name', (req, res, next) => {
    res.header('X-Query', JSON.stringify(req.query));
    res.send(`hello ${req.params.name}`);
    next();
  });
  app.post('/echo', (req, res, next) => {
    res.send(201, req.body);
    next();
  });
  app.get('/raw', (_req, res, next) => {
    res.writeHead(200, { 'Content-Type': 'text/plain' });
    res.write('raw ');
    res.end('answer');
    next();
  });
  app.get('/fails', (_req, _res, next) => next(new Error('on purpose')));
  // restify measures times and numbers its answers; what differs between two moments goes.
  app.pre((_req, res, next) => {
    const { writeHead } = res;
    res.writeHead = function withoutTimes(...args) {
      for (const name of ['Request-Id', 'Response-Time']) res.removeHeader(name);
      return writeHead.apply(this, args);
    };
    next();
  });
  return app.server;
};
