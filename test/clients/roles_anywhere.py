"""Makes a trust anchor and a profile with boto3. Usage: roles_anywhere.py AUTHORITY_PEM ROLE_ARN; prints their ARNs."""

import json
import sys

import boto3
from botocore.exceptions import ClientError

pem, role = sys.argv[1:]
client = boto3.client("rolesanywhere")
source = {"sourceType": "CERTIFICATE_BUNDLE", "sourceData": {"x509CertificateData": open(pem).read()}}
tags = [{"key": "team", "value": "web"}]
anchor = client.create_trust_anchor(name="anchor", source=source, enabled=True, tags=tags)["trustAnchor"]
profile = client.create_profile(name="profile", roleArns=[role], enabled=True, durationSeconds=900)["profile"]

assert client.list_tags_for_resource(resourceArn=anchor["trustAnchorArn"])["tags"] == tags
client.untag_resource(resourceArn=anchor["trustAnchorArn"], tagKeys=["team"])
assert client.list_tags_for_resource(resourceArn=anchor["trustAnchorArn"])["tags"] == []
assert client.get_trust_anchor(trustAnchorId=anchor["trustAnchorId"])["trustAnchor"]["name"] == "anchor"
changed = client.update_profile(profileId=profile["profileId"], name="renamed")["profile"]
assert (changed["name"], changed["durationSeconds"], changed["roleArns"]) == ("renamed", 900, [role])
others = [client.create_profile(name=f"p{number}", roleArns=[])["profile"]["profileId"] for number in range(5)]
listed = [one["profileId"] for page in client.get_paginator("list_profiles").paginate() for one in page["profiles"]]
assert sorted(listed) == sorted([profile["profileId"], *others])
first = client.list_profiles(pageSize=4)
second = client.list_profiles(pageSize=4, nextToken=first["nextToken"])
assert [one["profileId"] for one in first["profiles"] + second["profiles"]] == listed
assert "nextToken" not in second
client.delete_profile(profileId=others[0])
try:
    client.get_profile(profileId=others[0])
    raise SystemExit("a deleted profile is still there")
except ClientError as error:
    assert error.response["Error"]["Code"] == "ResourceNotFoundException"
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 404

print(json.dumps({"anchor": anchor["trustAnchorArn"], "profile": profile["profileArn"]}))
