'use strict';
// File names in Content-Disposition: whatever the content, the bytes that were given leave, and no
// line ends but those of the head.
const assert = require('node:assert');
const http = require('../support/subject');
const { onNodeHttp } = require('../support/mode');
const { onBoth } = require('../support/transports');

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
/** UTF-8, as the string in which each byte is a character. */
const asLatin1 = (text) => Buffer.from(text).toString('latin1');
const disposition = (name) => `attachment; filename="${name}"`;

const NAMES = {
  'within latin1': asLatin1('ünï'),
  'beyond latin1': asLatin1('Łódź €😀'),
  'whose characters end in the bytes of a line end': asLatin1(
    '\u010d\u010aX-Injected: yes\u010d\u010a\u010d\u010a',
  ),
  'whose characters end in other control bytes': asLatin1('\u0100\u0109\u017f\u2020'),
  'that is no UTF-8': 'n\xe4me',
};
/** Those that do not decode to characters beyond latin1, which writeHead refuses when it decodes. */
const PLAIN = ['within latin1'];

const BODIES = {
  'a string': (res) => res.end('bödy'),
  'a Buffer': (res) => res.end(Buffer.from('bödy')),
  'a latin1 string': (res) => res.end('b\xc3\xb6dy', 'latin1'),
  'a string in another encoding': (res) => res.end('62c3b66479', 'hex'),
  'chunked strings': (res) => {
    res.write('b');
    res.end('ödy');
  },
  'chunked Buffers': (res) => {
    res.write(Buffer.from('b'));
    res.end(Buffer.from('ödy'));
  },
  'one chunk': (res) => {
    res.setHeader('Transfer-Encoding', 'chunked');
    res.end('bödy');
  },
  'a string behind a flushed head': (res) => {
    res.flushHeaders();
    res.end('bödy');
  },
  'a string whose length is said': (res) => {
    res.setHeader('Content-Length', 5);
    res.write('b');
    res.end('ödy');
  },
};

/** The response to a GET, checked for what every one of these tests asks. */
async function answerOf(connect, answer, values) {
  const client = await connect(http.createServer(answer));
  const response = await client.exchange(GET);
  const sent = response.fields.filter(([name]) => name.toLowerCase() === 'content-disposition');
  assert.deepStrictEqual(
    sent.map(([, value]) => value),
    values,
  );
  assert.ok(!response.names.includes('X-Injected'));
  assert.strictEqual(response.text, 'bödy');
  // The connection is at the beginning of a response.
  assert.strictEqual((await client.exchange(GET)).text, 'bödy');
  return response;
}

const cuts = onNodeHttp && "Node's own cuts decoded characters to a byte, or decodes twice";
/** Bodies behind which Node's own does so. */
const CUTTING = Object.keys(BODIES).filter((body) => !/^(a string|chunked .*)$/.test(body));
/** Bodies for those tests that try several names; where Node's own is right, these. */
const some = (...right) =>
  onNodeHttp ? right : ['a string', 'a Buffer', 'a latin1 string', 'chunked Buffers'];

for (const [what, name] of Object.entries(NAMES)) {
  const value = disposition(name);
  for (const [body, end] of Object.entries(BODIES)) {
    const isCut = CUTTING.includes(body) || (body === 'a string' && what === 'that is no UTF-8');
    onBoth(`a name ${what}, behind it ${body}`, { skip: isCut && cuts }, async ({ connect }) => {
      const answer = (_req, res) => {
        res.setHeader('Content-Disposition', value);
        end(res);
      };
      await answerOf(connect, answer, [value]);
    });
  }
}

onBoth('_header is decoded, as in Node', async ({ connect }) => {
  for (const name of [NAMES['within latin1'], NAMES['beyond latin1']]) {
    const value = disposition(name);
    const answer = (_req, res) => {
      res.setHeader('Content-Disposition', value);
      res.end('bödy');
      assert.ok(res._header.includes(disposition(Buffer.from(name, 'latin1'))));
    };
    await answerOf(connect, answer, [value]);
  }
});

const FORMS = {
  'an object': (value) => ({ 'Content-Disposition': value }),
  'an array': (value) => ['Content-Disposition', value],
  'an array of pairs': (value) => [['content-disposition', value]],
};
const LENGTHS = {
  'before a length': (fields) =>
    Array.isArray(fields)
      ? [...fields, ...(Array.isArray(fields[0]) ? [['Content-Length', 5]] : ['Content-Length', 5])]
      : { ...fields, 'Content-Length': 5 },
  'without a length': (fields) => fields,
};

for (const [form, of] of Object.entries(FORMS)) {
  for (const [where, withLength] of Object.entries(LENGTHS)) {
    onBoth(`writeHead with ${form}, ${where}`, async ({ connect }) => {
      for (const name of Object.values(NAMES).slice(0, -1)) {
        const value = disposition(name);
        for (const body of some('chunked Buffers')) {
          const answer = (_req, res) => {
            res.writeHead(200, withLength(of(value)));
            BODIES[body](res);
          };
          await answerOf(connect, answer, [value]);
        }
      }
    });
  }

  onBoth(`writeHead with ${form}, behind a length`, async ({ connect }) => {
    const length = form.endsWith('pairs') ? [['Content-Length', 5]] : ['Content-Length', 5];
    const head = (value) =>
      form === 'an object' ? { 'Content-Length': 5, ...of(value) } : [...length, ...of(value)];
    for (const [what, name] of Object.entries(NAMES)) {
      const value = disposition(name);
      for (const body of some('a string')) {
        const answer = (_req, res) => {
          // Decoded, and then checked as every value is.
          if (PLAIN.includes(what)) res.writeHead(200, head(value));
          else assert.throws(() => res.writeHead(200, head(value)), { code: 'ERR_INVALID_CHAR' });
          BODIES[body](res);
        };
        await answerOf(connect, answer, PLAIN.includes(what) ? [value] : []);
      }
    }
  });
}

onBoth('writeHead refuses what decoding would make a line end of', async ({ connect }) => {
  const names = [asLatin1('\u010d\u010aX-Injected: yes'), '\u010d\u010aX-Injected: yes', '\u0a0d'];
  const answer = (_req, res) => {
    for (const name of names) {
      const head = { 'Content-Length': 5, 'Content-Disposition': disposition(name) };
      assert.throws(() => res.writeHead(200, head), { code: 'ERR_INVALID_CHAR' });
    }
    res.end('bödy');
  };
  await answerOf(connect, answer, []);
});

onBoth('several values', { skip: cuts }, async ({ connect }) => {
  const values = Object.values(NAMES).map(disposition);
  for (const body of Object.values(BODIES)) {
    const answer = (_req, res) => {
      res.setHeader('X-Before', '1');
      res.setHeader('Content-Disposition', values);
      res.setHeader('X-Behind', '2');
      body(res);
    };
    const response = await answerOf(connect, answer, values);
    assert.strictEqual(response.headers['x-before'], '1');
    assert.strictEqual(response.headers['x-behind'], '2');
  }
});

onBoth('several values in one field', async ({ connect }) => {
  const values = [disposition(NAMES['beyond latin1']), disposition(NAMES['within latin1'])];
  for (const body of some('a string')) {
    const server = http.createServer({ uniqueHeaders: ['content-disposition'] }, (_req, res) => {
      res.setHeader('Content-Disposition', [...values]); // Node's own changes the array
      BODIES[body](res);
    });
    const client = await connect(server);
    const response = await client.exchange(GET);
    assert.strictEqual(response.headers['content-disposition'], values.join('; '));
  }
});

onBoth('a value that was changed behind the check', { skip: cuts }, async ({ connect }) => {
  const answer = (_req, res) => {
    const values = ['attachment'];
    res.setHeader('Content-Disposition', values);
    values[0] = disposition('\u010d\u010aX-Injected: yes');
    assert.throws(() => res.end('bödy'), { code: 'ERR_INVALID_CHAR' });
    res.removeHeader('Content-Disposition');
    res.end('bödy');
  };
  await answerOf(connect, answer, []);
});

onBoth('a head that was changed is not cut either', { skip: cuts }, async ({ connect }) => {
  const value = disposition(NAMES['whose characters end in the bytes of a line end']);
  for (const body of ['a string', 'a Buffer', 'a latin1 string']) {
    const answer = (_req, res) => {
      res.setHeader('Content-Disposition', value);
      res._contentLength = 5;
      res._implicitHeader();
      res._header = res._header.replace(
        '\r\n\r\n',
        '\r\nX-More: \u010d\u010aX-Injected: 1\r\n\r\n',
      );
      BODIES[body](res);
    };
    const response = await answerOf(connect, answer, [value]);
    assert.strictEqual(response.headers['x-more'], asLatin1('\u010d\u010aX-Injected: 1'));
  }
});

onBoth('other fields leave as in Node', async ({ connect }) => {
  for (const [body, sent] of [
    ['a string', asLatin1('\xe9')],
    ['a Buffer', '\xe9'],
    ['a latin1 string', '\xe9'],
    ['chunked strings', '\xe9'],
  ]) {
    const answer = (_req, res) => {
      res.setHeader('X-Name', '\xe9');
      res.setHeader('Content-Disposition', 'attachment');
      BODIES[body](res);
    };
    const response = await answerOf(connect, answer, ['attachment']);
    assert.strictEqual(response.headers['x-name'], sent, body);
  }
});

onBoth('trailers hold no line end', async ({ connect }) => {
  const client = await connect(
    http.createServer((_req, res) => {
      res.setHeader('Trailer', 'Content-Disposition');
      res.write('bödy');
      assert.throws(
        () => res.addTrailers({ 'Content-Disposition': '\u010d\u010aX-Injected: yes' }),
        { code: 'ERR_INVALID_CHAR' },
      );
      res.addTrailers([['Content-Disposition', asLatin1('\u010d\u010a')]]);
      res.end();
    }),
  );
  const { trailers } = await client.exchange(GET);
  assert.deepStrictEqual(trailers, [['Content-Disposition', asLatin1('\u010d\u010a')]]);
});
