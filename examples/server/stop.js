/** A clean end on Ctrl-C or SIGTERM: nothing new is accepted, what runs is finished, exit code 0. */
'use strict';

const patience = 5000;

/** `release` ends the answers that never end by themselves. A second signal ends at once. */
exports.stopOnSignal = function stopOnSignal(server, release = () => {}) {
  let stopping = false;

  function stop() {
    if (stopping) process.exit(130);
    stopping = true;
    console.log('stopping (again to force)');
    server.close((error) => {
      clearInterval(sweep);
      clearTimeout(limit);
      console.log('stopped');
      process.exitCode = error ? 1 : 0;
    });
    release();
    server.closeIdleConnections();
    // A connection that is busy now turns idle when its answer is out.
    const sweep = setInterval(() => server.closeIdleConnections(), 100);
    const limit = setTimeout(() => server.closeAllConnections(), patience);
  }

  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
};
