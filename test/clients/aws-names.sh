#!/usr/bin/env bash
# Programs that cannot be told where the server is go to AWS's own host names: a server with a certificate for those names answers
# them. Usage: aws-names.sh KEYTURN..., the command that runs keyturn. Ends with 77 where something that it needs is not there.
#
# The names lead to this machine inside a mount namespace with a hosts file of its own; nothing else on the machine sees it.
set -euo pipefail
skip() { echo "skipped: $*"; exit 77; }
for program in aws openssl unshare; do command -v "$program" >/dev/null || skip "this machine has no $program"; done
unshare -m true 2>/dev/null || skip 'this user may make no mount namespace'

work=$(mktemp -d)
server=''
trap 'if [ -n "$server" ]; then kill "$server" 2>/dev/null; wait "$server" 2>/dev/null; fi; rm -rf "$work"' EXIT
cd "$work"
# Port 443 of an address that nobody else listens on.
address=127.44.3.1
names='secretsmanager.us-east-1 ssm.us-east-1 kms.us-east-1 lambda.us-east-1 sts.us-east-1 iam sts'
{
  echo '127.0.0.1 localhost'
  for name in $names; do echo "$address $name.amazonaws.com"; done
} >hosts
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=A test authority' -keyout ca.key -out ca.crt 2>/dev/null
openssl req -newkey rsa:2048 -nodes -subj '/CN=keyturn' -keyout tls.key -out tls.csr 2>/dev/null
openssl x509 -req -in tls.csr -CA ca.crt -CAkey ca.key -days 2 -out tls.crt \
  -extfile <(echo 'subjectAltName=DNS:*.us-east-1.amazonaws.com,DNS:*.amazonaws.com') 2>/dev/null
cat >keyturn.toml <<TOML
[listen]
address = "$address"
port = 443
[tls]
cert = "$work/tls.crt"
key = "$work/tls.key"
[store]
folder = "$work/data"
TOML
credentials=$("$@" init --config "$work/keyturn.toml" | grep -oE 'export AWS_.*')
"$@" server --config "$work/keyturn.toml" >server.log 2>&1 &
server=$!
for _ in $(seq 1 300); do
  if grep -q '"msg":"ready"' server.log; then break; fi
  if ! kill -0 "$server" 2>/dev/null; then
    if grep -qE 'EACCES|EADDRINUSE' server.log; then server=''; skip "port 443 of $address cannot be had"; fi
    cat server.log
    exit 1
  fi
  sleep 0.1
done

eval "$credentials"
unset AWS_ENDPOINT_URL AWS_PROFILE
export AWS_DEFAULT_REGION=us-east-1 AWS_CA_BUNDLE=$work/ca.crt AWS_PAGER='' AWS_EC2_METADATA_DISABLED=true
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
unshare -m bash -euo pipefail -c '
  mount --bind hosts /etc/hosts
  # On a machine where this fails, the rest would ask AWS itself.
  [ "$(getent hosts iam.amazonaws.com | cut -d" " -f1)" = '"$address"' ]
  for aws in $(type -ap aws | xargs -n 1 readlink -f | awk "!seen[\$0]++"); do
    "$aws" --version
    "$aws" sts get-caller-identity --query Arn --output text
    "$aws" iam list-users --query "length(Users)" --output text
    name=names-$RANDOM
    "$aws" secretsmanager create-secret --name "$name" --secret-string answered >/dev/null
    "$aws" secretsmanager get-secret-value --secret-id "$name" --query SecretString --output text
    "$aws" ssm put-parameter --name "/$name" --value encrypted --type SecureString >/dev/null
    "$aws" ssm get-parameter --name "/$name" --with-decryption --query Parameter.Value --output text
    "$aws" kms create-key --query KeyMetadata.KeyState --output text
    "$aws" lambda list-functions --query "length(Functions)" --output text
    echo passed
  done
' >answers 2>&1 || { cat answers; exit 1; }
[ "$(grep -c '^answered$' answers)" -ge 1 ] && [ "$(grep -c '^answered$' answers)" = "$(grep -c '^passed$' answers)" ] &&
  [ "$(grep -c '^encrypted$' answers)" = "$(grep -c '^passed$' answers)" ] || { cat answers; exit 1; }
echo "the suite of AWS's own names passed"
