# What Terraform's AWS provider makes, changes and takes away again, without a word about the server: the endpoint and the
# credentials come from the environment. The variable `revision` is 1 for what is made first and 2 for the change.
terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100"
    }
  }
}

variable "revision" {
  type    = number
  default = 1
}

variable "handler_archive" {
  description = "Path of the archive with the rotation function's code."
  type        = string
}

provider "aws" {
  region = "us-east-1"
  default_tags {
    tags = { suite = "terraform" }
  }
}

provider "aws" {
  alias  = "west"
  region = "eu-west-1"
  default_tags {
    tags = { suite = "terraform" }
  }
}

data "aws_caller_identity" "self" {}
data "aws_partition" "here" {}
data "aws_region" "here" {}

locals {
  account = data.aws_caller_identity.self.account_id
  root    = "arn:${data.aws_partition.here.partition}:iam::${local.account}:root"
  changed = var.revision == 2
}
