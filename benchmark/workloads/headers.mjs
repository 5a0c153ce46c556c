/** A browser's and a proxy's worth of fields in, each of them read, and a framework's worth out. */
export const title = 'GET with 16 fields, all read, 8 set';

const fields = {
  'User-Agent':
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36',
  Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
  'Accept-Language': 'en-GB,en;q=0.9,de;q=0.8',
  'Accept-Encoding': 'gzip, deflate, br, zstd',
  Referer: 'http://localhost/some/earlier/page?with=a&query=string',
  Cookie: 'session=0123456789abcdef0123456789abcdef; theme=dark; consent=yes; visits=17',
  DNT: '1',
  'Cache-Control': 'max-age=0',
  'If-None-Match': '"5d-0f1e2d3c4b5a"',
  'Upgrade-Insecure-Requests': '1',
  'Sec-Fetch-Dest': 'document',
  'Sec-Fetch-Mode': 'navigate',
  'Sec-Fetch-Site': 'same-origin',
  'Sec-Fetch-User': '?1',
  'X-Forwarded-For': '203.0.113.7, 198.51.100.2',
  'X-Forwarded-Proto': 'https',
};
const names = Object.keys(fields).map((name) => name.toLowerCase());
const size = Object.values(fields).reduce((sum, value) => sum + value.length, 0);

export const listener = () => (req, res) => {
  const { headers } = req;
  let read = 0;
  for (const name of names) read += headers[name]?.length ?? 0;
  res.setHeader('Content-Type', 'text/plain; charset=utf-8');
  res.setHeader('Cache-Control', 'private, max-age=0');
  res.setHeader('ETag', '"5d-1a2b3c4d5e6f"');
  res.setHeader('Vary', 'Accept, Cookie');
  res.setHeader('X-Request-Id', '7f9c24e5-1b7a-4c0e-9a43-3f8f2f0a6a51');
  res.setHeader('X-Content-Type-Options', 'nosniff');
  res.setHeader('Strict-Transport-Security', 'max-age=31536000; includeSubDomains');
  res.setHeader('Set-Cookie', ['session=abc123; Path=/; HttpOnly', 'theme=dark; Path=/']);
  res.end(read === size ? 'all there' : 'some of them missing');
};

export const load = { headers: fields };
export const answer = { status: 200, bytes: 'all there'.length };
