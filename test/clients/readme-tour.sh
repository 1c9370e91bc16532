#!/usr/bin/env bash
# Runs the commands of the README's tour, as they stand there, against a dev server.
set -euo pipefail
endpoint=$1
readme=$(dirname "$0")/../../README.md
tour=$(sed -n '/<!-- run by test\/clients\/readme-tour.sh -->/,/<!-- \/run -->/p' "$readme" | grep -vE '^(<!--|```)' | sed "s#http://127.0.0.1:8200#$endpoint#")
[ "$(grep -c '^aws ' <<<"$tour")" -ge 10 ] || { echo 'the tour was not found in the README'; exit 1; }
export AWS_PAGER='' AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_EC2_METADATA_DISABLED=true
# Debian's AWS CLI reads no AWS_ENDPOINT_URL; every other one does.
if aws --version 2>&1 | grep -qE 'aws-cli/(2\.([0-9]|1[0-2])\.|1\.([01]?[0-9]|2[0-8])\.)'; then
  tour=$(sed "s#^aws #aws --endpoint-url $endpoint #" <<<"$tour")
fi
bash -euo pipefail -c "$tour" >/dev/null
echo "the README's tour passed"
