/** OpenTelemetry's instrumentation of http: it wraps emit and request, and reads both messages. */
'use strict';

const {
  InMemorySpanExporter,
  BasicTracerProvider,
  SimpleSpanProcessor,
} = require('@opentelemetry/sdk-trace-base');
const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const instrumentation = new HttpInstrumentation({
  headersToSpanAttributes: {
    server: { requestHeaders: ['x-a'], responseHeaders: ['x-b'] },
  },
});
instrumentation.setTracerProvider(provider);
instrumentation.enable();

const http = require('node:http');

/** Without what differs between two runs. */
function comparable({ name, kind, status, attributes }) {
  const kept = Object.entries(attributes).filter(([key]) => !/port|url|host$/.test(key));
  return { name, kind, status, attributes: Object.fromEntries(kept) };
}

module.exports = async function run({ failureOf, listen, send }) {
  const server = http.createServer((req, res) => {
    res.setHeader('X-B', 'c');
    res.statusCode = req.url === '/fails' ? 500 : 200;
    req.on('data', () => {}).on('end', () => res.end('traced'));
  });
  const base = await listen(server);
  const answers = [];
  for (const path of ['/a?b=c', '/fails']) {
    const headers = { 'X-A': 'b' };
    const request = new Promise((resolve) => {
      http
        .request(base + path, { method: 'POST', headers, agent: false }, (res) => {
          res.resume().on('end', () => resolve(res.statusCode));
        })
        .end('content');
    });
    answers.push(await request);
  }
  const refused = await failureOf(send('http://127.0.0.1:1/'));
  server.close();
  await provider.forceFlush();
  const spans = exporter.getFinishedSpans().map(comparable);
  return { answers, refused: refused.code, spans: spans.sort((a, b) => a.kind - b.kind) };
};
