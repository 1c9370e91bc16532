import type { Transaction } from '../../store/store.ts'
import type {
  CustomerMasterKeySpec,
  EncryptionAlgorithmSpec,
  KeyAgreementAlgorithmSpec,
  KeyMetadata,
  KeySpec,
  KeyState,
  MacAlgorithmSpec,
  SigningAlgorithmSpec,
} from '../models/kms.ts'
import { arnOf } from './key.ts'
import { storeOf } from './key-store.ts'
import { algorithmsOf } from './key-specs.ts'
import { multiRegionConfiguration } from './multi-region.ts'
import type { KeyRecord } from './records.ts'

/** What `DescribeKey` and `CreateKey` tell about a key. */
export async function describe(tx: Transaction, record: KeyRecord): Promise<KeyMetadata> {
  const { imported, deletion } = record
  const symmetric = record.spec === 'SYMMETRIC_DEFAULT'
  const store = await storeOf(tx, record)
  const state = store && store.state !== 'CONNECTED' ? unavailableState(record.state) : record.state
  return {
    AWSAccountId: record.account,
    KeyId: record.id,
    Arn: arnOf(record),
    CreationDate: record.createdAt,
    Enabled: state === 'Enabled',
    Description: record.description,
    KeyUsage: record.usage,
    KeyState: state,
    DeletionDate: record.state === 'PendingDeletion' ? deletion?.at : undefined,
    PendingDeletionWindowInDays: record.state === 'PendingReplicaDeletion' ? deletion?.windowDays : undefined,
    ValidTo: imported?.validTo,
    Origin: record.origin,
    ExpirationModel: imported?.expirationModel,
    KeyManager: record.manager,
    CustomerMasterKeySpec: legacySpec(record.spec),
    KeySpec: record.spec,
    ...algorithmMembers(record),
    MultiRegion: record.multiRegion !== undefined,
    MultiRegionConfiguration: await multiRegionConfiguration(tx, record),
    CustomKeyStoreId: store?.id,
    CloudHsmClusterId: store?.hsm?.clusterId,
    XksKeyConfiguration: store?.xks && { Id: record.customStore?.keyId },
    CurrentKeyMaterialId: symmetric && record.customStore === undefined ? record.material : undefined,
  }
}

/** How a key stands whose store is not connected. */
function unavailableState(state: KeyState): KeyState {
  return state === 'Enabled' || state === 'Disabled' ? 'Unavailable' : state
}

interface AlgorithmMembers {
  readonly EncryptionAlgorithms?: readonly EncryptionAlgorithmSpec[]
  readonly SigningAlgorithms?: readonly SigningAlgorithmSpec[]
  readonly MacAlgorithms?: readonly MacAlgorithmSpec[]
  readonly KeyAgreementAlgorithms?: readonly KeyAgreementAlgorithmSpec[]
}

const members = {
  ENCRYPT_DECRYPT: 'EncryptionAlgorithms',
  SIGN_VERIFY: 'SigningAlgorithms',
  GENERATE_VERIFY_MAC: 'MacAlgorithms',
  KEY_AGREEMENT: 'KeyAgreementAlgorithms',
} as const

/** The algorithms of a key, in the one member that its usage has. */
export function algorithmMembers({ spec, usage }: KeyRecord): AlgorithmMembers {
  return { [members[usage]]: algorithmsOf(spec, usage) }
}

/** The member's old name has the same value, except for specs that came after it. */
export function legacySpec(spec: KeySpec): CustomerMasterKeySpec | undefined {
  switch (spec) {
    case 'ML_DSA_44':
    case 'ML_DSA_65':
    case 'ML_DSA_87':
    case 'ECC_NIST_EDWARDS25519':
      return undefined
    default:
      return spec
  }
}
