/*
 * t_hash.c: SHA-256 against the vectors of FIPS 180-4 and OpenSSL's EVP.
 */
#include "base/base.h"
#include "unit.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/encode.h"
#include "base/hash.h"

static const struct {
	const char *text, *hex;
} vectors[] = {
	{ "", "e3b0c44298fc1c149afbf4c8996fb924"
	      "27ae41e4649b934ca495991b7852b855" },
	{ "abc", "ba7816bf8f01cfea414140de5dae2223"
		 "b00361a396177a9cb410ff61f20015ad" },
	{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
};

START_TEST(test_vectors)
{
	uint8_t hash[SHA256_SIZE];
	char hex[HEX_LEN(SHA256_SIZE) + 1];

	sha256(str_of(vectors[_i].text), hash);
	hex_encode(hash, sizeof(hash), hex);
	ck_assert_str_eq(hex, vectors[_i].hex);
}
END_TEST

START_TEST(test_every_length_is_what_evp_says)
{
	char data[300];

	for (size_t len = 0; len <= sizeof(data); len++) {
		uint8_t ours[SHA256_SIZE], theirs[SHA256_SIZE];
		memset(data, (int)len, sizeof(data));
		sha256((struct str){ data, len }, ours);
		ck_assert(EVP_Digest(data, len, theirs, NULL, EVP_sha256(),
				     NULL) == 1);
		ck_assert_mem_eq(ours, theirs, SHA256_SIZE);
	}
}
END_TEST

/* As OpenSSL has it, for keys of every length. */
START_TEST(test_hmac)
{
	char key[200], data[200];

	for (size_t len = 0; len < sizeof(key); len++) {
		uint8_t ours[SHA256_SIZE], theirs[SHA256_SIZE];

		memset(key, (int)len + 1, sizeof(key));
		memset(data, (int)len, sizeof(data));
		hmac_sha256((struct str){ key, len },
			    (struct str){ data, sizeof(data) - len }, ours);
		ck_assert_ptr_nonnull(HMAC(EVP_sha256(), key, (int)len,
					   (uint8_t *)data, sizeof(data) - len,
					   theirs, NULL));
		ck_assert_mem_eq(ours, theirs, SHA256_SIZE);
	}
}
END_TEST

/* The first 63 bits of the hash of key and data, one behind the other. */
START_TEST(test_hash63)
{
	uint8_t both[SHA256_SIZE + 16], hash[SHA256_SIZE];

	for (int i = 0; i < 100; i++) {
		uint64_t expected = 0;
		int64_t number;
		memset(both, i, SHA256_SIZE);
		memset(both + SHA256_SIZE, 255 - i, 16);
		number = hash63(both,
				(struct str){ (char *)both + SHA256_SIZE, 16 });
		sha256((struct str){ (char *)both, sizeof(both) }, hash);
		for (int b = 0; b < 63; b++)
			expected =
			    expected << 1 | (hash[b / 8] >> (7 - b % 8) & 1);
		ck_assert_int_ge(number, 0);
		ck_assert_int_eq(number, (int64_t)expected);
	}
}
END_TEST

START_TEST(test_hash63_depends_on_the_key)
{
	uint8_t one[SHA256_SIZE] = { 1 }, two[SHA256_SIZE] = { 2 };

	ck_assert_int_ne(hash63(one, STR("a")), hash63(two, STR("a")));
	ck_assert_int_ne(hash63(one, STR("a")), hash63(one, STR("b")));
	ck_assert_int_eq(hash63(one, STR("a")), hash63(one, STR("a")));
	ck_assert_int_ge(hash63(one, (struct str){ NULL, 0 }), 0);
}
END_TEST

START_TEST(test_same_bytes)
{
	ck_assert(same_bytes("abc", "abc", 3));
	ck_assert(same_bytes("abc", "abd", 2));
	ck_assert(!same_bytes("abc", "abd", 3));
	ck_assert(!same_bytes("xbc", "abc", 3));
	ck_assert(same_bytes("a", "b", 0));
}
END_TEST

START_TEST(test_wipe)
{
	char secret[] = "secret";

	wipe(secret, 3);
	ck_assert_mem_eq(secret, "\0\0\0ret", 7);
	wipe(secret, 0);
	ck_assert_mem_eq(secret, "\0\0\0ret", 7);
}
END_TEST

/* The check value of the algorithm's catalogue, and two of zlib's. */
START_TEST(test_crc32)
{
	ck_assert_uint_eq(crc32(STR("123456789")), 0xcbf43926);
	ck_assert_uint_eq(crc32(STR("")), 0);
	ck_assert_uint_eq(crc32(STR("\xff\x00")), 0xd2fdef8d);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_loop_test(tests, test_vectors, 0, COUNT_OF(vectors));
	tcase_add_test(tests, test_every_length_is_what_evp_says);
	tcase_add_test(tests, test_hmac);
	tcase_add_test(tests, test_hash63);
	tcase_add_test(tests, test_crc32);
	tcase_add_test(tests, test_hash63_depends_on_the_key);
	tcase_add_test(tests, test_same_bytes);
	tcase_add_test(tests, test_wipe);
}

int main(void)
{
	return unit_run("hash", add);
}
