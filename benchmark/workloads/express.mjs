/** What is left of the gain under a framework that does much of its own for each request. */
export const title = 'Express 5: GET, 13 bytes back';
export const framework = 'express';

export const application = (express, http) => {
  const app = express();
  app.get('/', (_req, res) => {
    res.send('Hello, world!');
  });
  return http.createServer(app);
};

export const answer = { status: 200, bytes: 13 };
