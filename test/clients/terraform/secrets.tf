resource "aws_secretsmanager_secret" "plain" {
  name                    = "tf/plain"
  description             = "revision ${var.revision}"
  kms_key_id              = local.changed ? aws_kms_key.main.arn : null
  recovery_window_in_days = 0
  tags                    = { team = "db", revision = var.revision }
}

resource "aws_secretsmanager_secret_version" "plain" {
  secret_id     = aws_secretsmanager_secret.plain.id
  secret_string = jsonencode({ username = "app", password = "p${var.revision}" })
}

resource "aws_secretsmanager_secret_version" "staged" {
  secret_id      = aws_secretsmanager_secret.plain.id
  secret_string  = "staged"
  version_stages = local.changed ? ["blue", "green"] : ["blue"]
  depends_on     = [aws_secretsmanager_secret_version.plain]
}

resource "aws_secretsmanager_secret" "binary" {
  name_prefix             = "tf-binary-"
  recovery_window_in_days = 0
}

resource "aws_secretsmanager_secret_version" "binary" {
  secret_id     = aws_secretsmanager_secret.binary.id
  secret_binary = base64encode("bytes ${var.revision}")
}

# The value of a write-only argument is never in the state.
resource "aws_secretsmanager_secret" "write_only" {
  name                    = "tf/write-only"
  recovery_window_in_days = 7
}

resource "aws_secretsmanager_secret_version" "write_only" {
  secret_id                = aws_secretsmanager_secret.write_only.id
  secret_string_wo         = "written-${var.revision}"
  secret_string_wo_version = var.revision
}

data "aws_iam_policy_document" "reader" {
  statement {
    sid       = "Revision${var.revision}"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.app.arn]
    }
    condition {
      test     = "StringEquals"
      variable = "secretsmanager:VersionStage"
      values   = ["AWSCURRENT"]
    }
  }
}

resource "aws_secretsmanager_secret" "own_policy" {
  name                    = "tf/own-policy"
  recovery_window_in_days = 0
  policy                  = data.aws_iam_policy_document.reader.json
}

resource "aws_secretsmanager_secret_policy" "plain" {
  secret_arn          = aws_secretsmanager_secret.plain.arn
  policy              = data.aws_iam_policy_document.reader.json
  block_public_policy = true
}

resource "aws_secretsmanager_secret" "replicated" {
  name                    = "tf/replicated"
  recovery_window_in_days = 0
  dynamic "replica" {
    for_each = local.changed ? ["eu-central-1"] : ["eu-west-1", "ap-southeast-2"]
    content {
      region = replica.value
    }
  }
}

resource "aws_secretsmanager_secret_version" "replicated" {
  secret_id     = aws_secretsmanager_secret.replicated.id
  secret_string = "everywhere"
}

data "aws_secretsmanager_secret" "plain" {
  name       = aws_secretsmanager_secret.plain.name
  depends_on = [aws_secretsmanager_secret_policy.plain]
}

data "aws_secretsmanager_secret_version" "current" {
  secret_id  = aws_secretsmanager_secret.plain.id
  depends_on = [aws_secretsmanager_secret_version.plain]
}

data "aws_secretsmanager_secret_version" "blue" {
  secret_id     = aws_secretsmanager_secret.plain.id
  version_stage = "blue"
  depends_on    = [aws_secretsmanager_secret_version.staged]
}

data "aws_secretsmanager_secret_versions" "plain" {
  secret_id  = aws_secretsmanager_secret.plain.id
  depends_on = [aws_secretsmanager_secret_version.staged]
}

data "aws_secretsmanager_secrets" "of_team" {
  filter {
    name   = "tag-value"
    values = ["db"]
  }
  depends_on = [aws_secretsmanager_secret.plain]
}

ephemeral "aws_secretsmanager_random_password" "fresh" {
  password_length     = 24
  exclude_punctuation = true
}

ephemeral "aws_secretsmanager_secret_version" "plain" {
  secret_id = aws_secretsmanager_secret_version.plain.secret_id
}

output "secret" {
  value     = data.aws_secretsmanager_secret_version.current.secret_string
  sensitive = true
}

output "staged" {
  value     = data.aws_secretsmanager_secret_version.blue.secret_string
  sensitive = true
}

output "found" {
  value = [length(data.aws_secretsmanager_secrets.of_team.names), length(data.aws_secretsmanager_secret_versions.plain.versions) >= 2]
}
