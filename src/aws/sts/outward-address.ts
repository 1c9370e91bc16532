import { lookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/**
 * Addresses that no identity provider has: of a link, of nobody, of groups, and those at which clouds hand out credentials to
 * the machines on them. A provider's documents name hosts, so an account could have them asked otherwise.
 */
const never = new BlockList()
const thisMachine = new BlockList()

for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 3],
  ['100.100.100.200', 32],
  ['168.63.129.16', 32],
  ['192.0.0.192', 32],
] as const)
  never.addSubnet(network, prefix, 'ipv4')
for (const [network, prefix] of [
  ['::', 128],
  ['fe80::', 10],
  ['ff00::', 8],
  ['fd00:ec2::', 32],
  ['64:ff9b::a9fe:0', 112],
] as const)
  never.addSubnet(network, prefix, 'ipv6')
thisMachine.addSubnet('127.0.0.0', 8, 'ipv4')
thisMachine.addSubnet('::1', 128, 'ipv6')
thisMachine.addSubnet('64:ff9b::7f00:0', 104, 'ipv6')

export interface Reach {
  /** Whether this machine itself may be asked: for trying things out. */
  readonly loopback: boolean
}

/** Whether a server may be asked at an address; IPv4 addresses in IPv6 clothes are what they are. */
export function isOutward(address: string, { loopback }: Reach): boolean {
  const version = isIP(address)
  if (version === 0) return false
  const family = version === 4 ? 'ipv4' : 'ipv6'
  return !never.check(address, family) && (loopback || !thisMachine.check(address, family))
}

/** Finds the addresses of a host for a connection, which is thereby made to the very addresses that were looked at. */
export function outwardLookup(reach: Reach): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? []
      if (error || !first) return callback(error ?? new Error('no address'), '')
      if (!addresses.every(({ address }) => isOutward(address, reach)))
        return callback(new Error('an address that is never asked'), '')
      if (options.all) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }
}
