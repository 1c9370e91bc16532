#!/usr/bin/env bash
# Runs a playbook with Ansible's AWS collections against a dev server. Usage: ansible.sh ENDPOINT. Ends with 77 where something
# that it needs is not on this machine.
#
# The SDK of Debian's Ansible reads no AWS_ENDPOINT_URL. It does read endpoint rules from AWS_DATA_PATH, and one rule a service that
# always gives our address points all modules and lookups here, with nothing in the playbook.
set -euo pipefail
endpoint=$1
here=$(cd "$(dirname "$0")" && pwd)
command -v ansible-playbook >/dev/null || { echo 'skipped: this machine has no Ansible'; exit 77; }
# An Ansible beside another Python's boto3 is of no use: the interpreter that runs it must have its own.
python=$(ansible --version | sed -nE 's/^ *python version = .*\((\/[^)]+)\).*$/\1/p')
"${python:-python3}" -c 'import boto3' 2>/dev/null || { echo "skipped: Ansible's Python has no boto3"; exit 77; }
for collection in amazon.aws community.aws; do
  ansible-doc -l "$collection" 2>/dev/null | grep -q . || { echo "skipped: Ansible has no $collection"; exit 77; }
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The commands of docs/clients.md, as they stand there, around the playbook of this suite.
shown=$(sed -n '/<!-- run by test\/clients\/ansible.sh -->/,/<!-- \/run -->/p' "$here/../../docs/clients.md" | grep -vE '^(<!--|```)')
grep -q '^AWS_DATA_PATH=.* ansible-playbook site.yml$' <<<"$shown" || { echo 'the commands were not found in docs/clients.md'; exit 1; }
cp "$here"/ansible/*.yml "$work"
mv "$work/playbook.yml" "$work/site.yml"
cd "$work"
export AWS_ENDPOINT_URL=$endpoint AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_EC2_METADATA_DISABLED=true
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
export ANSIBLE_LOCALHOST_WARNING=False ANSIBLE_INVENTORY_UNPARSED_WARNING=False ANSIBLE_NOCOLOR=1 ANSIBLE_DEPRECATION_WARNINGS=False ANSIBLE_HOME=$work/home
export ANSIBLE_LOCAL_TEMP=$work/tmp ANSIBLE_RETRY_FILES_ENABLED=False
unset AWS_PROFILE AWS_CA_BUNDLE
timeout 300 bash -euo pipefail -c "${shown//https:\/\/keyturn.example.com:8200/$endpoint}" >"$work/log" 2>&1 || { grep -vE '^(ok|skipping|included):' "$work/log"; exit 1; }
tail -n 2 "$work/log"
echo 'the Ansible suite passed'
