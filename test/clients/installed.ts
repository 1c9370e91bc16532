import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** What a program writes, or nothing where it is missing or fails. */
async function said(program: string, args: readonly string[]): Promise<string | undefined> {
  return run(program, [...args]).then(
    ({ stdout }) => stdout,
    () => undefined,
  )
}

async function findBoto3(): Promise<boolean> {
  const version = await said('python3', ['-c', 'import boto3; print(boto3.__version__)'])
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number)
  return major > 1 || (major === 1 && minor >= 28)
}

async function findAwsCli(): Promise<boolean> {
  const version = /^aws-cli\/(\d+)\.(\d+)\./.exec((await said('aws', ['--version'])) ?? '')
  if (!version) return false
  const [major, minor] = [Number(version[1]), Number(version[2])]
  return major === 1 ? minor >= 29 : minor >= 13
}

/** Whether python3 has a boto3 that takes `AWS_ENDPOINT_URL`, as it does since version 1.28. */
export const boto3 = await findBoto3()

/** Whether there is an AWS CLI that takes `AWS_ENDPOINT_URL`, as it does since versions 1.29 and 2.13. */
export const awsCli = await findAwsCli()

/** Whether there is curl. */
export const curl = (await said('curl', ['--version'])) !== undefined
