import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { rootCertificates } from 'node:tls'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { type FakeOracleOptions, startOracle } from '../../../test/fakes/oracle.ts'
import type { Mischief } from '../../../test/fakes/oracle/connection.ts'
import { releases } from '../../../test/fakes/oracle/release.ts'
import { findProgram } from '../../../test/real-server.ts'
import { localhost } from '../../../test/tls/certificate.ts'
import { next, oracleBench } from './oracle.test-support.ts'

const { server, start, stop, openAsAdmin } = oracleBench()
beforeEach(() => start())
afterEach(stop)

/** The driver ends connections that nobody holds any more when they are collected, and throws where nobody catches if it cannot. */
async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  for (let round = 0; round < 3; round++) {
    collect()
    await setImmediate()
  }
}

describe('time', () => {
  const hasty = { statementMilliseconds: 300 }
  afterEach(collectGarbage)

  test.each<[NonNullable<Mischief['hangAt']>['at'], string]>([
    ['accept', 'connecting'],
    ['login', 'a login'],
    ['protocol', 'the first word'],
  ])('ends %s that nobody answers', async (at) => {
    for (const release of [releases['19c'], releases['23ai']]) {
      await start({ release })
      server().mischief.hangAt = { at, deaf: true }
      if (at !== 'protocol' || !release.fastLogin) {
        await expect(openAsAdmin({ connectMilliseconds: 200 })).rejects.toMatchObject({
          kind: 'unavailable',
          code: 'ETIMEDOUT',
        })
      }
      await expect.poll(() => server().connections()).toBe(0)
    }
  })

  test.each([true, false])('ends a statement that is not answered; the server is deaf: %s', async (deaf) => {
    const session = await openAsAdmin(hasty)
    server().mischief.hangAt = { at: /^ALTER USER/, deaf }
    const code = deaf ? 'ETIMEDOUT' : 'NJS-123'
    await expect(session.changePassword('joe', next)).rejects.toMatchObject({ kind: 'unavailable', code })
    if (!deaf) expect(await session.hasUser('joe')).toBe(false)
    await session.close().catch(() => undefined)
    await expect.poll(() => server().connections()).toBe(0)
  })

  test('ends a statement on an encrypted connection that is not answered', async () => {
    await start({ tls: localhost })
    const session = await openAsAdmin({ ...hasty, tls: { ca: localhost.cert } })
    server().mischief.hangAt = { at: /^ALTER USER/, deaf: true }
    await expect(session.changePassword('joe', next)).rejects.toMatchObject({ kind: 'unavailable', code: 'ETIMEDOUT' })
    await session.close().catch(() => undefined)
    await expect.poll(() => server().connections()).toBe(0)
  })

  test('ends a farewell that is not answered', async () => {
    const session = await openAsAdmin()
    server().mischief.hangAt = { at: 'logoff', deaf: true }
    await expect(session.close()).rejects.toMatchObject({ kind: 'unavailable' })
    await expect.poll(() => server().connections()).toBe(0)
  })
})

describe('a listener that sends its driver on', () => {
  const target = async (options?: FakeOracleOptions) => {
    const other = await startOracle(options)
    onTestFinished(() => other.stop())
    return other
  }
  const sendOn = (host: string, port: number) => {
    server().mischief.redirect = { protocol: 'tcp', host, port }
  }
  const only =
    (...hosts: readonly string[]) =>
    (host: string) =>
      hosts.includes(host)

  test('is followed where rotators may connect to any host', async () => {
    const other = await target({ address: '127.0.0.2' })
    sendOn('127.0.0.2', other.port)
    await (await openAsAdmin()).close()
    expect(other.bytes()).toBeGreaterThan(0)
  })

  test('is followed to where it is itself, and to what is allowed by its address', async () => {
    const [same, other] = [await target(), await target({ address: '127.0.0.2' })]
    const places = [
      ['127.0.0.1', same],
      ['localhost', same],
      ['127.0.0.2', other],
    ] as const
    for (const [host, { port }] of places) {
      sendOn(host, port)
      await (await openAsAdmin({ mayReach: only('localhost', '127.0.0.2') })).close()
    }
    expect(other.bytes()).toBeGreaterThan(0)
  })

  test('is followed to no other host, which hears nothing, however it is written', async () => {
    const other = await target({ address: '127.0.0.2' })
    for (const host of ['127.0.0.2', '127.2', '2130706434', '::ffff:127.0.0.2']) {
      sendOn(host, other.port)
      await expect(openAsAdmin({ mayReach: only('127.0.0.1') })).rejects.toMatchObject({
        kind: 'refused',
        code: 'HostNotAllowed',
      })
    }
    expect(other.bytes()).toBe(0)
    expect(other.accepted()).toBe(0)
  })
})

describe('an encrypted connection', () => {
  beforeEach(() => start({ tls: localhost }))

  test('is made where the authority is known', async () => {
    for (const ca of [localhost.cert, `${rootCertificates[0]}\n${localhost.cert}`]) {
      const session = await openAsAdmin({ tls: { ca } })
      expect(await session.hasUser('joe')).toBe(false)
      await session.close()
    }
    expect(server().clientCertificates()).toBe(0)
  })

  test('stays one when the listener sends the driver on: nothing is sent in the clear', async () => {
    const plain = await startOracle()
    onTestFinished(() => plain.stop())
    server().mischief.redirect = { protocol: 'tcp', host: '127.0.0.1', port: plain.port }
    const tls = { ca: localhost.cert }
    await expect(openAsAdmin({ tls })).rejects.toMatchObject({ kind: 'refused', code: 'NotEncrypted' })
    expect(plain.bytes()).toBe(0)
    const encrypted = await startOracle({ tls: localhost })
    onTestFinished(() => encrypted.stop())
    server().mischief.redirect = { protocol: 'tcps', host: '127.0.0.1', port: encrypted.port }
    await (await openAsAdmin({ tls })).close()
    expect(encrypted.bytes()).toBeGreaterThan(0)
  })

  test.each([undefined, rootCertificates[0]])('is not made where it is not, and nothing is sent', async (ca) => {
    await expect(openAsAdmin({ tls: { ca } })).rejects.toMatchObject({ kind: 'unavailable', code: 'NJS-506' })
    expect(server().bytes()).toBe(0)
  })

  test.each(['', 'no certificate', localhost.key])('needs authorities that are some', async (ca) => {
    await expect(openAsAdmin({ tls: { ca } })).rejects.toMatchObject({ kind: 'refused', code: 'ca' })
  })

  test('is not made to a server that does not speak it, nor a plain one to one that does', async () => {
    await expect(openAsAdmin({ connectMilliseconds: 200 })).rejects.toMatchObject({ kind: 'unavailable' })
    expect(server().bytes()).toBe(0)
    await start()
    const tls = { ca: localhost.cert }
    await expect(openAsAdmin({ tls, connectMilliseconds: 200 })).rejects.toMatchObject({ kind: 'unavailable' })
    await expect.poll(() => server().connections()).toBe(0)
  })

  const openssl = findProgram('openssl')
  test.skipIf(!openssl)('is not made to a server with another name, whatever kind its key is', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'keyturn-oracle-'))
    try {
      for (const algorithm of ['ed25519', 'rsa:2048']) {
        const make = (name: string) => {
          const flags = ['req', '-x509', '-newkey', algorithm, '-nodes', '-keyout', 'key', '-out', 'cert', '-days', '2']
          execFileSync(openssl ?? '', [...flags, '-subj', '/CN=oracle', '-addext', `subjectAltName=${name}`], {
            cwd: folder,
            stdio: 'pipe',
          })
          return { cert: readFileSync(join(folder, 'cert'), 'utf8'), key: readFileSync(join(folder, 'key'), 'utf8') }
        }
        const right = make('IP:127.0.0.1')
        await start({ tls: right })
        await (await openAsAdmin({ tls: { ca: right.cert } })).close()
        const wrong = make('DNS:oracle.example')
        await start({ tls: wrong })
        await expect(openAsAdmin({ tls: { ca: wrong.cert } })).rejects.toMatchObject({ code: 'NJS-506' })
        expect(server().bytes()).toBe(0)
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
