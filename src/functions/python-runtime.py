"""Runs a handler for Python through the Lambda Runtime API: finds it by the handler string, then takes one event after the other."""

import decimal
import http.client
import importlib
import json
import logging
import os
import sys
import time
import traceback

PREFIX = "/2018-06-01/runtime/"
HERE = os.path.abspath(__file__)


class Api:
    def __init__(self, address):
        self._connection = http.client.HTTPConnection(address)

    def call(self, method, path, body=None):
        headers = {} if body is None else {"Content-Type": "application/json"}
        self._connection.request(method, PREFIX + path, body, headers)
        response = self._connection.getresponse()
        return response.headers, response.read()


class RuntimeFault(Exception):
    """Something that is wrong with the handler before it runs."""

    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


class Identity:
    cognito_identity_id = None
    cognito_identity_pool_id = None


class Client:
    def __init__(self, values):
        for name in ("installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name"):
            setattr(self, name, values.get(name))


class ClientContext:
    def __init__(self, values):
        self.custom = values.get("custom")
        self.env = values.get("env")
        self.client = Client(values.get("client") or {})


class Context:
    """What a handler is told of its invocation, by the names of Lambda's context object."""

    def __init__(self, headers):
        environ = os.environ
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.function_name = environ.get("AWS_LAMBDA_FUNCTION_NAME")
        self.function_version = environ.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.memory_limit_in_mb = environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.log_group_name = environ.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = environ.get("AWS_LAMBDA_LOG_STREAM_NAME")
        self.identity = Identity()
        client = headers.get("Lambda-Runtime-Client-Context")
        self.client_context = ClientContext(json.loads(client)) if client else None
        self._deadline = int(headers["Lambda-Runtime-Deadline-Ms"])

    def get_remaining_time_in_millis(self):
        return max(0, self._deadline - int(time.time() * 1000))

    def log(self, message):
        sys.stdout.write(str(message))


class RequestFilter(logging.Filter):
    request_id = ""

    def filter(self, record):
        record.aws_request_id = RequestFilter.request_id
        return True


def set_up_logging():
    logging.Formatter.converter = time.gmtime
    handler = logging.StreamHandler(sys.stdout)
    form = "[%(levelname)s]\t%(asctime)s.%(msecs)dZ\t%(aws_request_id)s\t%(message)s"
    handler.setFormatter(logging.Formatter(form, "%Y-%m-%dT%H:%M:%S"))
    handler.addFilter(RequestFilter())
    logging.getLogger().addHandler(handler)


def load(name):
    path, dot, member = name.rpartition(".")
    if not dot or not path:
        raise RuntimeFault("Runtime.MalformedHandlerName", f"Bad handler '{name}': not enough values to unpack (expected 2, got 1)")
    try:
        module = importlib.import_module(path.replace("/", "."))
    except ImportError as error:
        raise RuntimeFault("Runtime.ImportModuleError", f"Unable to import module '{path}': {error}") from error
    except SyntaxError as error:
        raise RuntimeFault("Runtime.UserCodeSyntaxError", f"Syntax error in module '{path}': {error}") from error
    try:
        return getattr(module, member)
    except AttributeError as error:
        raise RuntimeFault("Runtime.HandlerNotFound", f"Handler '{member}' missing on module '{path}'") from error


def stack_of(error):
    """The frames of the handler's own code."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if os.path.abspath(frame.filename) != HERE]
    return traceback.format_list(frames)


def describe(error, request_id):
    kind = error.kind if isinstance(error, RuntimeFault) else type(error).__name__
    stack = [] if isinstance(error, RuntimeFault) else stack_of(error)
    told = {"errorMessage": str(error), "errorType": kind, "requestId": request_id, "stackTrace": stack}
    where = "\n".join(["Traceback (most recent call last):", *(line.rstrip("\n") for line in stack)])
    print(f"[ERROR] {kind}: {error}\n{where}", flush=True)
    return json.dumps(told).encode()


def plain(value):
    if isinstance(value, decimal.Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


def answer(handler, headers, body):
    value = handler(json.loads(body), Context(headers))
    try:
        return json.dumps(value, default=plain).encode()
    except (TypeError, ValueError) as error:
        raise RuntimeFault("Runtime.MarshalError", f"Unable to marshal response: {error}") from error


def main():
    environ = os.environ
    api = Api(environ["AWS_LAMBDA_RUNTIME_API"])
    sys.path[0] = environ["LAMBDA_TASK_ROOT"]
    set_up_logging()
    try:
        handler = load(environ.get("_HANDLER", ""))
    except Exception as error:  # whatever a module does when it is imported
        api.call("POST", "init/error", describe(error, ""))
        sys.exit(1)
    while True:
        try:
            headers, body = api.call("GET", "invocation/next")
        except (OSError, http.client.HTTPException):
            sys.exit(1)  # the server is gone
        request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        RequestFilter.request_id = request_id
        try:
            path, result = "response", answer(handler, headers, body)
        except Exception as error:  # whatever a handler raises is its answer
            path, result = "error", describe(error, request_id)
        sys.stdout.flush()
        sys.stderr.flush()
        api.call("POST", f"invocation/{request_id}/{path}", result)


main()
