/** A limit on waiting: what never comes is reported as a failure instead of holding up the run. */

/** The promise's value, or an error that says what did not come within so many seconds. */
export async function within(seconds, promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    const message = `waited ${seconds} s for ${what}`;
    timer = setTimeout(() => reject(new Error(message)), seconds * 1000);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
