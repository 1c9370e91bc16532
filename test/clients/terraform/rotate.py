"""A rotation function for the four steps that Secrets Manager asks of one; it also answers a ping."""

import os
import secrets

import boto3


def handler(event, context):
    if "ping" in event:
        return {"pong": event["ping"], "revision": os.environ["REVISION"]}
    manager = boto3.client("secretsmanager", endpoint_url=os.environ["SECRETS_MANAGER_ENDPOINT"])
    secret, token = event["SecretId"], event["ClientRequestToken"]
    stages = manager.describe_secret(SecretId=secret)["VersionIdsToStages"]
    if event["Step"] == "createSecret":
        manager.put_secret_value(
            SecretId=secret, ClientRequestToken=token, SecretString=secrets.token_hex(), VersionStages=["AWSPENDING"]
        )
    if event["Step"] == "finishSecret":
        current = next(version for version, labels in stages.items() if "AWSCURRENT" in labels)
        manager.update_secret_version_stage(
            SecretId=secret, VersionStage="AWSCURRENT", MoveToVersionId=token, RemoveFromVersionId=current
        )
    return None
