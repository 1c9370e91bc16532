#!/usr/bin/env bash
# Drives the unmodified AWS CLI against a dev server. Usage: aws-cli.sh PROGRAM ENDPOINT
set -euo pipefail
program=$1
endpoint=$2
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1 AWS_PAGER='' AWS_EC2_METADATA_DISABLED=true
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
sm() { "$program" --endpoint-url "$endpoint" secretsmanager "$@"; }
check() { # check WHAT WANTED GOT
  if [ "$2" != "$3" ]; then echo "$1: wanted «$2», got «$3»"; exit 1; fi
}
refused() { # refused CODE COMMAND...
  local code=$1 out
  shift
  if out=$("$@" 2>&1); then echo "not refused: $*"; exit 1; fi
  case $out in *"($code)"*) ;; *) echo "wanted $code: $out"; exit 1 ;; esac
}

name="prod/db-$RANDOM"
sm create-secret --name "$name" --secret-string '{"username":"app","password":"x"}' >/dev/null
check 'value' '{"username":"app","password":"x"}' "$(sm get-secret-value --secret-id "$name" --query SecretString --output text)"
first=$(sm get-secret-value --secret-id "$name" --query VersionId --output text)
second=$(sm put-secret-value --secret-id "$name" --secret-string two --query VersionId --output text)
check 'current' two "$(sm get-secret-value --secret-id "$name" --query SecretString --output text)"
check 'previous' "$first" "$(sm get-secret-value --secret-id "$name" --version-stage AWSPREVIOUS --query VersionId --output text)"
sm update-secret-version-stage --secret-id "$name" --version-stage AWSCURRENT --move-to-version-id "$first" --remove-from-version-id "$second" >/dev/null
check 'moved back' "$first" "$(sm get-secret-value --secret-id "$name" --query VersionId --output text)"
# A CLI from before the end of 2023 does not know the operation, and says so with 252.
batch=$(sm batch-get-secret-value --secret-id-list "$name" --query 'length(SecretValues)' --output text 2>/dev/null) || code=$?
[ "${code:-0}" -eq 252 ] || check 'batch' 1 "$batch"
sm tag-resource --secret-id "$name" --tags Key=team,Value=db
check 'filter' "$name" "$(sm list-secrets --filters Key=tag-value,Values=db --query 'SecretList[0].Name' --output text)"
sm delete-secret --secret-id "$name" --recovery-window-in-days 7 >/dev/null
refused InvalidRequestException sm get-secret-value --secret-id "$name"
sm restore-secret --secret-id "$name" >/dev/null
sm delete-secret --secret-id "$name" --force-delete-without-recovery >/dev/null
refused ResourceNotFoundException sm describe-secret --secret-id "$name"
AWS_SECRET_ACCESS_KEY=wrong refused InvalidSignatureException sm list-secrets

kms() { "$program" --endpoint-url "$endpoint" kms "$@"; }
key=$(kms create-key --query KeyMetadata.KeyId --output text)
kms create-alias --alias-name "alias/cli-$RANDOM" --target-key-id "$key"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Files, because versions 1 and 2 of the CLI disagree on how blobs are written on the command line.
printf hello >"$work/plain"
kms encrypt --key-id "$key" --plaintext "fileb://$work/plain" --encryption-context app=web --query CiphertextBlob --output text | base64 -d >"$work/blob"
check 'decrypt' hello "$(kms decrypt --ciphertext-blob "fileb://$work/blob" --encryption-context app=web --query Plaintext --output text | base64 -d)"
refused InvalidCiphertextException kms decrypt --ciphertext-blob "fileb://$work/blob" --encryption-context app=api

ssm() { "$program" --endpoint-url "$endpoint" ssm "$@"; }
path="/cli/$RANDOM"
ssm put-parameter --name "$path/db" --value one --type SecureString >/dev/null
check 'parameter' one "$(ssm get-parameter --name "$path/db" --with-decryption --query Parameter.Value --output text)"
check 'overwritten' 2 "$(ssm put-parameter --name "$path/db" --value two --type SecureString --overwrite --query Version --output text)"
check 'version' one "$(ssm get-parameter --name "$path/db:1" --with-decryption --query Parameter.Value --output text)"
ssm put-parameter --name "$path/more/host" --value localhost --type String --tags Key=env,Value=test >/dev/null
check 'path' 2 "$(ssm get-parameters-by-path --path "$path" --recursive --query 'length(Parameters)' --output text)"
check 'described' "$path/more/host" "$(ssm describe-parameters --parameter-filters "Key=Path,Option=Recursive,Values=$path" Key=tag:env,Values=test --query 'Parameters[].Name' --output text)"
check 'secret' s "$(ssm get-parameter --name "/aws/reference/secretsmanager/$(sm create-secret --name "ref-$RANDOM" --secret-string s --query Name --output text)" --with-decryption --query Parameter.Value --output text)"
refused ParameterAlreadyExists ssm put-parameter --name "$path/db" --value x --type SecureString
refused ValidationException ssm put-parameter --name "a b" --value x --type String
refused UnknownOperationException ssm list-documents
check 'deleted' "$path/db" "$(ssm delete-parameters --names "$path/db" "$path/none" --query 'DeletedParameters[]' --output text)"
refused ParameterNotFound ssm get-parameter --name "$path/db"

sts() { "$program" --endpoint-url "$endpoint" sts "$@"; }
iam() { "$program" --endpoint-url "$endpoint" iam "$@"; }
check 'identity' arn:aws:iam::000000000000:root "$(sts get-caller-identity --query Arn --output text)"
user="cli-$RANDOM"
iam create-user --user-name "$user" >/dev/null
read -r id secret < <(iam create-access-key --user-name "$user" --query 'AccessKey.[AccessKeyId,SecretAccessKey]' --output text)
as_user() { AWS_ACCESS_KEY_ID=$id AWS_SECRET_ACCESS_KEY=$secret "$@"; }
check 'user' "arn:aws:iam::000000000000:user/$user" "$(as_user sts get-caller-identity --query Arn --output text)"
sm create-secret --name "cli/$user" --secret-string s >/dev/null
as_user refused AccessDeniedException sm get-secret-value --secret-id "cli/$user"
iam put-user-policy --user-name "$user" --policy-name read --policy-document '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"secretsmanager:GetSecretValue","Resource":"arn:aws:secretsmanager:*:*:secret:cli/*"}}'
check 'allowed' s "$(as_user sm get-secret-value --secret-id "cli/$user" --query SecretString --output text)"
iam update-access-key --user-name "$user" --access-key-id "$id" --status Inactive
as_user refused UnrecognizedClientException sm get-secret-value --secret-id "cli/$user"
echo 'the AWS CLI suite passed'
