// A real Bluesky on loopback: PLC, PDS and AppView of @atproto/dev-env, for tests/bluesky_server.py.
//
//   node server.mjs <address of a PostgreSQL> <schema>
//
// Prints {"pds": …} on one line once it answers, and ends when its standard input does.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
// The embedded PostgreSQL has no contrib extensions. Only the search for people by likeness needs this one.
const { Client } = require('pg')
const ask = Client.prototype.query
Client.prototype.query = function (said, ...rest) {
  return ask.call(this, typeof said === 'string' && said.includes('trgm') ? 'SELECT 1' : said, ...rest)
}

// The PDS keeps its rows in SQLite. libsql comes compiled, and gives a blob as what only it takes for bytes.
const Sqlite = require('better-sqlite3')
const prepare = Sqlite.prototype.prepare
Sqlite.prototype.prepare = function (sql) {
  const statement = prepare.call(this, sql)
  const all = statement.all
  statement.all = (...bound) => all.apply(statement, bound).map(bytes)
  return statement
}
function bytes(row) {
  for (const [name, value] of Object.entries(row)) {
    if (value && typeof value === 'object') row[name] = Buffer.from(value)
  }
  return row
}

const { TestPlc, TestPds, TestBsky, mockNetworkUtilities } = require('@atproto/dev-env')
const [dbPostgresUrl, dbPostgresSchema] = process.argv.slice(2)

const getPort = require('get-port')
const plc = await TestPlc.create({})
const pdsPort = await getPort()
const bsky = await TestBsky.create({
  plcUrl: plc.url,
  pdsPort,
  repoProvider: `ws://localhost:${pdsPort}`,
  dbPostgresUrl,
  dbPostgresSchema,
})
const pds = await TestPds.create({
  port: pdsPort,
  didPlcUrl: plc.url,
  bskyAppViewUrl: bsky.url,
  bskyAppViewDid: bsky.ctx.cfg.serverDid,
})
mockNetworkUtilities(pds, bsky)
process.stdout.write(JSON.stringify({ pds: pds.url }) + '\n')

process.stdin.resume()
process.stdin.on('end', () => process.exit(0))
