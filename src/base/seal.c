/*
 * seal.c: a sealed secret is a random nonce, the ciphertext and its tag.
 */
#include "base/base.h"
#include "base/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "base/encode.h"
#include "base/hash.h"
#include "base/random.h"

/* ---- bytes ---- */

static bool run(EVP_CIPHER_CTX *context, int64_t owner, const uint8_t *in,
		size_t len, uint8_t *out)
{
	int done;

	return EVP_CipherUpdate(context, NULL, &done, (const uint8_t *)&owner,
				sizeof(owner)) == 1 &&
	       EVP_CipherUpdate(context, out, &done, in, (int)len) == 1;
}

bool seal(const struct seal_key *key, int64_t owner, const void *secret,
	  size_t len, uint8_t *out)
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	uint8_t *text = out + SEAL_NONCE, rest[SEAL_TAG];
	int done;
	bool sealed;

	random_bytes(out, SEAL_NONCE);
	sealed = context &&
		 EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), NULL,
				    key->bytes, out) == 1 &&
		 run(context, owner, secret, len, text) &&
		 EVP_EncryptFinal_ex(context, rest, &done) == 1 &&
		 EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, SEAL_TAG,
				     text + len) == 1;
	EVP_CIPHER_CTX_free(context);
	return sealed;
}

bool unseal(const struct seal_key *key, int64_t owner, const uint8_t *sealed,
	    size_t len, void *out)
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	uint8_t tag[SEAL_TAG], rest[SEAL_TAG];
	int done;
	bool opened;

	memcpy(tag, sealed + SEAL_NONCE + len, sizeof(tag));
	opened = context &&
		 EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), NULL,
				    key->bytes, sealed) == 1 &&
		 run(context, owner, sealed + SEAL_NONCE, len, out) &&
		 EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, SEAL_TAG,
				     tag) == 1 &&
		 EVP_DecryptFinal_ex(context, rest, &done) == 1;
	EVP_CIPHER_CTX_free(context);
	if (!opened)
		wipe(out, len);
	return opened;
}

/* ---- the file ---- */

#define DIGITS HEX_LEN(SEAL_KEY_SIZE)

static int write_line(int fd, const char line[DIGITS + 1])
{
	if (write(fd, line, DIGITS + 1) != DIGITS + 1 || fsync(fd) < 0) {
		close(fd);
		return -1;
	}
	return close(fd);
}

/* Writes all of the file or nothing, and never replaces an existing one. */
static int make(const char *path, struct fail *fail)
{
	char partial[4096], line[DIGITS + 2];
	uint8_t bytes[SEAL_KEY_SIZE];
	int length = snprintf(partial, sizeof(partial), "%s.%d.new", path,
			      (int)getpid());
	int fd, result = 0;

	if (length < 0 || (size_t)length >= sizeof(partial))
		return fail_set(fail, "the path of the secrets' key is too "
				      "long");
	random_bytes(bytes, sizeof(bytes));
	hex_encode(bytes, sizeof(bytes), line);
	line[DIGITS] = '\n';
	wipe(bytes, sizeof(bytes));
	(void)unlink(partial);
	fd = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		  0600);
	if (fd < 0 || write_line(fd, line) < 0 ||
	    (link(partial, path) < 0 && errno != EEXIST))
		result = fail_errno(fail, errno,
				    "could not make the secrets' key %s", path);
	wipe(line, sizeof(line));
	(void)unlink(partial);
	return result;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool parse(const char *line, ssize_t length, struct seal_key *key)
{
	if (length != DIGITS && !(length == DIGITS + 1 && line[DIGITS] == '\n'))
		return false;
	for (size_t i = 0; i < SEAL_KEY_SIZE; i++) {
		int high = digit(line[2 * i]), low = digit(line[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		key->bytes[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

/* Reads as many bytes as a key file may have, and a few more. */
static int read_line(const char *path, char *line, size_t size,
		     ssize_t *ret_length, struct fail *fail)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat file;

	if (fd < 0 || fstat(fd, &file) < 0 ||
	    (*ret_length = read(fd, line, size)) < 0) {
		int error = errno;

		if (fd >= 0)
			close(fd);
		return fail_errno(fail, error,
				  "could not read the secrets' key %s", path);
	}
	close(fd);
	if (file.st_mode & S_IRWXO)
		return fail_set(fail,
				"others can read the secrets' key %s: "
				"chmod o= '%s'",
				path, path);
	return 0;
}

int seal_key_load(const char *path, struct seal_key *ret_key, struct fail *fail)
{
	char line[DIGITS + 2];
	ssize_t length;
	int result;

	if (access(path, F_OK) < 0 && errno == ENOENT && make(path, fail) < 0)
		return -1;
	if (read_line(path, line, sizeof(line), &length, fail) < 0)
		return -1;
	result = parse(line, length, ret_key)
		     ? 0
		     : fail_set(fail,
				"the secrets' key %s is not a line of %d "
				"hexadecimal digits",
				path, DIGITS);
	wipe(line, sizeof(line));
	return result;
}
