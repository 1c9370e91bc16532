"""Reads the secret `chain` with whatever credentials boto3's own chain finds, and prints who read it and what it said."""

import json

import boto3

identity = boto3.client("sts").get_caller_identity()
value = boto3.client("secretsmanager").get_secret_value(SecretId="chain")
print(json.dumps({"arn": identity["Arn"], "value": value["SecretString"]}))
