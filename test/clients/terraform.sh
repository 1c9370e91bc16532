#!/usr/bin/env bash
# Lets Terraform with its AWS provider make, change and take away what terraform/ describes, on a dev server that holds nothing
# else. Usage: terraform.sh ENDPOINT. Ends with 77 where something that it needs is not on this machine.
#
# Nothing is downloaded. The provider comes from a filesystem mirror: the folder in TF_PLUGIN_MIRROR, else the first of the usual
# places that has it.
set -euo pipefail
endpoint=$1
here=$(cd "$(dirname "$0")" && pwd)
skip() { echo "skipped: $*"; exit 77; }
command -v terraform >/dev/null || skip 'this machine has no Terraform'
command -v curl >/dev/null || skip 'this machine has no curl'
command -v python3 >/dev/null || skip 'this machine has no Python'
[[ $(terraform version -json 2>/dev/null | grep -oE '"terraform_version": *"[0-9.]+' | grep -oE '[0-9.]+$') =~ ^1\.([0-9]|10)\. ]] &&
  skip 'write-only arguments need Terraform 1.11'
mirror=''
for folder in "${TF_PLUGIN_MIRROR:-}" "$HOME/.terraform.d/plugins" /usr/local/share/terraform/plugins \
  /usr/share/terraform/plugins /opt/*; do
  if [ -d "$folder/registry.terraform.io/hashicorp/aws" ]; then mirror=$folder; break; fi
done
[ -n "$mirror" ] || skip 'no folder of providers has hashicorp/aws (TF_PLUGIN_MIRROR names one)'

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here"/terraform/* "$work"
cd "$work"
printf 'provider_installation {\n  filesystem_mirror {\n    path = "%s"\n  }\n}\n' "$mirror" >terraform.rc
python3 -m zipfile -c rotate.zip rotate.py
export TF_CLI_CONFIG_FILE=$work/terraform.rc TF_IN_AUTOMATION=1 TF_INPUT=0 TF_CLI_ARGS=-no-color CHECKPOINT_DISABLE=1
export TF_VAR_handler_archive=$work/rotate.zip
export AWS_ENDPOINT_URL=$endpoint AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_EC2_METADATA_DISABLED=true
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
# The rotation function uses boto3.
if ! python3 -c 'import boto3' 2>/dev/null; then
  echo 'without functions and rotation: Python has no boto3'
  rm functions.tf
fi

run() { # run WHAT WANTED_EXIT_CODE ARGUMENTS...
  local what=$1 wanted=$2 code=0 start=$SECONDS
  shift 2
  timeout 300 terraform "$@" >"$work/log" 2>&1 || code=$?
  echo "$what: $((SECONDS - start)) s"
  if [ "$code" != "$wanted" ]; then
    grep -vE ': (Still|Reading|Read complete|Refreshing|Creating|Creation complete|Opening|Closing)' "$work/log"
    echo "$what: wanted exit code $wanted, got $code"
    exit 1
  fi
}
check() { # check WHAT WANTED GOT
  if [ "$2" != "$3" ]; then echo "$1: wanted «$2», got «$3»"; exit 1; fi
}
signed() { # signed SERVICE ARGUMENTS...
  curl -sS --aws-sigv4 "aws:amz:us-east-1:$1" -u test:test "${@:2}"
}
json() { # json SERVICE TARGET BODY
  signed "$1" -H "X-Amz-Target: $2" -H 'Content-Type: application/x-amz-json-1.1' -d "$3" "$endpoint/"
}
output() { terraform output -json "$1"; }

run init 0 init
run apply 0 apply -auto-approve -parallelism=40
check 'secret' '"{\"password\":\"p1\",\"username\":\"app\"}"' "$(output secret)"
check 'stage' '"staged"' "$(output staged)"
check 'parameters' '["secure-1","app"]' "$(output parameters)"
check 'ciphertext' '"hello"' "$(output decrypted)"
check 'public key' true "$(output public_key)"
check 'simulation' true "$(output simulated)"
run 'no drift' 0 plan -detailed-exitcode
if [ -f functions.tf ]; then
  check 'function' '{"pong":1,"revision":"1"}' "$(output answer)"
  check 'rotation' true "$(output rotated)"
  for _ in $(seq 1 100); do
    rotated=$(json secretsmanager secretsmanager.GetSecretValue '{"SecretId":"tf/rotated"}' | grep -oE '"SecretString":"[^"]*"')
    [ "$rotated" = '"SecretString":"first"' ] || break
    sleep 0.1
  done
  [[ $rotated =~ ^\"SecretString\":\"[0-9a-f]{64}\"$ ]] || { echo "the secret was not rotated: $rotated"; exit 1; }
fi

run update 0 apply -auto-approve -parallelism=40 -var revision=2
check 'secret' '"{\"password\":\"p2\",\"username\":\"app\"}"' "$(output secret)"
check 'parameters' '["secure-2","app"]' "$(output parameters)"
run 'no drift after the update' 0 plan -detailed-exitcode -var revision=2

keys=$(output keys | grep -oE '"arn:[^"]*"')
[ "$(wc -l <<<"$keys")" -eq 8 ] || { echo "the keys were not found: $keys"; exit 1; }
run destroy 0 destroy -auto-approve -parallelism=40 -var revision=2
check 'state' '' "$(terraform state list)"
check 'secrets' '{"SecretList":[]}' "$(json secretsmanager secretsmanager.ListSecrets '{}')"
check 'parameters' '{"Parameters":[]}' "$(json ssm AmazonSSM.DescribeParameters '{}')"
for key in $keys; do
  region=$(cut -d: -f4 <<<"$key")
  state=$(curl -sS --aws-sigv4 "aws:amz:$region:kms" -u test:test -H 'X-Amz-Target: TrentService.DescribeKey' \
    -H 'Content-Type: application/x-amz-json-1.1' -d "{\"KeyId\":$key}" "$endpoint/" | grep -oE '"KeyState":"[A-Za-z]+"')
  case $state in '"KeyState":"PendingDeletion"' | '"KeyState":"PendingReplicaDeletion"') ;; *) echo "$key: $state"; exit 1 ;; esac
done
for list in Users Groups Roles 'Policies&Scope=Local' OpenIDConnectProviders InstanceProfiles AccountAliases VirtualMFADevices; do
  left=$(signed iam -d "Version=2010-05-08&Action=List$list" "$endpoint/")
  case $left in *'<member>'*) echo "left behind: $left"; exit 1 ;; *"<List${list%%&*}Response"*) ;; *) echo "$left"; exit 1 ;; esac
done
if [ -f functions.tf ]; then
  check 'functions' '{"Functions":[]}' "$(signed lambda "$endpoint/2015-03-31/functions")"
fi
echo 'the Terraform suite passed'
