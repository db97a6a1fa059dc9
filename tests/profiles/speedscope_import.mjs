// Gives a file to speedscope's importer and prints what it made of it, as JSON.
//
//     node speedscope_import.mjs BUNDLE PROFILE
//
// The bundle is speedscope as browsers load it. It runs as it is, up to where it would show its window: there the
// function by which it takes files from its command line is handed out instead.
import fs from 'node:fs'
import vm from 'node:vm'

const [bundle, file] = process.argv.slice(2)
const source = fs.readFileSync(bundle, 'utf8')
const importer = source.match(/async function (\w+)\(\w,\w\)\{return\(await \w+\)\.importProfileGroupFromBase64\(/)?.[1]
const window_begins = source.lastIndexOf('console.log(`speedscope v')
if (!importer || window_begins < 0) throw new Error('this is another version of speedscope')

const nothing = () => {}
const page = {
  setTimeout, performance, TextDecoder, TextEncoder, atob, btoa, URL, WebAssembly, Blob,
  console: {log: nothing, warn: console.error, error: console.error},
  navigator: {platform: '', userAgent: ''},
  location: {hash: '', protocol: 'file:', href: 'file:///'},
  localStorage: {getItem: () => null, setItem: nothing},
  addEventListener: nothing,
  matchMedia: () => ({matches: false, addEventListener: nothing, addListener: nothing}),
  document: {createElement: () => ({style: {}, getContext: () => null}), addEventListener: nothing},
}
page.window = page.self = page
vm.createContext(page)

// An error is told without the half megabyte of source that node would print with it.
try {
  vm.runInContext(`${source.slice(0, window_begins)}; window.importer = ${importer} })()`, page)
  const group = await page.importer(file, fs.readFileSync(file).toString('base64'))
  if (!group) throw new Error('speedscope does not know this format')
  process.stdout.write(JSON.stringify(group.profiles.map(contents)))
} catch (error) {
  console.error(String(error))
  process.exitCode = 1
}

function contents(profile) {
  const frames = []
  profile.forEachFrame((frame) =>
    frames.push({name: frame.name, self: frame.getSelfWeight(), total: frame.getTotalWeight()}))
  return {name: profile.getName(), unit: profile.getWeightUnit(), total: profile.getTotalWeight(), frames}
}
