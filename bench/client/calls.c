/*
 * calls.c curl|inv URL KEY CALLS: makes the same create again and again, by
 * libcurl alone or by libinv, and prints the processor time of one call in
 * microseconds.
 */
#include <inv.h>

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define BODY                                                                   \
	"{\"email\":\"bench@example.com\",\"role\":\"reader\",\"projects\":[]" \
	"}"

struct answer {
	char data[65536];
	size_t len;
};

static size_t take(char *data, size_t size, size_t count, void *arg)
{
	struct answer *answer = arg;
	size_t len = size * count;

	if (len > sizeof(answer->data) - answer->len)
		return 0;
	memcpy(answer->data + answer->len, data, len);
	answer->len += len;
	return len;
}

static double cpu_us(void)
{
	struct rusage use;

	getrusage(RUSAGE_SELF, &use);
	return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1e6 +
	       (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec);
}

/* The headers that libinv sends, as a program would write them down. */
static struct curl_slist *headers_of(const char *key)
{
	static const char *const lines[] = {
		"User-Agent: libinv/" INV_VERSION,
		"Accept: application/json",
		"X-Inv-Lang: c",
		"X-Inv-Package-Version: " INV_VERSION,
		"X-Inv-OS: Linux",
		"X-Inv-Arch: x86_64",
		"X-Inv-Runtime: libcurl",
		"X-Inv-Runtime-Version: 7.88.1",
		"X-Inv-Retry-Count: 0",
		"Content-Type: application/json",
		"Expect:",
	};
	struct curl_slist *list = NULL;
	char line[256];

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		list = curl_slist_append(list, lines[i]);
	snprintf(line, sizeof(line), "Authorization: Bearer %s", key);
	return curl_slist_append(list, line);
}

static CURL *curl;
static struct answer answer;

static void curl_begin(const char *url, const char *key)
{
	char full[1024];

	snprintf(full, sizeof(full), "%s/organization/invites", url);
	curl = curl_easy_init();
	curl_easy_setopt(curl, CURLOPT_URL, full);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers_of(key));
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, BODY);
	curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
}

static int curl_call(void)
{
	long status = 0;

	answer.len = 0;
	if (curl_easy_perform(curl) != CURLE_OK)
		return -1;
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	return status == 200 ? 0 : -1;
}

static struct inv_client *client;

static void inv_begin(const char *url, const char *key)
{
	struct inv_options options = { .base_url = url, .admin_api_key = key };

	if (inv_client_new(&options, &client, NULL))
		exit(1);
}

static int inv_call(void)
{
	struct inv_invite_create_params params = {
		.email = "bench@example.com",
		.role = INV_ROLE_READER,
		.projects = INV_GRANTS(NULL, 0),
	};
	struct inv_invite *invite;

	if (inv_invites_create(client, &params, NULL, &invite, NULL))
		return -1;
	inv_free(invite);
	return 0;
}

int main(int argc, char **argv)
{
	int (*call)(void);
	long count;
	double before;

	if (argc != 5)
		return 2;
	count = strtol(argv[4], NULL, 10);
	if (strcmp(argv[1], "curl") == 0)
		curl_begin(argv[2], argv[3]);
	else
		inv_begin(argv[2], argv[3]);
	call = strcmp(argv[1], "curl") == 0 ? curl_call : inv_call;
	if (call()) /* the connection, and what is made once */
		return 1;
	before = cpu_us();
	for (long i = 0; i < count; i++)
		if (call())
			return 1;
	printf("%.2f\n", (cpu_us() - before) / (double)count);
	return 0;
}
