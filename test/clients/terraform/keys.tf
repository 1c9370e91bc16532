data "aws_iam_policy_document" "key" {
  statement {
    sid       = "Owner"
    actions   = ["kms:*"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = [local.root]
    }
  }
  statement {
    sid       = "Users${var.revision}"
    actions   = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.app.arn, aws_iam_user.app.arn]
    }
  }
}

resource "aws_kms_key" "main" {
  description             = "revision ${var.revision}"
  deletion_window_in_days = 7
  enable_key_rotation     = true
  rotation_period_in_days = local.changed ? 120 : 90
  policy                  = data.aws_iam_policy_document.key.json
  tags                    = { revision = var.revision }
}

resource "aws_kms_key" "signing" {
  description              = "signs"
  key_usage                = "SIGN_VERIFY"
  customer_master_key_spec = "ECC_NIST_P256"
  deletion_window_in_days  = 7
}

resource "aws_kms_key" "codes" {
  key_usage                = "GENERATE_VERIFY_MAC"
  customer_master_key_spec = "HMAC_256"
  deletion_window_in_days  = 7
}

resource "aws_kms_key" "rsa" {
  key_usage                = "ENCRYPT_DECRYPT"
  customer_master_key_spec = "RSA_2048"
  deletion_window_in_days  = 7
}

resource "aws_kms_key" "regional" {
  description             = "in several regions"
  multi_region            = true
  deletion_window_in_days = 7
}

resource "aws_kms_replica_key" "west" {
  provider                = aws.west
  description             = "replica ${var.revision}"
  primary_key_arn         = aws_kms_key.regional.arn
  deletion_window_in_days = 7
}

resource "aws_kms_key" "bare" {
  deletion_window_in_days = 7
}

resource "aws_kms_key_policy" "bare" {
  key_id = aws_kms_key.bare.id
  policy = data.aws_iam_policy_document.key.json
}

resource "aws_kms_external_key" "imported" {
  description             = "imported ${var.revision}"
  key_material_base64     = base64encode("0123456789abcdef0123456789abcdef")
  deletion_window_in_days = 7
}

resource "aws_kms_alias" "main" {
  name          = "alias/tf-main"
  target_key_id = local.changed ? aws_kms_key.bare.key_id : aws_kms_key.main.key_id
}

resource "aws_kms_alias" "prefixed" {
  name_prefix   = "alias/tf-"
  target_key_id = aws_kms_key.signing.arn
}

resource "aws_kms_grant" "role" {
  name              = "tf"
  key_id            = aws_kms_key.main.key_id
  grantee_principal = aws_iam_role.app.arn
  operations        = local.changed ? ["Decrypt"] : ["Encrypt", "Decrypt", "GenerateDataKey"]
  constraints {
    encryption_context_subset = { app = "web" }
  }
}

resource "aws_kms_grant" "retired" {
  key_id             = aws_kms_key.main.key_id
  grantee_principal  = aws_iam_user.tagged.arn
  retiring_principal = local.root
  operations         = ["Encrypt"]
  retire_on_delete   = true
}

resource "aws_kms_ciphertext" "text" {
  key_id    = aws_kms_key.main.key_id
  plaintext = "hello"
  context   = { app = "web" }
}

data "aws_kms_secrets" "text" {
  secret {
    name    = "text"
    payload = aws_kms_ciphertext.text.ciphertext_blob
    context = { app = "web" }
  }
}

data "aws_kms_key" "by_alias" {
  key_id = aws_kms_alias.main.name
}

data "aws_kms_alias" "main" {
  name = aws_kms_alias.main.name
}

data "aws_kms_public_key" "signing" {
  key_id = aws_kms_key.signing.arn
}

data "aws_kms_alias" "managed" {
  name       = "alias/aws/secretsmanager"
  depends_on = [aws_secretsmanager_secret_version.binary]
}

output "decrypted" {
  value     = data.aws_kms_secrets.text.plaintext["text"]
  sensitive = true
}

output "public_key" {
  value = startswith(data.aws_kms_public_key.signing.public_key_pem, "-----BEGIN PUBLIC KEY-----")
}

output "keys" {
  value = concat(
    [for key in [aws_kms_key.main, aws_kms_key.signing, aws_kms_key.codes, aws_kms_key.rsa, aws_kms_key.regional, aws_kms_key.bare] : key.arn],
    [aws_kms_external_key.imported.arn, aws_kms_replica_key.west.arn],
  )
}
