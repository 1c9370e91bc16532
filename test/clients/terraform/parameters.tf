resource "aws_ssm_parameter" "string" {
  name            = "/tf/app/string"
  type            = "String"
  value           = "value-${var.revision}"
  description     = "revision ${var.revision}"
  allowed_pattern = "^value-[0-9]+$"
  tags            = { revision = var.revision }
}

resource "aws_ssm_parameter" "list" {
  name           = "/tf/app/list"
  type           = "StringList"
  insecure_value = join(",", [for n in range(var.revision + 1) : "item${n}"])
}

resource "aws_ssm_parameter" "secure" {
  name  = "/tf/app/secure"
  type  = "SecureString"
  value = "secure-${var.revision}"
}

resource "aws_ssm_parameter" "own_key" {
  name   = "/tf/app/own-key"
  type   = "SecureString"
  key_id = aws_kms_key.main.arn
  value  = "secure-${var.revision}"
}

resource "aws_ssm_parameter" "write_only" {
  name             = "/tf/app/write-only"
  type             = "SecureString"
  value_wo         = ephemeral.aws_secretsmanager_random_password.fresh.random_password
  value_wo_version = var.revision
}

# Its tier can only go up, and a standard one that becomes advanced is changed in place.
resource "aws_ssm_parameter" "advanced" {
  name  = "/tf/app/advanced"
  type  = "String"
  tier  = local.changed ? "Advanced" : "Standard"
  value = "advanced"
}

resource "aws_ssm_parameter" "tiering" {
  name  = "tf-tiering"
  type  = "String"
  tier  = "Intelligent-Tiering"
  value = join("", [for n in range(500) : "ten letters"])
}

resource "aws_ssm_parameter" "image" {
  name      = "/tf/app/image"
  type      = "String"
  data_type = "aws:ec2:image"
  value     = "ami-0123456789abcdef0"
}

data "aws_ssm_parameter" "secure" {
  name       = aws_ssm_parameter.secure.name
  depends_on = [aws_ssm_parameter.secure]
}

data "aws_ssm_parameters_by_path" "app" {
  path       = "/tf/app"
  recursive  = true
  depends_on = [aws_ssm_parameter.string, aws_ssm_parameter.list]
}

data "aws_ssm_parameter" "secret" {
  name       = "/aws/reference/secretsmanager/${aws_secretsmanager_secret.plain.name}"
  depends_on = [aws_secretsmanager_secret_version.plain]
}

ephemeral "aws_ssm_parameter" "own_key" {
  arn = aws_ssm_parameter.own_key.arn
}

resource "aws_ssm_service_setting" "throughput" {
  setting_id    = "arn:aws:ssm:${data.aws_region.here.id}:${local.account}:servicesetting/ssm/parameter-store/high-throughput-enabled"
  setting_value = local.changed ? "false" : "true"
}

output "parameters" {
  value     = [data.aws_ssm_parameter.secure.value, jsondecode(data.aws_ssm_parameter.secret.value).username]
  sensitive = true
}
