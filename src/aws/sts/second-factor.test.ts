import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Secret } from '../../base/secret.ts'
import type { Caller } from '../call.ts'
import { account, type Directory, openDirectory, trusting } from '../identities/directory.test-support.ts'
import { codeAt, stepAt } from '../iam/one-time-code.ts'

let directory: Directory
beforeAll(async () => {
  // Codes are of steps of time: it stands still here, in the middle of one.
  vi.useFakeTimers({ toFake: ['Date'], now: stepAt(Date.now()) * 30_000 + 15_000 })
  directory = await openDirectory()
})
afterAll(async () => {
  await directory.harness.close()
  vi.useRealTimers()
})

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

function fromBase32(text: string): Buffer {
  const bits = Array.from(text, (letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('')
  return Buffer.from(bits.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? [])
}

/** A user with an enabled device. Codes are of steps counted from the present one. */
async function withDevice(name: string) {
  const caller = await directory.user(name)
  const { VirtualMFADevice } = await directory.iam('CreateVirtualMFADevice', { VirtualMFADeviceName: name })
  const { SerialNumber, Base32StringSeed } = VirtualMFADevice
  const seed = fromBase32(String((Base32StringSeed as unknown as Secret<Buffer>).reveal()))
  const code = (steps: number) => codeAt(seed, stepAt(directory.harness.clock.real()) + steps)
  return { caller, UserName: name, SerialNumber, code }
}

async function enabled(name: string) {
  const device = await withDevice(name)
  const { UserName, SerialNumber, code } = device
  const codes = { AuthenticationCode1: code(-1), AuthenticationCode2: code(0) }
  await directory.iam('EnableMFADevice', { UserName, SerialNumber, ...codes })
  return device
}

const wrong = {
  code: 'AccessDenied',
  text: 'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.',
}

test('two codes in a row enable a device', async () => {
  const { iam } = directory
  const { UserName, SerialNumber, code } = await withDevice('ann')
  const enable = (AuthenticationCode1: string, AuthenticationCode2: string) =>
    iam('EnableMFADevice', { UserName, SerialNumber, AuthenticationCode1, AuthenticationCode2 })
  const invalid = { code: 'InvalidAuthenticationCodeException', text: 'Authentication code for device is not valid' }
  await expect(enable(code(0), code(0))).rejects.toMatchObject(invalid)
  await expect(enable(code(0), code(-1))).rejects.toMatchObject(invalid)
  await enable(code(-1), code(0))
  expect((await iam('ListMFADevices', { UserName })).MFADevices).toMatchObject([{ UserName, SerialNumber }])
  expect((await iam('ListVirtualMFADevices', { AssignmentStatus: 'Assigned' })).VirtualMFADevices).toMatchObject([
    { SerialNumber, User: { UserName } },
  ])
  await expect(iam('DeleteVirtualMFADevice', { SerialNumber })).rejects.toMatchObject({
    code: 'DeleteConflictException',
  })
  await iam('DeactivateMFADevice', { UserName, SerialNumber })
  await iam('DeleteVirtualMFADevice', { SerialNumber })
})

test('a session with a second factor may use IAM; a code is taken once', async () => {
  const { caller, SerialNumber, code } = await enabled('bob')
  const TokenCode = code(1)
  const { Credentials } = await directory.sts('GetSessionToken', { SerialNumber, TokenCode }, caller)
  const session = await directory.caller(Credentials)
  expect(session.session?.mfaAuthenticated).toBe(true)
  await directory.iam('ListUsers', {}, session)
  await expect(directory.sts('GetSessionToken', { SerialNumber, TokenCode }, caller)).rejects.toMatchObject(wrong)
})

test('a role may ask for a second factor', async () => {
  const { caller, SerialNumber, code } = await enabled('carol')
  const condition = { Bool: { 'aws:MultiFactorAuthPresent': 'true' } }
  const RoleArn = await directory.role('guarded', trusting(caller.arn, { condition }))
  const assume = (more: object, as: Caller = caller) =>
    directory.sts('AssumeRole', { RoleArn, RoleSessionName: 'one', ...more }, as)
  await expect(assume({})).rejects.toMatchObject({ code: 'AccessDenied' })
  await expect(assume({ SerialNumber, TokenCode: code(7) })).rejects.toMatchObject(wrong)
  await expect(assume({ TokenCode: code(1) })).rejects.toMatchObject(wrong)
  const other = await directory.user('dave')
  await expect(assume({ SerialNumber, TokenCode: code(1) }, other)).rejects.toMatchObject(wrong)
  await assume({ SerialNumber, TokenCode: code(1) })
})

test('codes cannot be tried through', async () => {
  const { caller, SerialNumber, code } = await enabled('erin')
  const right = code(1)
  for (let count = 0; count < 6; count++) {
    const TokenCode = String((Number(right) + 1 + count) % 1_000_000).padStart(6, '0')
    await expect(directory.sts('GetSessionToken', { SerialNumber, TokenCode }, caller)).rejects.toMatchObject(wrong)
  }
  const attempt = () => directory.sts('GetSessionToken', { SerialNumber, TokenCode: right }, caller)
  await expect(attempt()).rejects.toMatchObject(wrong)
  vi.setSystemTime(Date.now() + 30_000)
  await attempt()
})

test('whoever goes on trying is looked at ever more rarely, and forgiven with the right code', async () => {
  const { caller, SerialNumber, code } = await enabled('heidi')
  const attempt = (TokenCode: string) => directory.sts('GetSessionToken', { SerialNumber, TokenCode }, caller)
  const fail = async (times: number) => {
    for (let count = 0; count < times; count++) await expect(attempt(code(9))).rejects.toMatchObject(wrong)
  }
  const pass = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000)
  await fail(5)
  pass(30)
  await fail(5)
  pass(30)
  await expect(attempt(code(0))).rejects.toMatchObject(wrong)
  pass(30)
  await fail(40)
  pass(30)
  await expect(attempt(code(0))).rejects.toMatchObject(wrong)
  pass(3600)
  await attempt(code(0))
  await fail(4)
  await attempt(code(1))
})

test('a user with a device is not deleted, and a device is nobody else’s', async () => {
  const { UserName, SerialNumber, caller } = await enabled('frank')
  expect(SerialNumber).toBe(`arn:aws:iam::${account}:mfa/frank`)
  await directory.iam('DeleteAccessKey', { UserName, AccessKeyId: caller.accessKeyId })
  await expect(directory.iam('DeleteUser', { UserName })).rejects.toMatchObject({
    text: 'Cannot delete entity, must delete MFA device first.',
  })
  await directory.iam('UpdateUser', { UserName, NewUserName: 'francis' })
  expect((await directory.iam('ListMFADevices', { UserName: 'francis' })).MFADevices).toMatchObject([
    { UserName: 'francis', SerialNumber },
  ])
  await directory.user('grace')
  await expect(directory.iam('DeactivateMFADevice', { UserName: 'grace', SerialNumber })).rejects.toMatchObject({
    code: 'NoSuchEntityException',
  })
})
