"""Replays answers recorded from AWS against a dev server and compares the outcome with docs/compatibility.md.

Usage: replay.py RECORDINGS --checkout DIR

A test that fails or is skipped must have a row in the table «Recorded answers that differ» of docs/compatibility.md; a row
whose test passes is out of date. Exit status 0 when both agree.
"""

import argparse
import io
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import zipfile

import boto3

FILES = [
    "secretsmanager.json",
    "moto-secretsmanager.json",
    "kms.json",
    "moto-kms.json",
    "ssm.json",
    "moto-ssm.json",
    "sts.json",
    "iam.json",
    "moto-iam.json",
]


def start(checkout):
    """Starts a dev server; answers the process and its address, read from the JSON that it prints when ready."""
    server = subprocess.Popen(
        ["node", "scripts/setup.mjs", "start", "--port", "0", "--json"], cwd=checkout, stdout=subprocess.PIPE, text=True
    )
    text = ""
    for line in server.stdout:
        text += line
        if line.startswith("}"):
            return server, json.loads(text)["endpoint"]
    sys.exit("the dev server did not start")


def rotation_function(endpoint, checkout):
    """Creates the function that the recordings of rotation ask for; answers its ARN."""
    common = {"endpoint_url": endpoint, "region_name": "us-east-1", "aws_access_key_id": "test", "aws_secret_access_key": "test"}
    iam, functions = boto3.client("iam", **common), boto3.client("lambda", **common)
    trust = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}}
    allow = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*"}}
    role = iam.create_role(RoleName="replay-rotation", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    iam.put_role_policy(RoleName="replay-rotation", PolicyName="secrets", PolicyDocument=json.dumps(allow))
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.write(checkout / "test/clients/rotation-steps.mjs", "index.mjs")
    arn = functions.create_function(
        FunctionName="replay-rotation", Runtime="nodejs24.x", Handler="index.handler", Role=role, Code={"ZipFile": code.getvalue()}
    )["FunctionArn"]
    functions.add_permission(
        FunctionName=arn, StatementId="rotation", Action="lambda:InvokeFunction", Principal="secretsmanager.amazonaws.com"
    )
    return arn


def explained(checkout):
    """Service and name of every test that the document explains."""
    document = (checkout / "docs/compatibility.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| `(\S+ [^`]+)` \|", document, re.MULTILINE))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("recordings", type=pathlib.Path)
    parser.add_argument("--checkout", type=pathlib.Path, required=True)
    options = parser.parse_args()
    server, endpoint = start(options.checkout)
    try:
        with tempfile.NamedTemporaryFile(suffix=".json") as results:
            command = [sys.executable, str(options.recordings / "replay.py"), "--endpoint", endpoint, "--region2", "eu-west-1"]
            command += ["--access-key2", "222222222222", "--secret-key2", "test", "--json", results.name]
            command += ["--rotation-lambda-arn", rotation_function(endpoint, options.checkout)]
            command += [str(options.recordings / name) for name in FILES]
            subprocess.run(command, check=False)
            outcome = json.load(open(results.name, encoding="utf-8"))
    finally:
        server.terminate()
        server.wait()
    known = explained(options.checkout)
    names = {f"{test['service']} {test['name']}": test["result"] for test in outcome}
    unexplained = [f"{name} ({result})" for name, result in names.items() if result != "pass" and name not in known]
    stale = [name for name in known if names.get(name) == "pass"]
    for name in unexplained:
        print(f"not explained in docs/compatibility.md: {name}")
    for name in stale:
        print(f"explained in docs/compatibility.md, but passes: {name}")
    return 1 if unexplained or stale or not outcome else 0


if __name__ == "__main__":
    sys.exit(main())
