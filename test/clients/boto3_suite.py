"""Drives unmodified boto3 against a dev server. Usage: boto3_suite.py ENDPOINT"""

import json
import sys
import unittest
import uuid

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

endpoint = sys.argv.pop(1)


def client(service, key="test", secret="test", token=None, region="us-east-1"):
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        aws_session_token=token,
        config=Config(retries={"max_attempts": 0}),
    )


def code_of(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


class Secrets(unittest.TestCase):
    def test_reads_what_was_written(self):
        secrets = client("secretsmanager")
        name = f"boto/{uuid.uuid4()}"
        secrets.create_secret(Name=name, SecretString='{"username":"app"}')
        self.assertEqual(secrets.get_secret_value(SecretId=name)["SecretString"], '{"username":"app"}')
        secrets.put_secret_value(SecretId=name, SecretBinary=b"\x00\xff")
        self.assertEqual(secrets.get_secret_value(SecretId=name)["SecretBinary"], b"\x00\xff")

    def test_pages_through_a_list(self):
        secrets = client("secretsmanager", key="333333333333")
        prefix = f"page-{uuid.uuid4()}/"
        made = [prefix + f"{number:02}" for number in range(25)]
        for name in made:
            secrets.create_secret(Name=name, SecretString="x")
        pages = secrets.get_paginator("list_secrets").paginate(
            Filters=[{"Key": "name", "Values": [prefix]}], PaginationConfig={"PageSize": 7}
        )
        self.assertEqual([entry["Name"] for page in pages for entry in page["SecretList"]], made)

    def test_refuses_other_accounts_and_wrong_secrets(self):
        name = f"boto/{uuid.uuid4()}"
        arn = client("secretsmanager").create_secret(Name=name, SecretString="x")["ARN"]
        stranger = client("secretsmanager", key="222222222222")
        self.assertEqual(code_of(stranger.get_secret_value, SecretId=arn), "AccessDeniedException")
        forged = client("secretsmanager", secret="guess")
        self.assertEqual(code_of(forged.get_secret_value, SecretId=name), "InvalidSignatureException")

    def test_regions_are_apart(self):
        name = f"boto/{uuid.uuid4()}"
        client("secretsmanager").create_secret(Name=name, SecretString="x")
        elsewhere = client("secretsmanager", region="eu-west-1")
        self.assertEqual(code_of(elsewhere.describe_secret, SecretId=name), "ResourceNotFoundException")


class Sessions(unittest.TestCase):
    def test_a_role_session_does_what_its_role_may(self):
        iam, sts = client("iam"), client("sts")
        name = f"role-{uuid.uuid4()}"
        trust = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "000000000000"}, "Action": "sts:AssumeRole"}}
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        credentials = sts.assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
        session = {"key": credentials["AccessKeyId"], "secret": credentials["SecretAccessKey"], "token": credentials["SessionToken"]}
        self.assertIn(f"assumed-role/{name}/test", client("sts", **session).get_caller_identity()["Arn"])
        self.assertEqual(code_of(client("secretsmanager", **session).list_secrets), "AccessDeniedException")
        allow = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "secretsmanager:ListSecrets", "Resource": "*"}}
        iam.put_role_policy(RoleName=name, PolicyName="list", PolicyDocument=json.dumps(allow))
        self.assertIsNone(code_of(client("secretsmanager", **session).list_secrets))
        iam.delete_role_policy(RoleName=name, PolicyName="list")
        iam.delete_role(RoleName=name)
        self.assertIsNotNone(code_of(client("secretsmanager", **session).list_secrets))


class Keys(unittest.TestCase):
    def test_encrypts_under_a_context(self):
        kms = client("kms")
        key = kms.create_key()["KeyMetadata"]["KeyId"]
        data = kms.generate_data_key(KeyId=key, KeySpec="AES_256", EncryptionContext={"a": "bc"})
        again = kms.decrypt(CiphertextBlob=data["CiphertextBlob"], EncryptionContext={"a": "bc"})
        self.assertEqual(again["Plaintext"], data["Plaintext"])
        self.assertEqual(
            code_of(kms.decrypt, CiphertextBlob=data["CiphertextBlob"], EncryptionContext={"ab": "c"}), "InvalidCiphertextException"
        )


class Parameters(unittest.TestCase):
    def test_pages_through_a_path(self):
        ssm = client("ssm")
        path = f"/boto/{uuid.uuid4()}"
        made = [f"{path}/{number:02}" for number in range(25)]
        for name in made:
            ssm.put_parameter(Name=name, Value=name, Type="SecureString")
        pages = ssm.get_paginator("get_parameters_by_path").paginate(Path=path, WithDecryption=True)
        found = [parameter for page in pages for parameter in page["Parameters"]]
        self.assertEqual([parameter["Name"] for parameter in found], made)
        self.assertEqual([parameter["Value"] for parameter in found], made)
        filters = [{"Key": "Path", "Option": "Recursive", "Values": [path]}]
        described = ssm.get_paginator("describe_parameters").paginate(ParameterFilters=filters, PaginationConfig={"PageSize": 10})
        self.assertEqual([entry["Name"] for page in described for entry in page["Parameters"]], made)

    def test_versions_labels_and_refusals(self):
        ssm = client("ssm")
        name = f"boto-{uuid.uuid4()}"
        self.assertEqual(ssm.put_parameter(Name=name, Value="one", Type="String")["Version"], 1)
        self.assertEqual(code_of(ssm.put_parameter, Name=name, Value="two", Type="String"), "ParameterAlreadyExists")
        self.assertEqual(ssm.put_parameter(Name=name, Value="two", Overwrite=True)["Version"], 2)
        ssm.label_parameter_version(Name=name, ParameterVersion=1, Labels=["first"])
        self.assertEqual(ssm.get_parameter(Name=f"{name}:first")["Parameter"]["Value"], "one")
        self.assertEqual(ssm.get_parameters(Names=[name, "none"])["InvalidParameters"], ["none"])
        ssm.delete_parameter(Name=f"/{name}")
        self.assertEqual(code_of(ssm.get_parameter, Name=name), "ParameterNotFound")


if __name__ == "__main__":
    unittest.main()
