/** The packages as a release has them: the module without a binary, and one for each platform. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const { folderOf, pack, repacked, root } = createRequire(import.meta.url)('../packaging/npm.js');

/**
 * { main, platforms, others }: each package with its `manifest`, `file`, `size` and `unpackedSize`. `others`, of
 * platforms for which nothing was built here, are empty: installers ask for their manifests.
 */
export function releasePackages(t) {
  const made = folderOf(t);
  copyFileSync(join(root, 'package.json'), join(made, 'package.json'));
  const cli = join(root, 'node_modules', '@napi-rs', 'cli', 'dist', 'cli.js');
  const { status, stderr } = spawnSync(process.execPath, [cli, 'create-npm-dirs'], {
    cwd: made,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`napi create-npm-dirs: ${stderr}`);
  const wire = join(root, 'lib', 'wire');
  const binaries = readdirSync(wire).filter((name) => name.endsWith('.node'));
  const platforms = readdirSync(join(made, 'npm')).map((name) => {
    const folder = join(made, 'npm', name);
    const binary = `rust-http.${name}.node`;
    const isBuilt = binaries.includes(binary);
    if (isBuilt) copyFileSync(join(wire, binary), join(folder, binary));
    return { isBuilt, manifest: manifestIn(folder), ...pack(folder, made) };
  });
  const main = repacked(t, (folder) => {
    for (const binary of binaries) rmSync(join(folder, 'lib', 'wire', binary));
    const manifest = manifestIn(folder);
    // As release.yml has it.
    delete manifest.scripts.install;
    delete manifest.scripts.prepare;
    delete manifest.devDependencies;
    manifest.optionalDependencies = Object.fromEntries(
      platforms.map(({ manifest: { name, version } }) => [name, version]),
    );
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest, null, 2));
  });
  return {
    main: { ...main, manifest: manifestIn(main.unpacked) },
    platforms: platforms.filter(({ isBuilt }) => isBuilt),
    others: platforms.filter(({ isBuilt }) => !isBuilt),
  };
}

function manifestIn(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}
