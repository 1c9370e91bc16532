data "aws_iam_policy_document" "trust" {
  statement {
    actions = local.changed ? ["sts:AssumeRole", "sts:TagSession"] : ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = [local.root]
    }
  }
}

data "aws_iam_policy_document" "read" {
  statement {
    actions   = local.changed ? ["secretsmanager:GetSecretValue", "ssm:GetParameter*"] : ["secretsmanager:GetSecretValue"]
    resources = ["arn:aws:secretsmanager:*:${local.account}:secret:tf/*", "arn:aws:ssm:*:${local.account}:parameter/tf/*"]
  }
}

resource "aws_iam_policy" "read" {
  name        = "tf-read"
  path        = "/tf/"
  description = "reads"
  policy      = data.aws_iam_policy_document.read.json
  tags        = { revision = var.revision }
}

resource "aws_iam_policy" "boundary" {
  name   = "tf-boundary"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }] })
}

resource "aws_iam_role" "app" {
  name                 = "tf-app"
  path                 = "/tf/"
  description          = "revision ${var.revision}"
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  max_session_duration = local.changed ? 7200 : 3600
  permissions_boundary = local.changed ? null : aws_iam_policy.boundary.arn
  tags                 = { revision = var.revision }
}

resource "aws_iam_role_policy" "app" {
  name   = "inline"
  role   = aws_iam_role.app.id
  policy = data.aws_iam_policy_document.read.json
}

resource "aws_iam_role_policy_attachment" "app" {
  role       = aws_iam_role.app.name
  policy_arn = aws_iam_policy.read.arn
}

resource "aws_iam_role_policies_exclusive" "app" {
  role_name    = aws_iam_role.app.name
  policy_names = [aws_iam_role_policy.app.name]
}

resource "aws_iam_instance_profile" "app" {
  name = "tf-app"
  role = aws_iam_role.app.name
  tags = { revision = var.revision }
}

resource "aws_iam_user" "app" {
  name          = local.changed ? "tf-app-renamed" : "tf-app"
  path          = "/tf/"
  force_destroy = true
}

# Apart from the one above, because the provider tags a user under the new name before it has renamed it.
resource "aws_iam_user" "tagged" {
  name                 = "tf-tagged"
  permissions_boundary = local.changed ? aws_iam_policy.boundary.arn : null
  tags                 = { revision = var.revision }
}

resource "aws_iam_user_policy" "app" {
  name   = "inline"
  user   = aws_iam_user.app.name
  policy = data.aws_iam_policy_document.read.json
}

resource "aws_iam_user_policy_attachment" "app" {
  user       = aws_iam_user.app.name
  policy_arn = aws_iam_policy.read.arn
}

resource "aws_iam_access_key" "app" {
  user   = aws_iam_user.app.name
  status = local.changed ? "Inactive" : "Active"
}

resource "aws_iam_group" "team" {
  name = local.changed ? "tf-team-renamed" : "tf-team"
  path = "/tf/"
}

resource "aws_iam_group_membership" "team" {
  name  = "members"
  group = aws_iam_group.team.name
  users = [aws_iam_user.app.name]
}

resource "aws_iam_group_policy" "team" {
  group  = aws_iam_group.team.name
  policy = data.aws_iam_policy_document.read.json
}

resource "aws_iam_group_policy_attachment" "team" {
  group      = aws_iam_group.team.name
  policy_arn = "arn:aws:iam::aws:policy/SecretsManagerReadWrite"
}

resource "aws_iam_policy" "everywhere" {
  name_prefix = "tf-everywhere-"
  policy      = data.aws_iam_policy_document.read.json
}

resource "aws_iam_policy_attachment" "everywhere" {
  name       = "everywhere"
  policy_arn = aws_iam_policy.everywhere.arn
  users      = local.changed ? [aws_iam_user.tagged.name] : []
  roles      = [aws_iam_role.app.name]
  groups     = [aws_iam_group.team.name]
}

resource "aws_iam_openid_connect_provider" "ci" {
  url             = "https://token.example.com"
  client_id_list  = local.changed ? ["sts.amazonaws.com", "other"] : ["sts.amazonaws.com"]
  thumbprint_list = [local.changed ? "1111111111111111111111111111111111111111" : "0000000000000000000000000000000000000000"]
  tags            = { revision = var.revision }
}

resource "aws_iam_role" "ci" {
  name_prefix = "tf-ci-"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = aws_iam_openid_connect_provider.ci.arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = { StringEquals = { "token.example.com:aud" = "sts.amazonaws.com" } }
    }]
  })
}

resource "aws_iam_virtual_mfa_device" "phone" {
  virtual_mfa_device_name = "tf-phone"
}

resource "aws_iam_account_alias" "name" {
  account_alias = local.changed ? "tf-alias-two" : "tf-alias"
}

resource "aws_iam_account_password_policy" "strict" {
  minimum_password_length   = local.changed ? 20 : 16
  require_numbers           = true
  require_symbols           = true
  password_reuse_prevention = 5
  max_password_age          = 90
}

data "aws_iam_role" "app" {
  name       = aws_iam_role.app.name
  depends_on = [aws_iam_role_policy.app]
}

data "aws_iam_roles" "all" {
  path_prefix = "/tf/"
  depends_on  = [aws_iam_role.app]
}

data "aws_iam_user" "app" {
  user_name = aws_iam_user.app.name
}

data "aws_iam_users" "all" {
  name_regex = "^tf-"
  depends_on = [aws_iam_user.app]
}

data "aws_iam_group" "team" {
  group_name = aws_iam_group.team.name
  depends_on = [aws_iam_group_membership.team]
}

data "aws_iam_policy" "managed" {
  name = "SecretsManagerReadWrite"
}

data "aws_iam_policy" "read" {
  arn = aws_iam_policy.read.arn
}

data "aws_iam_instance_profile" "app" {
  name = aws_iam_instance_profile.app.name
}

data "aws_iam_instance_profiles" "of_role" {
  role_name  = aws_iam_role.app.name
  depends_on = [aws_iam_instance_profile.app]
}

data "aws_iam_access_keys" "app" {
  user       = aws_iam_user.app.name
  depends_on = [aws_iam_access_key.app]
}

data "aws_iam_openid_connect_provider" "ci" {
  url        = "https://${aws_iam_openid_connect_provider.ci.url}"
  depends_on = [aws_iam_openid_connect_provider.ci]
}

data "aws_iam_account_alias" "name" {
  depends_on = [aws_iam_account_alias.name]
}

data "aws_iam_session_context" "self" {
  arn = data.aws_caller_identity.self.arn
}

data "aws_iam_principal_policy_simulation" "reads" {
  action_names      = ["secretsmanager:GetSecretValue"]
  policy_source_arn = aws_iam_user.app.arn
  resource_arns     = ["arn:aws:secretsmanager:us-east-1:${local.account}:secret:tf/plain-AbCdEf"]
  depends_on        = [aws_iam_user_policy.app]
}

output "simulated" {
  value = data.aws_iam_principal_policy_simulation.reads.all_allowed
}

output "key" {
  value     = { id = aws_iam_access_key.app.id, secret = aws_iam_access_key.app.secret }
  sensitive = true
}
