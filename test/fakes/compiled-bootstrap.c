/*
 * A function as compiled languages make them for provided.al2023: a program named bootstrap that asks the Lambda Runtime
 * API for its events over a plain socket (Lambda developer guide, «Building a custom runtime»). It answers what it was
 * sent, with how often it was asked and its handler's name, and fails where the event says "fail".
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST 65536
static char answer[MOST];

/* Sends one request on a connection of its own and reads the answer to its end: the body of it. */
static char *ask(const char *method, const char *path, const char *body) {
  static char request[MOST + 512];
  char host[64] = "";
  int port = 0;
  const char *api = getenv("AWS_LAMBDA_RUNTIME_API");
  if (api == NULL || sscanf(api, "%63[^:]:%d", host, &port) != 2) exit(3);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
  if (inet_pton(AF_INET, host, &to.sin_addr) != 1) exit(4);
  int s = socket(AF_INET, SOCK_STREAM, 0);
  if (s < 0 || connect(s, (struct sockaddr *)&to, sizeof to) != 0) exit(5);
  int length = snprintf(request, sizeof request,
                        "%s /2018-06-01/runtime/%s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s",
                        method, path, api, strlen(body), body);
  for (int sent = 0; sent < length;) {
    ssize_t n = write(s, request + sent, length - sent);
    if (n <= 0) exit(6);
    sent += n;
  }
  int got = 0;
  for (ssize_t n; got < MOST - 1 && (n = read(s, answer + got, MOST - 1 - got)) > 0;) got += n;
  answer[got] = 0;
  close(s);
  char *end = strstr(answer, "\r\n\r\n");
  if (end == NULL) exit(7);
  *end = 0;
  return end + 4;
}

int main(void) {
  static char path[256], id[128], reply[MOST + 256];
  if (getenv("BROKEN") != NULL) {
    ask("POST", "init/error", "{\"errorType\":\"Runtime.Broken\",\"errorMessage\":\"it was told to be\"}");
    return 1;
  }
  for (int count = 1;; count++) {
    char *event = ask("GET", "invocation/next", "");
    char *header = strcasestr(answer, "lambda-runtime-aws-request-id:");
    if (header == NULL || sscanf(strchr(header, ':') + 1, " %127[^\r\n]", id) != 1) exit(8);
    int failed = strstr(event, "\"fail\"") != NULL;
    printf("event %d\n", count);
    fflush(stdout);
    if (failed)
      snprintf(reply, sizeof reply, "{\"errorType\":\"Demo.Failure\",\"errorMessage\":\"it was asked to\"}");
    else
      snprintf(reply, sizeof reply, "{\"got\":%s,\"count\":%d,\"handler\":\"%s\"}", event, count, getenv("_HANDLER"));
    snprintf(path, sizeof path, "invocation/%s/%s", id, failed ? "error" : "response");
    ask("POST", path, reply);
  }
}
