import type { Transaction } from '../../store/store.ts'
import { table } from '../../store/table.ts'
import { jobNotFound } from './messages.ts'

/** A question about when an entity used which services; it is answered when the answer is fetched. */
export interface AccessJob {
  readonly id: string
  readonly arn: string
  readonly granularity: 'SERVICE_LEVEL' | 'ACTION_LEVEL'
  readonly createdAt: number
}

/** The last questions of an account, the newest first. */
const jobs = table<{ readonly jobs: readonly AccessJob[] }>({ name: 'iam/access-jobs', version: 1 })

const mostJobs = 100

async function jobsOf(tx: Transaction, account: string): Promise<readonly AccessJob[]> {
  return (await jobs.get(tx, account))?.jobs ?? []
}

export async function addJob(tx: Transaction, account: string, job: AccessJob): Promise<void> {
  jobs.put(tx, { jobs: [job, ...(await jobsOf(tx, account))].slice(0, mostJobs) }, account)
}

export async function readJob(tx: Transaction, account: string, id: string): Promise<AccessJob> {
  const job = (await jobsOf(tx, account)).find((one) => one.id === id)
  if (!job) throw jobNotFound(id)
  return job
}
