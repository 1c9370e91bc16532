data "aws_iam_policy_document" "function_trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "rotator" {
  name               = "tf-rotator"
  assume_role_policy = data.aws_iam_policy_document.function_trust.json
}

resource "aws_iam_role_policy" "rotator" {
  name = "rotates"
  role = aws_iam_role.rotator.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["secretsmanager:DescribeSecret", "secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"]
      Resource = aws_secretsmanager_secret.rotated.arn
    }]
  })
}

resource "aws_lambda_function" "rotator" {
  function_name                  = "tf-rotator"
  description                    = "revision ${var.revision}"
  role                           = aws_iam_role.rotator.arn
  filename                       = var.handler_archive
  source_code_hash               = filebase64sha256(var.handler_archive)
  handler                        = "rotate.handler"
  runtime                        = "python3.13"
  timeout                        = local.changed ? 40 : 30
  memory_size                    = 256
  reserved_concurrent_executions = local.changed ? 2 : -1
  publish                        = true
  tags                           = { revision = var.revision }
  environment {
    variables = { REVISION = var.revision }
  }
  depends_on = [aws_iam_role_policy.rotator]
}

resource "aws_lambda_alias" "live" {
  name             = "live"
  description      = "revision ${var.revision}"
  function_name    = aws_lambda_function.rotator.function_name
  function_version = aws_lambda_function.rotator.version
}

resource "aws_lambda_permission" "rotation" {
  statement_id   = "rotation"
  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.rotator.function_name
  principal      = "secretsmanager.amazonaws.com"
  source_account = local.account
}

resource "aws_secretsmanager_secret" "rotated" {
  name                    = "tf/rotated"
  recovery_window_in_days = 0
}

resource "aws_secretsmanager_secret_version" "rotated" {
  secret_id     = aws_secretsmanager_secret.rotated.id
  secret_string = "first"
  lifecycle {
    ignore_changes = [secret_string, version_stages]
  }
}

resource "aws_secretsmanager_secret_rotation" "rotated" {
  secret_id           = aws_secretsmanager_secret_version.rotated.secret_id
  rotation_lambda_arn = aws_lambda_function.rotator.arn
  rotation_rules {
    automatically_after_days = local.changed ? null : 30
    schedule_expression      = local.changed ? "rate(10 days)" : null
    duration                 = local.changed ? "3h" : null
  }
  depends_on = [aws_lambda_permission.rotation]
}

resource "aws_lambda_invocation" "ping" {
  function_name = aws_lambda_function.rotator.function_name
  input         = jsonencode({ ping = var.revision })
}

data "aws_lambda_function" "rotator" {
  function_name = aws_lambda_function.rotator.function_name
  depends_on    = [aws_lambda_function.rotator]
}

data "aws_lambda_functions" "all" {
  depends_on = [aws_lambda_function.rotator]
}

data "aws_lambda_alias" "live" {
  function_name = aws_lambda_function.rotator.function_name
  name          = aws_lambda_alias.live.name
}

data "aws_secretsmanager_secret_rotation" "rotated" {
  secret_id  = aws_secretsmanager_secret.rotated.id
  depends_on = [aws_secretsmanager_secret_rotation.rotated]
}

output "answer" {
  value = jsondecode(aws_lambda_invocation.ping.result)
}

output "rotated" {
  value = data.aws_secretsmanager_secret_rotation.rotated.rotation_enabled
}
