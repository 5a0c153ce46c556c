/** As `headers`, with names that no table knows: proxies', tracers' and an application's own. */
export const title = 'GET with 16 fields, all read, 8 set, with rare names';

const fields = {
  Traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  Tracestate: 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE',
  'X-Amzn-Trace-Id': 'Root=1-67891233-abcdef012345678912345678',
  'Cf-Ray': '7d1f2a3b4c5d6e7f-FRA',
  'Cf-Connecting-Ip': '203.0.113.7',
  'Cf-Visitor': '{"scheme":"https"}',
  'X-Envoy-External-Address': '203.0.113.7',
  'X-B3-Traceid': '463ac35c9f6413ad48485a3953bb6124',
  'X-B3-Spanid': 'a2fb4a1d1a96d312',
  'X-B3-Sampled': '1',
  'X-Tenant-Id': 'c0ffee',
  'X-Correlation-Id': '7f9c24e5-1b7a-4c0e-9a43-3f8f2f0a6a51',
  'X-Client-Version': '12.4.1',
  'X-Device-Class': 'phone',
  'X-Session-Affinity': 'blue-7',
  'X-Feature-Flags': 'checkout=b, search=c',
};
const names = Object.keys(fields).map((name) => name.toLowerCase());
const size = Object.values(fields).reduce((sum, value) => sum + value.length, 0);

export const listener = () => (req, res) => {
  const { headers } = req;
  let read = 0;
  for (const name of names) read += headers[name]?.length ?? 0;
  res.setHeader('Traceresponse', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01');
  res.setHeader('X-Served-By', 'cache-fra-eddf8230031');
  res.setHeader('X-Correlation-Id', '7f9c24e5-1b7a-4c0e-9a43-3f8f2f0a6a51');
  res.setHeader('X-Runtime-Millis', '12');
  res.setHeader('X-Shard', 'eu-7');
  res.setHeader('X-Quota-Remaining', '4711');
  res.setHeader('X-Quota-Reset', '1700000000');
  res.setHeader('X-Build', '2f9e1c0');
  res.end(read === size ? 'all there' : 'some of them missing');
};

export const load = { headers: fields };
export const answer = { status: 200, bytes: 'all there'.length };
