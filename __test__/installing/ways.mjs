/**
 * The ways to install, bundle and load the module. Each gets an empty folder, and returns what its program
 * printed; `says` is what that has to hold where the way is one that cannot work.
 */
import { chmodSync, copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What each program prints when an answer came from the module's own server to its own client. */
export const WORKS = 'answered by rust-http, connection native';

const ask = (http, server) => `
  let native = false;
  const server = ${server}.createServer((req, res) => {
    const { connections, fallbacks } = server.stats ? server.stats() : {};
    native = connections === 1 && Object.values(fallbacks).every((count) => count === 0);
    res.end('rust-http');
  });
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    ${http}.get({ port, host: '127.0.0.1', agent: false }, (res) => {
      let text = '';
      res.on('data', (data) => { text += data; });
      res.on('end', () => {
        console.log('answered by ' + text + ', connection ' + (native ? 'native' : 'of the host'));
        server.close();
      });
    });
  });`;
const commonjs = `const http = require('rust-http');${ask('http', 'http')}`;
const esm = `import http, { createServer } from 'rust-http';${ask('http', '({ createServer })')}`;
const registered = `const http = require('node:http');${ask('http', 'http')}`;

const manifest = (more) =>
  JSON.stringify({ name: 'app', version: '1.0.0', private: true, ...more });

/** The three programs on an installed package. */
function programs({ folder, node }) {
  writeFileSync(join(folder, 'app.cjs'), commonjs);
  writeFileSync(join(folder, 'app.mjs'), esm);
  writeFileSync(join(folder, 'registered.cjs'), registered);
  return [
    node(['app.cjs']),
    node(['app.mjs']),
    node(['--import', 'rust-http/register', 'registered.cjs']),
  ].join('');
}

function npmInstall({ folder, run, registry }) {
  writeFileSync(join(folder, 'package.json'), manifest({ dependencies: { 'rust-http': '*' } }));
  writeFileSync(join(folder, '.npmrc'), `registry=${registry}\ncache=${join(folder, '.cache')}\n`);
  run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts']);
}

function yarnInstall(context, linker) {
  const { folder, tool, registry } = context;
  writeFileSync(join(folder, 'package.json'), manifest({ dependencies: { 'rust-http': '*' } }));
  writeFileSync(join(folder, 'yarn.lock'), '');
  const settings = {
    nodeLinker: linker,
    npmRegistryServer: registry,
    unsafeHttpWhitelist: '["127.0.0.1"]',
    enableTelemetry: false,
    pnpEnableEsmLoader: true,
    enableGlobalCache: false,
    // What it knows of a registry it keeps by the name of its host, without the port.
    globalFolder: join(folder, '.yarn-global'),
    npmMinimalAgeGate: 0,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}: ${value}\n`);
  writeFileSync(join(folder, '.yarnrc.yml'), lines.join(''));
  tool('yarn', ['install']);
}

export const ways = [
  {
    name: 'npm',
    version: ({ run }) => run('npm', ['--version']),
    how: '`npm install rust-http`, no scripts run',
    go(context) {
      npmInstall(context);
      return programs(context);
    },
  },
  {
    name: 'pnpm',
    version: ({ tool }) => tool('pnpm', ['--version']),
    how: '`pnpm add rust-http`, symbolic links into its store',
    needs: () => Number(process.versions.node.split('.')[0]) < 22 && 'it needs Node 22.13 or newer',
    go(context) {
      const { folder, tool, registry } = context;
      writeFileSync(join(folder, 'package.json'), manifest());
      const store = `--store-dir=${join(folder, '.store')}`;
      tool('pnpm', [
        'add',
        'rust-http',
        store,
        `--registry=${registry}`,
        '--config.minimum-release-age=0',
      ]);
      return programs(context);
    },
  },
  {
    name: 'yarn, `nodeLinker: node-modules`',
    version: ({ tool }) => tool('yarn', ['--version']),
    how: '`yarn add rust-http`',
    go(context) {
      yarnInstall(context, 'node-modules');
      return programs(context);
    },
  },
  {
    name: 'yarn, `nodeLinker: pnp`',
    version: ({ tool }) => tool('yarn', ['--version']),
    how: '`yarn node app.js`: packages in archives, the binary unplugged',
    go(context) {
      yarnInstall(context, 'pnp');
      const { tool } = context;
      return programs({ ...context, node: (args) => tool('yarn', ['node', ...args]) });
    },
  },
  {
    name: 'Bun installs',
    version: ({ tool }) => tool('bun', ['--version']),
    how: '`bun add rust-http`, run by Node',
    go(context) {
      const { folder, tool, registry } = context;
      writeFileSync(join(folder, 'package.json'), manifest());
      writeFileSync(join(folder, 'bunfig.toml'), `[install]\nregistry = "${registry}"\n`);
      tool('bun', ['add', 'rust-http']);
      return programs(context);
    },
  },
  {
    name: 'glibc, nothing but Node',
    version: ({ node }) => node(['--version']),
    how: 'the two tarballs unpacked into an empty root with Node and the C library, by `chroot`',
    needs: () => process.getuid?.() !== 0 && 'needs root for chroot',
    go(context) {
      const { folder, run, packages } = context;
      const modules = join(folder, 'app', 'node_modules');
      for (const { manifest, file } of [packages.main, ...packages.platforms]) {
        mkdirSync(join(modules, manifest.name), { recursive: true });
        run('tar', ['xzf', file, '--strip-components=1', '-C', join(modules, manifest.name)]);
      }
      mkdirSync(join(folder, 'tmp'));
      copyFileSync(process.execPath, join(folder, 'node'));
      for (const library of librariesOf(run, [process.execPath, findAddon(modules)])) {
        mkdirSync(join(folder, dirname(library)), { recursive: true });
        copyFileSync(library, join(folder, library));
      }
      const node = (args) =>
        run('chroot', [
          folder,
          '/node',
          ...args.map((arg) => arg.replace(/^(\w+\.[cm]js)$/, '/app/$1')),
        ]);
      writeFileSync(join(folder, 'app', 'app.cjs'), commonjs);
      writeFileSync(join(folder, 'app', 'app.mjs'), esm);
      return node(['app.cjs']) + node(['app.mjs']);
    },
  },
  {
    name: "a system without the platform's package",
    version: () => '',
    how: '`npm install --omit=optional`, or a lock file written on another system',
    says: /rust-http found no native binding for \w+ \w+, which is in the package rust-http-\w+-\w+/,
    go(context) {
      const { folder, run, node } = context;
      npmInstall(context);
      run('rm', ['-r', ...platformFolders(folder)]);
      writeFileSync(join(folder, 'app.cjs'), commonjs);
      return node(['app.cjs']);
    },
  },
  {
    name: 'a binary for another C library',
    version: () => '',
    how: 'the package of glibc where only that of musl is, and the reverse',
    says: /rust-http found no native binding for \w+ \w+/,
    go(context) {
      const { folder, run, node } = context;
      npmInstall(context);
      for (const path of platformFolders(folder)) run('mv', [path, path.replace('-gnu', '-musl')]);
      writeFileSync(join(folder, 'app.cjs'), commonjs);
      return node(['app.cjs']);
    },
  },
  {
    name: 'esbuild',
    version: ({ tool }) => tool('esbuild', ['--version']),
    how: '`esbuild app.js --bundle --platform=node --external:rust-http`',
    go(context) {
      npmInstall(context);
      const { folder, tool, node } = context;
      writeFileSync(join(folder, 'app.mjs'), esm);
      tool('esbuild', [
        'app.mjs',
        '--bundle',
        '--platform=node',
        '--external:rust-http',
        '--outfile=out.cjs',
      ]);
      return node(['out.cjs']);
    },
  },
  {
    name: 'esbuild, the module inside',
    version: ({ tool }) => tool('esbuild', ['--version']),
    how: '`--bundle --platform=node --loader:.node=copy`',
    go(context) {
      npmInstall(context);
      const { folder, tool, node } = context;
      writeFileSync(join(folder, 'app.cjs'), commonjs);
      const flags = ['--bundle', '--platform=node', '--loader:.node=copy', '--outdir=out'];
      tool('esbuild', ['app.cjs', ...flags]);
      return node(['out/app.js']);
    },
  },
  {
    name: 'webpack',
    version: ({ installed }) => installed('webpack'),
    how: "`externals: { 'rust-http': 'commonjs rust-http' }`",
    go(context) {
      npmInstall(context);
      return pack(context, { externals: { 'rust-http': 'commonjs rust-http' } });
    },
  },
  {
    name: 'webpack, the module inside',
    version: ({ installed }) => installed('webpack'),
    how: "`externals: /^rust-http-/`: only the platform's package stays outside",
    go(context) {
      npmInstall(context);
      return pack(
        context,
        {},
        `[({ request }, done) => done(null, /^rust-http-/.test(request) && 'commonjs ' + request)]`,
      );
    },
  },
  {
    name: 'ncc',
    version: ({ tool }) => tool('ncc', ['version']),
    how: '`ncc build app.js`: the binary is put beside the output',
    go(context) {
      npmInstall(context);
      const { folder, tool, node } = context;
      writeFileSync(join(folder, 'app.cjs'), commonjs);
      tool('ncc', ['build', 'app.cjs', '--out', 'out']);
      return node([
        join(
          'out',
          readdirSync(join(folder, 'out')).find((name) => /^index\.[cm]?js$/.test(name)),
        ),
      ]);
    },
  },
  {
    name: 'single executable application',
    version: ({ node }) => node(['--version']),
    how: '`createRequire(process.execPath)` beside `node_modules`, `postject`',
    needs: () => Number(process.versions.node.split('.')[0]) < 20 && 'Node 20 or newer',
    go(context) {
      npmInstall(context);
      const { folder } = context;
      const load = "const { createRequire } = require('node:module');";
      const own = "const http = createRequire(process.execPath)('rust-http');";
      return executable(context, `${load}${own}${ask('http', 'http')}`, join(folder, 'app'));
    },
  },
  {
    name: 'Deno',
    version: ({ tool }) => tool('deno', ['--version']).split(' ')[1],
    how: '`deno run --allow-all`, `node_modules` by npm',
    says: /rust-http is a part of Node, and this is Deno [^:]*: use node:http here/,
    go(context) {
      npmInstall(context);
      const { folder, tool } = context;
      writeFileSync(join(folder, 'app.cjs'), commonjs);
      return tool('deno', ['run', '--allow-all', 'app.cjs']);
    },
  },
  {
    name: 'Bun',
    version: ({ tool }) => tool('bun', ['--version']),
    how: '`bun app.js`',
    says: /rust-http is a part of Node, and this is Bun [^:]*: use node:http here/,
    go(context) {
      npmInstall(context);
      const { folder, tool } = context;
      writeFileSync(join(folder, 'app.cjs'), commonjs);
      return tool('bun', ['app.cjs']);
    },
  },
];

function pack({ folder, tool, node }, more, externals = JSON.stringify(more.externals ?? {})) {
  writeFileSync(join(folder, 'app.cjs'), commonjs);
  writeFileSync(
    join(folder, 'webpack.config.cjs'),
    `module.exports = { mode: 'production', target: 'node', entry: './app.cjs', externals: ${externals},
      output: { path: __dirname + '/out', filename: 'app.cjs' } };`,
  );
  tool('webpack', ['--config', 'webpack.config.cjs']);
  return node(['out/app.cjs']);
}

function executable({ folder, run, tool, node }, text, target) {
  writeFileSync(join(folder, 'app.cjs'), text);
  const config = { main: 'app.cjs', output: 'app.blob', disableExperimentalSEAWarning: true };
  writeFileSync(join(folder, 'sea.json'), JSON.stringify(config));
  node(['--experimental-sea-config', 'sea.json']);
  copyFileSync(process.execPath, target);
  chmodSync(target, 0o755);
  const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
  tool('postject', [target, 'NODE_SEA_BLOB', 'app.blob', '--sentinel-fuse', fuse]);
  return run(target, []);
}

const platformFolders = (folder) =>
  readdirSync(join(folder, 'node_modules'))
    .filter((name) => name.startsWith('rust-http-'))
    .map((name) => join(folder, 'node_modules', name));

function findAddon(modules) {
  const files = readdirSync(modules, { recursive: true });
  const found = files.find((name) => name.endsWith('.node') && !name.includes('musl'));
  if (!found) throw new Error('no binary was installed');
  return join(modules, found);
}

/** Those that the loader of the system would load, itself included. */
function librariesOf(run, files) {
  const text = files.map((file) => run('ldd', [file])).join('');
  return [...new Set([...text.matchAll(/(\/\S+) \(0x/g)].map(([, path]) => path))];
}
