/*
 * sign.c: see sign.h.
 */
#include "base/base.h"
#include "hook/sign.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/encode.h"
#include "base/hash.h"

void sign_add(struct buf *out, const uint8_t *secret, size_t len,
	      const char *id, int64_t timestamp, struct str body)
{
	uint8_t mac[EVP_MAX_MD_SIZE];
	unsigned size = 0;
	struct buf text;

	buf_init(&text, SIZE_MAX);
	buf_addf(&text, "%s.%jd.", id, (intmax_t)timestamp);
	buf_add_str(&text, body);
	if (!buf_ok(&text) || !HMAC(EVP_sha256(), secret, (int)len,
				    (uint8_t *)text.data, text.len, mac, &size))
		out->failed = true;
	buf_release(&text);
	buf_add_text(out, "v1,");
	base64_add(out, (struct str){ (const char *)mac, size });
	wipe(mac, sizeof(mac));
}
