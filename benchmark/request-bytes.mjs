/** A request as bytes; `fields` are names and values by turns. */
export function requestBytes(method, body, fields = []) {
  let head = `${method} / HTTP/1.1\r\nHost: 127.0.0.1\r\n`;
  for (let i = 0; i < fields.length; i += 2) head += `${fields[i]}: ${fields[i + 1]}\r\n`;
  if (body.length > 0) head += `Content-Length: ${body.length}\r\n`;
  return Buffer.concat([Buffer.from(`${head}\r\n`, 'latin1'), body]);
}
