/** A browser's worth of headers in, some of them read, and a framework's worth out. */
export const title = 'GET with 16 headers, 4 read, 10 sent';

export const listener = () => (req, res) => {
  const { host, accept, cookie, 'user-agent': agent } = req.headers;
  res.setHeader('Content-Type', 'text/plain; charset=utf-8');
  res.setHeader('Cache-Control', 'private, max-age=0');
  res.setHeader('ETag', '"5d-1a2b3c4d5e6f"');
  res.setHeader('Vary', 'Accept, Cookie');
  res.setHeader('X-Request-Id', '7f9c24e5-1b7a-4c0e-9a43-3f8f2f0a6a51');
  res.setHeader('X-Content-Type-Options', 'nosniff');
  res.setHeader('Strict-Transport-Security', 'max-age=31536000; includeSubDomains');
  res.setHeader('Set-Cookie', ['session=abc123; Path=/; HttpOnly', 'theme=dark; Path=/']);
  const sizes = [host, accept, cookie, agent].map((value) => value.length);
  res.end(sizes.every((size) => size > 0) ? 'all there' : 'missing one');
};

export const load = {
  headers: {
    'User-Agent':
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36',
    Accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
    'Accept-Language': 'en-GB,en;q=0.9,de;q=0.8',
    'Accept-Encoding': 'gzip, deflate, br, zstd',
    Referer: 'http://localhost/some/earlier/page?with=a&query=string',
    Cookie: 'session=0123456789abcdef0123456789abcdef; theme=dark; consent=yes; visits=17',
    DNT: '1',
    'Cache-Control': 'max-age=0',
    'Upgrade-Insecure-Requests': '1',
    'Sec-Fetch-Dest': 'document',
    'Sec-Fetch-Mode': 'navigate',
    'Sec-Fetch-Site': 'same-origin',
    'Sec-Fetch-User': '?1',
    'X-Forwarded-For': '203.0.113.7, 198.51.100.2',
    'X-Forwarded-Proto': 'https',
  },
};
export const answer = { status: 200, bytes: 9 };
