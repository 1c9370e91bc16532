import { readFileSync } from 'node:fs'
import { authorizationOf } from '../protocols/authorization.ts'
import { type CompactModel, linkModel } from '../protocols/model.ts'
import { serviceOf } from '../service.ts'
import { createProfile } from './create-profile.ts'
import { createSession } from './create-session.ts'
import { createTrustAnchor } from './create-trust-anchor.ts'
import { deleteCrl } from './delete-crl.ts'
import { deleteProfile } from './delete-profile.ts'
import { deleteTrustAnchor } from './delete-trust-anchor.ts'
import { disableCrl } from './disable-crl.ts'
import { disableProfile } from './disable-profile.ts'
import { disableTrustAnchor } from './disable-trust-anchor.ts'
import { enableCrl } from './enable-crl.ts'
import { enableProfile } from './enable-profile.ts'
import { enableTrustAnchor } from './enable-trust-anchor.ts'
import { getCrl } from './get-crl.ts'
import { getProfile } from './get-profile.ts'
import { getSubject } from './get-subject.ts'
import { getTrustAnchor } from './get-trust-anchor.ts'
import { importCrl } from './import-crl.ts'
import { listCrls } from './list-crls.ts'
import { listProfiles } from './list-profiles.ts'
import { listSubjects } from './list-subjects.ts'
import { listTagsForResource } from './list-tags-for-resource.ts'
import { listTrustAnchors } from './list-trust-anchors.ts'
import { tagResource } from './tag-resource.ts'
import { untagResource } from './untag-resource.ts'
import { updateCrl } from './update-crl.ts'
import { updateProfile } from './update-profile.ts'
import { updateTrustAnchor } from './update-trust-anchor.ts'
import type { AllOperations } from './session-shapes.ts'

/** The published model, with the one operation that it leaves out (user guide, «CreateSession API»). */
function wholeModel(): CompactModel {
  const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as CompactModel
  const published = read('../models/rolesanywhere.json')
  const session = read('./session-model.json')
  return {
    ...published,
    operations: { ...published.operations, ...session.operations },
    shapes: { ...published.shapes, ...session.shapes },
  }
}

/** IAM Roles Anywhere: sessions of roles for servers outside any cloud, by X.509 certificates. */
export const rolesanywhere = serviceOf<AllOperations>()({
  name: 'rolesanywhere',
  model: linkModel(wholeModel()),
  authorization: authorizationOf('rolesanywhere'),
  serves: {
    CreateProfile: createProfile,
    CreateSession: createSession,
    CreateTrustAnchor: createTrustAnchor,
    DeleteCrl: deleteCrl,
    DeleteProfile: deleteProfile,
    DeleteTrustAnchor: deleteTrustAnchor,
    DisableCrl: disableCrl,
    DisableProfile: disableProfile,
    DisableTrustAnchor: disableTrustAnchor,
    EnableCrl: enableCrl,
    EnableProfile: enableProfile,
    EnableTrustAnchor: enableTrustAnchor,
    GetCrl: getCrl,
    GetProfile: getProfile,
    GetSubject: getSubject,
    GetTrustAnchor: getTrustAnchor,
    ImportCrl: importCrl,
    ListCrls: listCrls,
    ListProfiles: listProfiles,
    ListSubjects: listSubjects,
    ListTagsForResource: listTagsForResource,
    ListTrustAnchors: listTrustAnchors,
    TagResource: tagResource,
    UntagResource: untagResource,
    UpdateCrl: updateCrl,
    UpdateProfile: updateProfile,
    UpdateTrustAnchor: updateTrustAnchor,
  },
  unserved: ['DeleteAttributeMapping', 'PutAttributeMapping', 'PutNotificationSettings', 'ResetNotificationSettings'],
})
