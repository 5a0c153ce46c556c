'use strict';

/** Calls a method of an inspector's session with this very thread, which answers before it returns. */
function post(session, method, options) {
  let answer;
  session.post(method, options, (error, result) => {
    if (error) throw new Error(`${method}: ${error.message}`);
    answer = result;
  });
  return answer;
}

module.exports = { post };
