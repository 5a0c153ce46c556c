/** A NestJS 12 application on its Express adapter; its decorators are called by hand. */
'use strict';

require('reflect-metadata');
const nest = require('@nestjs/common');
const { NestFactory } = require('@nestjs/core');
const { ExpressAdapter } = require('@nestjs/platform-express');
const { from, interval, map, take } = require('rxjs');

class Cats {
  all() {
    return ['Tom', 'Felix'];
  }
  one(name, times) {
    if (name === 'nobody') throw new nest.NotFoundException('no such cat');
    return { name, times };
  }
  make(content) {
    return content;
  }
  stream() {
    return interval(5).pipe(
      take(3),
      map((n) => ({ data: { n }, id: String(n) })),
    );
  }
  later() {
    return from(['only the last']);
  }
  file() {
    return new nest.StreamableFile(Buffer.from('file'), { type: 'text/plain' });
  }
}

/** Method of the controller: its decorators, and those of its parameters. */
function decorate(name, decorators, parameters = []) {
  const { prototype } = Cats;
  Reflect.defineMetadata('design:paramtypes', [], prototype, name);
  for (const decorator of decorators)
    decorator(prototype, name, Object.getOwnPropertyDescriptor(prototype, name));
  for (const [at, decorator] of parameters.entries()) decorator(prototype, name, at);
}

decorate('all', [nest.Get(), nest.Header('X-Cats', '2')]);
decorate('one', [nest.Get('one/:name')], [nest.Param('name'), nest.Query('times')]);
decorate('make', [nest.Post(), nest.HttpCode(202)], [nest.Body()]);
decorate('stream', [nest.Sse('stream')]);
decorate('later', [nest.Get('later')]);
decorate('file', [nest.Get('file')]);
nest.Controller('cats')(Cats);

class Application {}
nest.Module({ controllers: [Cats] })(Application);

module.exports = async (http) => {
  const adapter = new ExpressAdapter();
  const app = await NestFactory.create(Application, adapter, { logger: false });
  await app.init();
  // Under register, the server that Nest made is the one to listen.
  const own = app.getHttpServer();
  return own instanceof http.Server && http === require('node:http')
    ? own
    : http.createServer(adapter.getInstance());
};
