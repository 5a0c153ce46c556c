/** An Express application as its users write it: under Express 5, and 4 by apps/express4.js. */
'use strict';

const path = require('node:path');
const { Readable } = require('node:stream');

module.exports = (http, express = require('express')) => {
  const app = express();
  app.use((req, res, next) => {
    // What logging middleware does: it wraps writeHead and waits for the end.
    const { writeHead } = res;
    res.writeHead = function patched(...args) {
      res.setHeader('X-Route', `${req.method} ${req.path}`);
      return writeHead.apply(this, args);
    };
    next();
  });
  app.use('/files', express.static(path.join(__dirname, '..', 'public')));
  app.get('/', (_req, res) => res.send('<p>home</p>'));
  app.get('/json', (req, res) =>
    res.json({ query: req.query, ip: req.ip, fresh: req.fresh, xhr: req.xhr }),
  );
  app.post('/echo', express.json(), (req, res) => res.status(201).json(req.body));
  app.post('/form', express.urlencoded({ extended: false }), (req, res) => res.send(req.body));
  app.post('/raw', (req, res) => req.pipe(res));
  app.get('/cookie', (_req, res) =>
    res.cookie('a', '1', { httpOnly: true }).cookie('b', '2').send('set'),
  );
  app.get('/away', (_req, res) => res.redirect('/json?from=away'));
  app.get('/stream', (_req, res) => Readable.from(['one ', 'two ', 'three']).pipe(res));
  app.get('/late', async (_req, res) => {
    await new Promise((resolve) => setTimeout(resolve, 10));
    res.type('text').send('late');
  });
  app.get('/download', (_req, res) =>
    res.sendFile(path.join(__dirname, '..', 'public', 'data.txt')),
  );
  app.get('/throws', () => {
    throw new Error('on purpose');
  });
  app.get('/rejects', async () => {
    throw Object.assign(new Error('also on purpose'), { status: 418 });
  });
  app.use((error, _req, res, _next) => {
    res.status(error.status ?? 500).json({ message: error.message });
  });
  return http.createServer(app);
};
