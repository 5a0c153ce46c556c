/** Server-sent events: a counter, and whatever else is published, to each page that listens. */
'use strict';

exports.createEventStream = function createEventStream({ period = 500 } = {}) {
  const clients = new Set();
  let count = 0;

  const timer = setInterval(() => {
    count += 1;
    publish('count', { count, clients: clients.size, uptime: Math.round(process.uptime()) });
  }, period);

  function publish(event, data) {
    const text = `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
    for (const res of clients) {
      // A page that does not read misses events; they are not piled up for it.
      if (!res.writableNeedDrain) res.write(text);
    }
  }

  function subscribe(_req, res) {
    res.writeHead(200, {
      'Content-Type': 'text/event-stream',
      'Cache-Control': 'no-store',
      'X-Accel-Buffering': 'no',
    });
    res.write('retry: 1000\n\n');
    clients.add(res);
    res.on('close', () => clients.delete(res));
  }

  function close() {
    clearInterval(timer);
    for (const res of clients) res.end();
  }

  return { subscribe, publish, close };
};
