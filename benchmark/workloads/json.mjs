/** The daily bread of an API: a small JSON document in, another one out. */
const items = Array.from({ length: 16 }, (_, id) => ({
  id,
  name: `item number ${id}`,
  price: id * 1.25,
  tags: ['a', 'b'],
}));
const reply = { received: items.length, total: items.reduce((sum, { price }) => sum + price, 0) };

export const title = 'POST of 1 KB JSON, parsed, JSON back';

export const listener = () => (req, res) => {
  let text = '';
  req.setEncoding('utf8');
  req.on('data', (chunk) => {
    text += chunk;
  });
  req.on('end', () => {
    const { items } = JSON.parse(text);
    const total = items.reduce((sum, { price }) => sum + price, 0);
    res.setHeader('Content-Type', 'application/json');
    res.end(JSON.stringify({ received: items.length, total }));
  });
};

export const load = {
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({ items }),
};
export const answer = { status: 200, bytes: Buffer.byteLength(JSON.stringify(reply)) };
