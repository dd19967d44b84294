// Builds dist/: what `npm run build` does. With --stale it leaves the parts that are still of their sources.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const tools = ['build', 'package.json', 'package-lock.json', 'node_modules/.package-lock.json']
const kernels = 'packages/kernels'
const compiled = ['src', 'supernets', 'scripts', 'bench']

/** Each part: what it is made of, what it makes, and the npm script that makes it. */
const parts = {
  kernels: {
    from: [
      ...tools,
      'tsconfig.json',
      ...['assembly', 'build', 'package.json', 'src', 'tsconfig.build.json'].map(
        (path) => `${kernels}/${path}`,
      ),
    ],
    without: [],
    to: [`${kernels}/dist`],
  },
  program: {
    from: [...tools, ...compiled, 'schedules', 'tsconfig.json', 'tsconfig.build.json', `${kernels}/dist`],
    without: ['src/presets.ts'],
    to: [...compiled.map((folder) => `dist/${folder}`), 'dist/names.json', 'schemas', 'src/presets.ts'],
  },
}

const filesOf = (path) => {
  const at = join(root, path)
  if (!existsSync(at)) return []
  if (!statSync(at).isDirectory()) return [path]
  return readdirSync(at)
    .sort()
    .flatMap((name) => filesOf(`${path}/${name}`))
}

/** A hash of the names and the bytes of all files below some paths, but for those without. */
function hashOf(paths, without = []) {
  const hash = createHash('sha256')
  const left = (file) => !without.some((path) => file === path || file.startsWith(`${path}/`))
  for (const file of paths.flatMap(filesOf).filter(left)) {
    const bytes = readFileSync(join(root, file))
    hash.update(`${file}\n${bytes.length}\n`).update(bytes)
  }
  return hash.digest('hex')
}

const stampOf = (part) => join(root, `dist/.${part}.json`)
const stateOf = ({ from, without, to }) => ({ from: hashOf(from, without), to: hashOf(to) })
const built = (part) =>
  existsSync(stampOf(part)) ? JSON.parse(readFileSync(stampOf(part), 'utf8')) : undefined

/** Deletes what an earlier build compiled out of sources that are gone. */
function deleteOrphans() {
  for (const file of compiled.flatMap((folder) => filesOf(`dist/${folder}`))) {
    const source = file.replace(/^dist\//, '').replace(/(\.d\.ts|\.js)$/, '.ts')
    if (!existsSync(join(root, source))) rmSync(join(root, file))
  }
}

function build(part, before) {
  // What the compiler believes that it has written is true only if nobody has touched it.
  if (part === 'program' && before?.to !== hashOf(parts[part].to))
    rmSync(join(root, 'dist/.tsbuildinfo'), { force: true })
  rmSync(stampOf(part), { force: true })
  // Of the sources as they are now: those that change meanwhile are stale at once.
  const from = hashOf(parts[part].from, parts[part].without)
  const { status } = spawnSync('npm', ['run', '--silent', `build:${part}`], { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
  if (part === 'program') deleteOrphans()
  mkdirSync(join(root, 'dist'), { recursive: true })
  writeFileSync(stampOf(part), `${JSON.stringify({ ...stateOf(parts[part]), from })}\n`)
}

const staleOnly = process.argv.includes('--stale')
for (const part of Object.keys(parts)) {
  const before = built(part)
  const now = staleOnly && before ? stateOf(parts[part]) : undefined
  if (!now || now.from !== before.from || now.to !== before.to) build(part, before)
}
