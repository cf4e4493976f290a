// Runs a WASI program under node: node tools/run_wasm.mjs PROGRAM.wasm. Exits with its status.
import {readFile} from 'node:fs/promises';
import {WASI} from 'node:wasi';

const wasi = new WASI({version: 'preview1', args: process.argv.slice(2), returnOnExit: true});
const module = await WebAssembly.compile(await readFile(process.argv[2]));
// Node 18 has no getImportObject.
const instance = await WebAssembly.instantiate(module, {wasi_snapshot_preview1: wasi.wasiImport});
process.exitCode = wasi.start(instance) ?? 0;
