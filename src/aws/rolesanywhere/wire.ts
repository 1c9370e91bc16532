import type {
  CrlDetail,
  NotificationSettingDetail,
  ProfileDetail,
  SubjectDetail,
  SubjectSummary,
  TrustAnchorDetail,
} from '../models/rolesanywhere.ts'
import { arnOf, crlKind, profileKind, subjectKind, trustAnchorKind } from './kind.ts'
import type { CrlRecord, ProfileRecord, SubjectRecord, TrustAnchorRecord } from './records.ts'

const notification = (event: NotificationSettingDetail['event']): NotificationSettingDetail => ({
  enabled: false,
  event,
  threshold: 45,
  channel: 'ALL',
  configuredBy: 'rolesanywhere.amazonaws.com',
})

const notifications = [notification('CA_CERTIFICATE_EXPIRY'), notification('END_ENTITY_CERTIFICATE_EXPIRY')]

export function trustAnchorDetail(record: TrustAnchorRecord): TrustAnchorDetail {
  return {
    trustAnchorId: record.id,
    trustAnchorArn: arnOf(trustAnchorKind, record),
    name: record.name,
    source: { sourceType: 'CERTIFICATE_BUNDLE', sourceData: { x509CertificateData: record.pem } },
    enabled: record.enabled,
    createdAt: record.createdAt,
    updatedAt: record.updatedAt,
    notificationSettings: notifications,
  }
}

/** All attributes of the three fields become tags: the default of AWS, and the only mapping here. */
const attributeMappings = (['x509Issuer', 'x509SAN', 'x509Subject'] as const).map((certificateField) => ({
  certificateField,
  mappingRules: [{ specifier: '*' }],
}))

export function profileDetail(record: ProfileRecord): ProfileDetail {
  return {
    profileId: record.id,
    profileArn: arnOf(profileKind, record),
    name: record.name,
    enabled: record.enabled,
    createdBy: record.createdBy,
    createdAt: record.createdAt,
    updatedAt: record.updatedAt,
    roleArns: record.roleArns,
    managedPolicyArns: record.managedPolicyArns,
    sessionPolicy: record.sessionPolicy,
    durationSeconds: record.durationSeconds,
    requireInstanceProperties: record.requireInstanceProperties,
    acceptRoleSessionName: record.acceptRoleSessionName,
    attributeMappings,
  }
}

export function crlDetail(record: CrlRecord): CrlDetail {
  return {
    crlId: record.id,
    crlArn: arnOf(crlKind, record),
    name: record.name,
    enabled: record.enabled,
    crlData: Buffer.from(record.data, 'base64'),
    trustAnchorArn: record.trustAnchorArn,
    createdAt: record.createdAt,
    updatedAt: record.updatedAt,
  }
}

export function subjectSummary(record: SubjectRecord): SubjectSummary {
  return {
    subjectArn: arnOf(subjectKind, record),
    subjectId: record.id,
    enabled: record.enabled,
    x509Subject: record.subject,
    lastSeenAt: record.lastSeenAt,
    createdAt: record.createdAt,
    updatedAt: record.updatedAt,
  }
}

export function subjectDetail(record: SubjectRecord): SubjectDetail {
  const credentials = record.credentials.map(({ serial, issuer, certificate, seenAt }) => ({
    seenAt,
    serialNumber: serial,
    issuer,
    enabled: true,
    x509CertificateData: certificate,
    failed: false,
  }))
  return { ...subjectSummary(record), credentials, instanceProperties: [] }
}
