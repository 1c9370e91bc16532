interface Scope {
  readonly account: string
  readonly region: string
}

/** What each user of the bench may do: its own work and nothing more. */
export function duties({ account, region, keyArns, roleArn }: Scope & { keyArns: readonly string[]; roleArn: string }) {
  const secrets = secretsOf({ account, region })
  return {
    reader: [allow('secretsmanager:GetSecretValue', secrets)],
    batchReader: [allow('secretsmanager:BatchGetSecretValue', '*'), allow('secretsmanager:GetSecretValue', secrets)],
    writer: [allow(['secretsmanager:CreateSecret', 'secretsmanager:PutSecretValue'], secrets)],
    lister: [allow('secretsmanager:ListSecrets', '*')],
    parameterReader: [allow('ssm:GetParameter', parametersOf({ account, region }))],
    pathReader: [allow('ssm:GetParametersByPath', parametersOf({ account, region }))],
    encrypter: [allow(['kms:Encrypt', 'kms:Decrypt'], keyArns)],
    signer: [allow(['kms:Sign', 'kms:Verify'], `arn:aws:kms:${region}:${account}:key/*`)],
    assumer: [allow('sts:AssumeRole', roleArn)],
  } as const
}

export type Duty = keyof ReturnType<typeof duties>

/** What a session of the role may do. */
export function roleDuties(scope: Scope) {
  return [allow('secretsmanager:GetSecretValue', secretsOf(scope))]
}

function secretsOf({ account, region }: Scope): string {
  return `arn:aws:secretsmanager:${region}:${account}:secret:bench/*`
}

function parametersOf({ account, region }: Scope): string {
  return `arn:aws:ssm:${region}:${account}:parameter/bench/*`
}

function allow(action: string | readonly string[], resource: string | readonly string[]): object {
  return { Effect: 'Allow', Action: action, Resource: resource }
}
