/**
 * Counts the functions that one small request runs through on the JavaScript side, by V8's precise
 * coverage: from its arrival to its handler, and from `res.end('hi')` to 'close'.
 *
 *   node scripts/walk.mjs            the two sums
 *   node scripts/walk.mjs --list     every function, by file
 */
import http from 'node:http';
import { Session } from 'node:inspector';
import { createRequire } from 'node:module';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import inspector from './inspector.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const session = new Session();
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
/** Requests before the one that is looked at: what happens only once does not count. */
const WARM = 20;

/** The functions of this package that ran since the last look, as lists of names by file. */
function functionsRun() {
  const files = new Map();
  for (const { url, functions } of inspector.post(session, 'Profiler.takePreciseCoverage').result) {
    const path = url.startsWith('file:') ? fileURLToPath(url) : url;
    if (!path.startsWith(`${root}lib/`)) continue;
    const names = functions
      .filter(({ functionName, ranges }) => ranges[0].count > 0 && functionName !== '')
      .map(({ functionName }) => functionName);
    if (names.length > 0) files.set(relative(root, path), names);
  }
  return files;
}

/** Serves until the last of the warm requests; resolves with both walks. */
function walk({ createServer }) {
  return new Promise((resolve, reject) => {
    let served = 0;
    const server = createServer((_req, res) => {
      const wayIn = functionsRun();
      if (++served > WARM) {
        res.on('close', () => {
          const wayOut = functionsRun();
          server.close();
          agent.destroy();
          resolve({ wayIn, wayOut });
        });
      }
      functionsRun();
      res.end('hi');
    });
    const ask = () => {
      http
        .get({ agent, port: server.address().port }, (res) => {
          res.resume();
          res.on('end', () => {
            if (served <= WARM) setTimeout(askAnew, 2);
          });
        })
        .on('error', (error) => served <= WARM && reject(error));
    };
    const askAnew = () => {
      functionsRun();
      ask();
    };
    server.listen(0, '127.0.0.1', ask);
  });
}

function report(title, files, list) {
  const sum = [...files.values()].reduce((total, names) => total + names.length, 0);
  console.log(`${title}: ${sum} functions in ${files.size} files`);
  if (!list) return;
  for (const [file, names] of files) console.log(`  ${file}: ${names.join(', ')}`);
}

// From the files, by which the functions are counted.
process.env.RUST_HTTP_BUNDLE = 'off';
session.connect();
inspector.post(session, 'Profiler.enable');
inspector.post(session, 'Profiler.startPreciseCoverage', { callCount: true, detailed: false });
const { wayIn, wayOut } = await walk(createRequire(import.meta.url)(root));
const list = process.argv.includes('--list');
report('in', wayIn, list);
report('out', wayOut, list);
session.disconnect();
